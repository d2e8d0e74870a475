"""What is on the screen before Textual is."""

import subprocess
import sys
import threading
from io import StringIO

import pytest

from lab.tui import curtain
from lab.tui.app import LabApp
from lab.tui.widgets.terminal_emulator import Emulator

from .driving import lines, see
from .fake_course import FakeCourse


class Course(FakeCourse):
    """Looks for the cluster until it is told to go on."""

    go_on = threading.Event()

    def exists(self) -> bool:
        self.go_on.wait(60)
        return super().exists()


class Screen(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch) -> Screen:
    screen = Screen()
    monkeypatch.setattr("sys.__stderr__", screen)
    return screen


def test_it_stays_for_textual_to_draw_over(screen) -> None:
    with curtain.drawn("exam"):
        drawn = screen.getvalue()
    assert "CKS lab" in drawn
    assert 'Looking for the cluster "exam"' in drawn
    assert screen.getvalue() == drawn


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_it_goes_when_there_is_nothing_behind_it(screen, error) -> None:
    with pytest.raises(error), curtain.drawn("exam"):
        raise error
    assert screen.getvalue().startswith("\x1b[?1049h")
    assert screen.getvalue().endswith("\x1b[?1049l\x1b[?25h")


def test_nothing_is_drawn_without_a_terminal(monkeypatch) -> None:
    for stream in (StringIO(), None):
        monkeypatch.setattr("sys.__stderr__", stream)
        with curtain.drawn("exam"):
            pass
    assert stream is None


async def test_the_first_screen_goes_on_with_the_same_words_in_the_same_places(screen) -> None:
    with curtain.drawn("cks-lab"):
        pass
    emulator = Emulator((80, 24), lambda data: None, lambda: None, lambda text: None)
    emulator.feed(screen.getvalue().encode())
    drawn = ["".join(text for _, text in emulator.line(row).cells).rstrip() for row in range(24)]
    course = Course()
    async with LabApp(course).run_test(size=(80, 24)) as pilot:
        await see(pilot, "Looking for the cluster")
        shown = lines(pilot.app)
        course.go_on.set()
    assert any(drawn)
    for before, after in zip(drawn, shown, strict=True):
        assert after.startswith(before)


def test_nothing_large_is_loaded_before_it() -> None:
    script = (
        "import sys; import lab.cli; import lab.tui; "
        "print([name for name in ('textual', 'rich', 'lab.course', 'yaml', 'kubernetes') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=True)
    assert done.stdout == b"[]\n"
