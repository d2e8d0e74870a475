"""What fails is explained, wherever it was asked for, and one is back where one was."""

from typing import NamedTuple

import pytest

from lab.errors import ClusterError

from .driving import at_home, see
from .fake_course import FakeCourse

AT_STEP = (("down", "▸ Pin the kube-apiserver"), ("enter", "Step 1 of 3"))


class Case(NamedTuple):
    """The method that fails, the keys with what is seen after each, and what is seen once the page is closed.

    `page`: what a page of its own shows, in which the failure is a part.
    """

    method: str
    keys: tuple[tuple[str, str], ...]
    back: str
    started: bool = True
    page: str = "Close (esc)"


CASES = {
    "start at home": Case("start", (("down", "▸ Pin"), ("s", "Start: Pin"), ("y", "")), "About this lab", False),
    "start": Case(
        "start", (("down", "▸ Pin"), ("o", "Not started"), ("enter", "Start: Pin"), ("y", "")), "Not started", False
    ),
    "reset": Case("reset", (*AT_STEP, ("r", "Reset: Pin"), ("y", "")), "Step 1 of 3"),
    "hint": Case("hint", (*AT_STEP, ("h", "")), "Step 1 of 3"),
    "solution shown": Case(
        "solution", (*AT_STEP, ("s", "is recorded."), ("y", "Show me (w)"), ("w", "")), "Step 1 of 3"
    ),
    "solution typed": Case(
        "solve", (*AT_STEP, ("s", "is recorded."), ("y", "Do it for me (d)"), ("d", "")), "Step 1 of 3"
    ),
    "shell": Case("shell", (("exclamation_mark", ""),), "About this lab"),
    "reset everything": Case("reset", (("R", "Reset everything"), ("y", "")), "About this lab"),
    "doctor": Case("doctor", (("d", "? could not tell"),), "About this lab", page="Doctor: is this machine fit?"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_what_fails_is_explained(case: Case) -> None:
    course = FakeCourse(failures={case.method: [ClusterError("The node does not answer.", "Look with: lab status")]})
    if case.started:
        course.started.add("image-digest")
    async with at_home(course) as pilot:
        for key, seen in case.keys:
            await pilot.press(key)
            await see(pilot, seen)
        await see(pilot, "✗ Error The node does not answer.")
        await see(pilot, "Next Look with: lab status")
        await see(pilot, case.page)
        await pilot.press("escape")
        await see(pilot, case.back)
