"""What holds on every screen: help, copying, quitting, and rest while nothing happens."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.app import App
from textual.geometry import Offset, Size
from textual.pilot import Pilot
from textual.selection import Selection
from textual.widgets import Footer, Markdown

from lab.tui.app import LabApp
from lab.tui.screens.home import HomeScreen
from lab.tui.session import Session
from lab.tui.widgets.terminal import TerminalPane

from .driving import at_home, in_exercise, see, shown, unseen, until
from .fake_course import FakeCourse


def session_of(pilot: Pilot[None]) -> Session:
    assert isinstance(pilot.app, LabApp)
    return pilot.app.session


def test_escape_and_a_key_typed_fast_are_not_lost_though_the_terminal_is_loaded_late() -> None:
    """In vi, `Escape : w q`. Textual's driver makes its reader of keys when the app starts."""
    script = """
from textual._xterm_parser import XTermParser
from fake_course import FakeCourse
from lab.tui.app import LabApp
LabApp(FakeCourse())
print([event.key for event in XTermParser(False).feed("\\x1b:")])
"""
    argv = [sys.executable, "-c", script]
    here = Path(__file__)
    path = os.pathsep.join(map(str, (here.parent, here.parents[1] / "support", here.parents[2])))
    done = subprocess.run(argv, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path})
    assert done.stdout == "['alt+colon']\n"


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_the_page_of_keys_and_help(key: str) -> None:
    async with at_home(FakeCourse(), (80, 120)) as pilot:
        await pilot.press(key)
        await see(pilot, "! or t A root shell on the node")
        await see(pilot, "Put the whole cluster back")
        await see(pilot, "Ctrl-p or : Find any command")
        await see(pilot, "Every key is the shell's, but Ctrl-], the lab's own.")
        await see(pilot, "Drag the mouse over a text, then press Ctrl-C")
        await until(pilot, lambda: "cks-lab/tui.yaml" in shown(pilot.app).replace(" ", ""))
        await see(pilot, "home.reset-all R")
        await pilot.press("escape")
        await see(pilot, "About this lab")
        await unseen(pilot, "Keys and help")


async def test_the_help_of_the_work_screen_has_its_keys() -> None:
    async with in_exercise(FakeCourse(), (160, 120)) as pilot:
        await pilot.press("question_mark")
        await see(pilot, "Keys and help")
        await see(pilot, "Back to the exercises")
        await see(pilot, "work.next n")


async def test_what_is_selected_is_copied_and_said() -> None:
    async with at_home(FakeCourse(), notifications=True) as pilot:
        await see(pilot, "Three exercises on a real control plane.")
        paragraph = next(widget for widget in pilot.app.screen.query_one(Markdown).query("MarkdownParagraph"))
        pilot.app.screen.selections = {paragraph: Selection(Offset(0, 0), Offset(15, 0))}
        await pilot.press("ctrl+c")
        await see(pilot, "Copied")
        assert pilot.app.clipboard == "Three exercises"


async def test_the_mouse_selects() -> None:
    async with at_home(FakeCourse(), (80, 24)) as pilot:
        await see(pilot, "Three exercises on a real control plane.")
        row = next(y for y, line in enumerate(_rows(pilot.app)) if "Three exercises" in line)
        column = _rows(pilot.app)[row].index("Three")
        await pilot.mouse_down(offset=(column, row))
        await pilot.hover(offset=(column + 15, row))
        await pilot.mouse_up(offset=(column + 15, row))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: pilot.app.clipboard.startswith("Three exercises"))


async def test_ctrl_c_without_a_selection_says_how_to_quit() -> None:
    async with at_home(FakeCourse(), notifications=True) as pilot:
        await pilot.press("ctrl+c")
        await see(pilot, "Do you want to quit?")


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_quitting_is_done(key: str) -> None:
    course = FakeCourse()
    async with at_home(course) as pilot:
        await pilot.press(key)
    assert pilot.app.return_code == 0
    assert all(watching.stopped for watching in course.watches)


async def test_the_keys_that_quit_everywhere_are_the_shells_in_the_terminal() -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        app = pilot.app
        assert app.check_action("leave", ()) is True
        app.screen.query_one(TerminalPane).focus()
        await until(pilot, lambda: app.check_action("leave", ()) is False)


async def test_what_an_observation_says_again_is_shown_once() -> None:
    course = FakeCourse()
    async with at_home(course) as pilot:
        for _ in range(3):
            course.status.note("The journal was damaged.")
        await see(pilot, "The journal was damaged.")
        assert shown(pilot.app).count("The journal was damaged.") == 1


async def test_a_change_that_is_told_is_looked_at_at_once() -> None:
    course = FakeCourse()
    async with at_home(course) as pilot:
        course.api_server = "not ready: etcd"
        course.tell("api", "etcd")
        await see(pilot, "(etcd)")
        course.api_server = "ready"
        course.tell("api", "ready")
        await see(pilot, "✓ ready")


async def test_at_rest_nothing_is_looked_at_and_nothing_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A watched cluster that is ready: the app's timers may tick, and all of them find nothing to do."""
    course = FakeCourse()
    looks = _counted(monkeypatch, FakeCourse, "look")
    paints = _counted(monkeypatch, HomeScreen, "_compositor_refresh")
    async with at_home(course) as pilot:
        await until(pilot, lambda: session_of(pilot).watching)
        before, quiet = (-1, -1), 0
        while quiet < 10:  # pauses in a row without a look or a paint
            await pilot.pause(0.1)
            quiet = quiet + 1 if before == (before := (looks(), paints())) else 0
        for _ in range(20):  # of the interval that LOOK_EVERY is in tests
            await pilot.pause(0.1)
        assert (looks(), paints()) == before


async def test_the_footer_is_not_made_anew_by_every_look() -> None:
    course = FakeCourse()
    async with at_home(course) as pilot:
        await pilot.pause()
        footer = list(pilot.app.screen.query_one(Footer).children)
        for _ in range(3):
            session_of(pilot).look()
            await pilot.pause()
        assert list(pilot.app.screen.query_one(Footer).children) == footer


async def test_a_terminal_that_grows_and_shrinks() -> None:
    async with at_home(FakeCourse(started={"image-digest"}), (80, 24)) as pilot:
        for size in (Size(160, 45), Size(40, 12), Size(80, 24)):
            await pilot.resize_terminal(*size)
            await see(pilot, "About this lab")
    assert isinstance(pilot.app, LabApp)


def _rows(app: App[None]) -> list[str]:
    return [strip.text for strip in app.screen._compositor.render_strips()]


def _counted(monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> Callable[[], int]:
    """Count the calls of a method from now on."""
    original, count = getattr(owner, name), [0]

    def call(self: object, *arguments: object, **options: object) -> object:
        count[0] += 1
        return original(self, *arguments, **options)

    monkeypatch.setattr(owner, name, call)
    return lambda: count[0]
