"""A full-screen program on a terminal: its keys are pressed, and what it shows is waited for."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import pexpect

from lab.tui.widgets.terminal_emulator import Emulator

PATIENCE = 180.0
"""Seconds that anything may take to be shown."""
KEYS = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "up": "\x1b[A", "down": "\x1b[B", "f2": "\x1bOQ",
    "ctrl+c": "\x03", "ctrl+d": "\x04", "ctrl+]": "\x1d", "ctrl+p": "\x10",
}  # fmt: skip

Found = TypeVar("Found")


class Screen:
    """Starts a program on a terminal of that many columns and rows."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], columns: int, rows: int) -> None:
        self._child: pexpect.spawn[bytes] = pexpect.spawn(
            argv[0], list(argv[1:]), env={**env, "TERM": "xterm-256color"}, dimensions=(rows, columns), timeout=None
        )
        self._child.delaybeforesend = None
        self._emulator = Emulator((columns, rows), self._answer, lambda: None, self._take_copy)
        self._rows = rows
        self.copied = ""
        self.ended = False
        self.output: Callable[[bytes], object] = lambda data: None
        """Gets what the program writes, too."""

    @property
    def pid(self) -> int:
        """The program's process."""
        assert self._child.pid is not None
        return int(self._child.pid)

    # -- what is done

    def press(self, *keys: str) -> None:
        """Press keys, by their names or as characters."""
        for key in keys:
            self._child.send(KEYS.get(key, key))

    def type(self, text: str) -> None:
        """Type a text, a line at a time where it has more."""
        self._child.send(text.replace("\n", "\r"))

    def kill(self, number: int) -> None:
        """Send the program a signal."""
        self._child.kill(number)

    def hang_up(self) -> None:
        """Close the terminal, as a closed window does."""
        self._child.ptyproc.fileobj.close()  # type: ignore[attr-defined]
        self.poll(lambda: not self._child.isalive())
        self.ended = True

    def close(self) -> None:
        """End the program, whatever it does."""
        self._child.close(force=True)

    def wait(self) -> int:
        """Wait for the program's end; returns its exit code."""
        self.until(lambda: self.ended)
        self.poll(lambda: not self._child.isalive())
        return int(-self._child.signalstatus if self._child.signalstatus else self._child.exitstatus or 0)

    # -- what is seen

    @property
    def lines(self) -> list[str]:
        """What is shown, row by row."""
        return ["".join(text for _, text in self._emulator.line(row).cells).rstrip() for row in range(self._rows)]

    @property
    def text(self) -> str:
        """What is shown."""
        return "\n".join(self.lines)

    def until(self, found: Callable[[], Found], patience: float = PATIENCE) -> Found:
        """Wait until something is found on the screen while nothing more is written to it; returns that."""
        end = time.monotonic() + patience
        while True:
            if not self._read() and (answer := found()):
                return answer
            assert not self.ended, f"The program has ended:\n{self.text}"
            assert time.monotonic() < end, f"Not to be seen after {patience:.0f} s:\n{self.text}"

    @staticmethod
    def poll(done: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Wait for something that no screen shows."""
        end = time.monotonic() + patience
        while not done():
            assert time.monotonic() < end, f"Not so after {patience:.0f} s"
            time.sleep(0.2)

    def see(self, *words: str, patience: float = PATIENCE) -> None:
        """Wait until all of these words are shown, wherever lines are broken between them."""
        missing: list[str] = []

        def shown() -> bool:
            text = joined(self.lines)
            missing[:] = [word for word in words if word not in text]
            return not missing

        try:
            self.until(shown, patience)
        except AssertionError as error:
            raise AssertionError(f"{missing}: {error}") from None

    def find(self, pattern: str, patience: float = PATIENCE) -> "re.Match[str]":
        """Wait until a pattern is found in a line."""
        found = self.until(lambda: [m for line in self.lines if (m := re.search(pattern, line))], patience)
        return found[0]

    def _read(self) -> bool:
        """Take what the program writes, for at most a moment; returns whether there is more to come at once."""
        try:
            data = self._child.read_nonblocking(1 << 16, timeout=0.05)
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF:
            self.ended = True
            return False
        self._emulator.feed(data)
        self.output(data)
        return True

    def _answer(self, data: bytes) -> None:
        self._child.send(data)

    def _take_copy(self, text: str) -> None:
        self.copied = text


def joined(lines: Sequence[str]) -> str:
    """Lines as one text with single spaces, so that it does not matter where they were broken."""
    return " ".join(" ".join(lines).split())
