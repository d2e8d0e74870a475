"""The full-screen shell, and what happens when the TUI itself fails."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from lab import paths, shell
from lab.errors import CommandError
from lab.tui.app import LabApp

from .driving import at_home, in_exercise, see, until
from .fake_course import FakeCourse


class Terminal:
    """Stands in for the terminal: keeps what was run, and whether the app was suspended meanwhile."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, outcome: int | CommandError = 0) -> None:
        self.ran: list[Sequence[str]] = []
        self.suspended = False
        self._outcome = outcome
        monkeypatch.setattr(LabApp, "suspend", lambda app: self._suspend())
        monkeypatch.setattr(shell, "interact", self._interact)

    @contextmanager
    def _suspend(self) -> Iterator[None]:
        self.suspended = True
        yield
        self.suspended = False

    def _interact(self, argv: Sequence[str]) -> int:
        assert self.suspended
        self.ran.append(argv)
        if isinstance(self._outcome, CommandError):
            raise self._outcome
        return self._outcome


@pytest.mark.parametrize("key", ["t", "exclamation_mark"])
async def test_the_shell_takes_the_screen_and_gives_it_back(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch)
    async with at_home(FakeCourse()) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: terminal.ran and not terminal.suspended)
        await see(pilot, "About this lab")
    assert terminal.ran == [["docker", "exec", "-it", "cks-lab-control-plane", "bash", "-l"]]


async def test_in_an_exercise_too_and_what_was_done_there_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, course = Terminal(monkeypatch), FakeCourse()
    async with in_exercise(course) as pilot:
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: terminal.ran and not terminal.suspended)
        course.change("answer")
        await see(pilot, "✓ passes The answer file")
    assert terminal.ran == [["docker", "exec", "-it", "cks-lab-control-plane", "bash", "-l"]]


async def test_a_shell_that_ends_at_once_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    Terminal(monkeypatch, 126)
    async with in_exercise(FakeCourse()) as pilot:
        await pilot.press("exclamation_mark")
        await see(pilot, "The shell ended at once, with exit code 126.")


async def test_a_shell_that_cannot_be_started_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch, CommandError(["docker"], None, "", "Could not start docker: No such file"))
    async with in_exercise(FakeCourse()) as pilot:
        await pilot.press("exclamation_mark")
        await see(pilot, "Could not start docker: No such file")
    assert terminal.ran
    assert not terminal.suspended  # Textual's own gives the screen back only when no exception passes


async def test_there_is_no_shell_before_there_is_a_node() -> None:
    gate = threading.Event()
    course = FakeCourse(made=False, phases=[("Making", 0, gate)])
    async with LabApp(course).run_test() as pilot:
        await see(pilot, "at work Making")
        await pilot.press("t")
        gate.set()
        await see(pilot, "About this lab")
    assert "shell" not in course.calls


async def test_a_fault_in_the_tui_shows_no_stack_trace(capsys: pytest.CaptureFixture[str]) -> None:
    app = LabApp(FakeCourse())

    async def fail() -> None:
        async with app.run_test() as pilot:
            app.call_later(lambda: 1 // 0)
            await pilot.pause(0.2)

    with pytest.raises(ZeroDivisionError):  # run_test raises what the app met
        await fail()
    said = capsys.readouterr().err
    assert "The lab met a fault of its own (ZeroDivisionError)." in said
    assert "tui.log" in said.replace("\n", "")
    assert "Traceback" not in said
    assert app.return_code == 3


async def test_what_fails_while_it_is_leaving_is_only_logged(capsys: pytest.CaptureFixture[str]) -> None:
    app = LabApp(FakeCourse())

    def leave() -> None:
        app.exit(return_code=129)
        raise ZeroDivisionError

    async with app.run_test():
        app.call_later(leave)
        while app.is_running:
            await asyncio.sleep(0.01)
    assert app.return_code == 129
    assert capsys.readouterr().err == ""
    assert "ZeroDivisionError" in paths.log_file("tui").read_text()
