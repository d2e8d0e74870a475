"""The doctor's findings as a screen."""

import pytest

from lab.errors import EngineError
from lab.model import Finding

from .driving import at_home, same_as, see, unseen, until
from .fake_course import FakeCourse

SICK = (
    Finding("engine", False, "No Docker engine answers: refused", "Start it with: lab doctor --fix"),
    Finding("memory", True, "15.6 GiB", "Give the machine 3 GiB of memory or more."),
    Finding("disk", False, "5 GiB free under /", "Free 12 GiB under /: docker system df shows what Docker uses."),
    Finding("inotify", False, "64 instances", "For more clusters: sysctl fs.inotify.max_user_instances=512", False),
)


@pytest.mark.parametrize("size", [(80, 24), (120, 35), (160, 45)], ids=["80x24", "120x35", "160x45"])
async def test_it_looks_as_approved(size: tuple[int, int]) -> None:
    async with at_home(FakeCourse(findings=SICK), size, notifications=False) as pilot:
        await pilot.press("d")
        await see(pilot, "requirements not met")
        await same_as(pilot, f"doctor-{size[0]}x{size[1]}")


async def test_each_finding_has_a_mark_a_word_and_what_to_do() -> None:
    async with at_home(FakeCourse(findings=SICK)) as pilot:
        await pilot.press("d")
        await see(pilot, "✗ 2 of 4 requirements not met")
        await see(pilot, "✗ missing engine No Docker engine answers: refused")
        await see(pilot, "→ what to do Start it with: lab doctor --fix")
        await see(pilot, "✓ met memory 15.6 GiB")
        await see(pilot, "! could be better inotify 64 instances")
        await unseen(pilot, "Give the machine")
        await pilot.press("escape")
        await see(pilot, "About this lab")


async def test_a_fit_machine_has_nothing_to_fix() -> None:
    course = FakeCourse()
    async with at_home(course) as pilot:
        await pilot.press("d")
        await see(pilot, "✓ This machine is fit for the lab.")
        await pilot.press("f")
        assert pilot.app.screen.check_action("fix", ()) is False
    assert "fix" not in course.calls


async def test_fixing_asks_first_and_looks_again() -> None:
    course = FakeCourse(findings=SICK)
    async with at_home(course) as pilot:
        await pilot.press("d")
        await see(pilot, "✗ missing engine")
        await pilot.press("f")
        await see(pilot, "The lab mends what it can of: engine.")
        await pilot.press("n")
        await see(pilot, "✗ missing engine")
        assert "fix" not in course.calls
        await pilot.press("f")
        await see(pilot, "Fix what can be fixed")
        course.findings = (Finding("engine", True, "Docker 29.1"),)
        await pilot.press("y")
        await see(pilot, "✓ met engine Docker 29.1")
    assert course.calls.count("fix") == 1


async def test_what_could_not_be_fixed_is_explained() -> None:
    failure = EngineError("Docker could not be installed.", "Type: sudo -E lab doctor --fix")
    course = FakeCourse(findings=SICK, failures={"fix": [failure]})
    async with at_home(course) as pilot:
        await pilot.press("d")
        await see(pilot, "✗ missing engine")
        await pilot.press("f")
        await see(pilot, "Fix what can be fixed")
        await pilot.press("y")
        await see(pilot, "✗ Error Docker could not be installed.")
        await see(pilot, "Next Type: sudo -E lab doctor --fix")


async def test_a_doctor_that_fails_is_explained_and_asked_again() -> None:
    course = FakeCourse(failures={"doctor": [EngineError("The pins cannot be read.", "lab lint")]})
    async with at_home(course) as pilot:
        await pilot.press("d")
        await see(pilot, "? could not tell")
        await see(pilot, "✗ Error The pins cannot be read.")
        await pilot.press("r")
        await see(pilot, "✓ met engine")
        await unseen(pilot, "✗ Error")
        await until(pilot, lambda: course.calls.count("doctor") == 2)
