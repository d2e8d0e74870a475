"""The TUI ended from outside, on a terminal of its own: what runs is ended, and the terminal is as it was."""

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FAKES = f"{Path(__file__).parent}{os.pathsep}{ROOT / 'tests' / 'support'}"
"""Where the fake course and what it is made of lie."""

# The program, but with the fake course. Its cluster takes a program without an end to make; its shell is one, too.
PROGRAM = """
import os
import sys
sys.path[:0] = sys.argv[2].split(os.pathsep)
from lab import cli, shell
import lab.course
from fake_course import FakeCourse

sleep = f"sleep 600 & echo $! > {sys.argv[1]}/.pid; mv {sys.argv[1]}/.pid {sys.argv[1]}/pid"

class Course(FakeCourse):
    def up(self):
        with self.status.phase("Making the node image"):
            shell.run(["sh", "-c", f"{sleep}; wait"])
    def shell_argv(self, command=(), tty=True):
        return ["sh", "-c", f"trap 'kill $!; exit' TERM; stty raw -echo; {sleep}; wait"]

lab.course.Course = lambda name, status, ask: Course(made=sys.argv[3] == "made")
cli.main([])
"""


class Terminal:
    """The program on a pseudo-terminal."""

    def __init__(self, folder: Path, made: str) -> None:
        self.screen, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, b"\x18\x00\x50\x00\x00\x00\x00\x00")
        self.before = termios.tcgetattr(slave)
        self.said = b""
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder), FAKES, made],
            cwd=ROOT, env={**os.environ, "LAB_STATE_HOME": str(folder / "state"), "TERM": "xterm-256color"},
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        self._slave = slave

    def read(self) -> None:
        """Read what is there: a terminal that nobody reads holds the program up."""
        while self.screen >= 0 and select.select([self.screen], [], [], 0.02)[0]:
            self.said += os.read(self.screen, 65536)

    def until(self, true: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30
        while not true():
            assert time.monotonic() < deadline, self.said[-2000:]
            self.read()

    def settings(self) -> list[object]:
        return termios.tcgetattr(self._slave)

    def close(self) -> None:
        """As when the window is closed."""
        os.close(self._slave)
        os.close(self.screen)
        self.screen = self._slave = -1


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[[str], Terminal]]:
    begun: list[Terminal] = []

    def begin(made: str) -> Terminal:
        begun.append(Terminal(tmp_path, made))
        return begun[-1]

    yield begin
    for each in begun:
        each.process.kill()
        each.process.wait()
        if each.screen >= 0:
            each.close()
    for file in tmp_path.glob("pid"):
        with suppress(ProcessLookupError):
            os.kill(int(file.read_text()), signal.SIGKILL)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def open_shell(terminal: Terminal, pid: Path) -> None:
    terminal.until(lambda: b"About this lab" in terminal.said)
    os.write(terminal.screen, b"t")
    terminal.until(pid.exists)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
@pytest.mark.parametrize("made", ["not made", "made"])
def test_a_signal_ends_it_and_gives_the_terminal_back(terminal, tmp_path, number, code, made) -> None:
    """While the cluster is made, and while a shell has the terminal."""
    lab, pid = terminal(made), tmp_path / "pid"
    if made == "made":
        open_shell(lab, pid)
    lab.until(pid.exists)
    assert lab.settings() != lab.before
    lab.process.send_signal(number)
    lab.until(lambda: lab.process.poll() is not None)
    lab.read()
    assert lab.process.returncode == code
    assert lab.settings() == lab.before
    assert b"Traceback" not in lab.said
    assert lab.said.rindex(b"\x1b[?1049l") > lab.said.rindex(b"\x1b[?1049h")  # the normal screen, not the other one
    assert lab.said.rindex(b"\x1b[?25h") > lab.said.rindex(b"\x1b[?25l")  # the cursor is shown
    lab.until(lambda: gone(int(pid.read_text())))


@pytest.mark.parametrize("made", ["not made", "made"])
def test_a_closed_terminal_ends_it(terminal, tmp_path, made) -> None:
    lab, pid = terminal(made), tmp_path / "pid"
    if made == "made":
        open_shell(lab, pid)
    lab.until(pid.exists)
    lab.close()
    lab.until(lambda: lab.process.poll() is not None)
    assert lab.process.returncode == 129
    lab.until(lambda: gone(int(pid.read_text())))


@pytest.mark.parametrize("how", ["SIGTERM", "SIGHUP", "closed"])
@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.2, 0.3, 0.4])
def test_it_ends_so_at_any_moment_of_its_start(terminal, how, seconds) -> None:
    lab = terminal("not made")
    lab.until(lambda: b"CKS lab" in lab.said)
    moment = time.monotonic() + seconds
    lab.until(lambda: time.monotonic() > moment)
    if how == "closed":
        lab.close()
    else:
        lab.process.send_signal(signal.Signals[how])
    lab.until(lambda: lab.process.poll() is not None)
    assert lab.process.returncode == (143 if how == "SIGTERM" else 129)
    assert b"Traceback" not in lab.said
    assert b"fault of its own" not in lab.said


# -- whose the mouse is


def test_a_key_gives_the_mouse_to_the_terminal_and_takes_it_back(terminal) -> None:
    lab = terminal("made")
    lab.until(lambda: b"About this lab" in lab.said)
    assert b"\x1b[?1000h" in lab.said
    for mode in (b"\x1b[?1000l", b"\x1b[?1000h"):
        lab.said = b""
        os.write(lab.screen, b"M")
        lab.until(lambda mode=mode: mode in lab.said)


def test_the_settings_leave_the_mouse_to_the_terminal(terminal, tmp_path) -> None:
    file = tmp_path / "config" / "cks-lab" / "tui.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("mouse: false\n")
    lab = terminal("made")
    lab.until(lambda: b"About this lab" in lab.said)
    assert b"\x1b[?1000h" not in lab.said
    os.write(lab.screen, b"M")
    lab.until(lambda: b"\x1b[?1000h" in lab.said)
