"""Reading what is on the screen, waiting for it, and comparing it with what was approved."""

import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from difflib import unified_diff
from pathlib import Path
from time import monotonic

from textual.app import App
from textual.pilot import Pilot

from lab.model import Place
from lab.tui.app import LabApp
from lab.tui.messages import OpenPlace
from lab.tui.screens.home import HomeScreen
from lab.tui.screens.work import WorkScreen

from .fake_course import FakeCourse

SNAPSHOTS = Path(__file__).with_name("snapshots")
PATIENCE = 12.0
"""Seconds until a test gives up: nothing takes that long, but on a machine that is busy with other things."""

_UPDATE = "LAB_UPDATE_SNAPSHOTS"
_BOXES = re.compile("[│┃▕█▌▐▎▔▁▂▃▄▅▆▇╭╮╰╯─━┌┐└┘]")


def lines(app: App[None]) -> list[str]:
    """What can be read on the screen, row by row."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


def shown(app: App[None]) -> str:
    """Everything that can be read on the screen; runs of blanks and wraps are one blank, frames are none."""
    return re.sub(r"\s+", " ", _BOXES.sub(" ", "\n".join(lines(app)).replace("\xa0", " ")))


async def until(pilot: Pilot[None], true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something holds."""
    deadline = monotonic() + seconds
    while not true():
        assert monotonic() < deadline, f"this never came true; the screen says: {shown(pilot.app)}"
        await pilot.pause(0.02)


async def see(pilot: Pilot[None], text: str, seconds: float = PATIENCE) -> None:
    """Wait until the screen shows a text."""
    await until(pilot, lambda: text in shown(pilot.app), seconds)


async def unseen(pilot: Pilot[None], text: str) -> None:
    """Wait until the screen does not show a text."""
    await until(pilot, lambda: text not in shown(pilot.app))


async def same_as(pilot: Pilot[None], name: str) -> None:
    """Wait until the screen is, row by row, what `snapshots/NAME.txt` has.

    What a snapshot shows may not hang on the time or on a version. With LAB_UPDATE_SNAPSHOTS=1 the file is
    written anew once the screen is at rest; look at the difference in git before it is committed.
    """
    file = SNAPSHOTS / f"{name}.txt"
    if os.environ.get(_UPDATE):
        file.write_text(await _at_rest(pilot), encoding="utf-8")
        return
    assert file.exists(), f"there is no {file}; make it with {_UPDATE}=1"
    approved, deadline = file.read_text(encoding="utf-8"), monotonic() + PATIENCE
    while (now := _frame(pilot.app)) != approved:
        if monotonic() > deadline:
            changes = unified_diff(approved.splitlines(), now.splitlines(), "approved", "on the screen", lineterm="")
            raise AssertionError("\n".join([f"{name} looks different ({_UPDATE}=1 takes it):", *changes]))
        await pilot.pause(0.05)


def _frame(app: App[None]) -> str:
    return "\n".join([*lines(app), ""])


async def _at_rest(pilot: Pilot[None]) -> str:
    """The screen, when it has not changed for a second."""
    frame, since = _frame(pilot.app), monotonic()
    while monotonic() - since < 1:
        await pilot.pause(0.05)
        if (now := _frame(pilot.app)) != frame:
            frame, since = now, monotonic()
    return frame


@asynccontextmanager
async def at_home(
    course: FakeCourse, size: tuple[int, int] = (80, 24), notifications: bool = True
) -> AsyncIterator[Pilot[None]]:
    """The app, at its list of exercises."""
    app = LabApp(course)
    async with app.run_test(size=size, notifications=notifications) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await see(pilot, "About this lab")
        yield pilot


@asynccontextmanager
async def in_exercise(
    course: FakeCourse, size: tuple[int, int] = (80, 24), notifications: bool = True
) -> AsyncIterator[Pilot[None]]:
    """The app, at the first step of the first exercise, which is started."""
    course.started.add("image-digest")
    async with at_home(course, size, notifications) as pilot:
        await pilot.press("down")
        pilot.app.post_message(OpenPlace(Place("image-digest", "find")))
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))
        await see(pilot, "Step 1 of 3")
        await until(pilot, lambda: pilot.app.screen.query("StepPage #text > *"))  # its text has come, too
        yield pilot
