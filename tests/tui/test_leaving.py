"""Leaving: a program that runs in the terminal is named first; and whose the mouse is."""

import pytest

from lab.errors import CommandError
from lab.tui.screens.home import HomeScreen

from .driving import at_home, in_exercise, see, shown, unseen, until
from .fake_course import FakeCourse

PREFIX = "ctrl+right_square_bracket"


@pytest.mark.parametrize("keys", [["t", PREFIX, "q"], ["q"], ["ctrl+q"]], ids=["in the terminal", "q", "everywhere"])
async def test_an_editor_in_the_terminal_is_named_before_one_leaves(keys: list[str]) -> None:
    course = FakeCourse(programs=("vi", "watch"))
    async with in_exercise(course, (160, 45)) as pilot:
        await see(pilot, "root@node:~#")
        await pilot.press(*keys)
        await see(pilot, "Still running in the terminal: vi, watch")
        await pilot.press("escape")
        await unseen(pilot, "Still running")
        assert pilot.app.is_running
        await pilot.press(PREFIX, "tab", "q")
        await see(pilot, "Still running in the terminal: vi, watch")
        await pilot.press("y")
        await until(pilot, lambda: not pilot.app.is_running)
    assert pilot.app.return_code == 0


async def test_from_the_list_too_since_the_shell_is_still_there() -> None:
    course = FakeCourse(programs=("nano",))
    async with in_exercise(course, (160, 45)) as pilot:
        await see(pilot, "root@node:~#")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await pilot.press("q")
        await see(pilot, "Still running in the terminal: nano")


@pytest.mark.parametrize("failures", [{}, {"programs": [CommandError(["docker"], None, "", "no answer")]}])
async def test_nothing_is_asked_of_a_shell_that_waits_nor_of_one_that_nobody_can_ask(failures) -> None:
    async with in_exercise(FakeCourse(failures=failures), (160, 45)) as pilot:
        await see(pilot, "root@node:~#")
        await pilot.press("q")
        await until(pilot, lambda: not pilot.app.is_running)
    assert pilot.app.return_code == 0


async def test_without_a_shell_nobody_is_asked() -> None:
    course = FakeCourse(programs=("vi",))
    async with at_home(course) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: not pilot.app.is_running)
    assert "programs" not in course.calls


# -- the mouse


async def test_the_page_of_keys_says_whose_the_mouse_is() -> None:
    async with at_home(FakeCourse(), (80, 120)) as pilot:
        await pilot.press("question_mark")
        await see(pilot, "Drag the mouse over a text, then press Ctrl-C")
        await see(pilot, "M gives the mouse back to your terminal")
        await pilot.press("escape", "M")
        await see(pilot, "The mouse is your terminal's")
        await pilot.press("question_mark")
        await see(pilot, "The mouse is your terminal's: drag and copy as you do there.")
        assert "then press Ctrl-C" not in shown(pilot.app)
