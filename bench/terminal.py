"""A program on a pseudo-terminal, as a terminal's window runs it: what it draws, when, and what is typed."""

import os
import re
import select
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import pexpect

from lab.errors import ClusterError

TIMEOUT = 60.0
_CHUNK = 1 << 16
_CONTROL = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[ -/]*[0-~])")


def plain(drawn: bytes) -> str:
    """What was drawn, without control sequences, in the order in which it came."""
    return _CONTROL.sub(b" ", drawn).decode(errors="replace")


class Terminal:
    """Starts a program. What it draws is kept from one `wait_for` to the next.

    Args:
        argv: program and arguments.
        size: rows and columns.
        env: variables set on top of this process's own.
    """

    def __init__(self, argv: Sequence[str], size: tuple[int, int] = (24, 80), env: Mapping[str, str] = {}) -> None:
        self.started = time.monotonic()
        self._child: pexpect.spawn[bytes] = pexpect.spawn(
            argv[0], list(argv[1:]), dimensions=size, env={**os.environ, "TERM": "xterm-256color", **env}
        )
        self._drawn = bytearray()
        self._name = " ".join(argv[-3:])

    @property
    def pid(self) -> int:
        """The program's process id."""
        return int(self._child.pid or 0)

    def send(self, text: str) -> None:
        """Type a text."""
        os.write(self._child.child_fd, text.encode())

    def wait_for(self, *texts: str, timeout: float = TIMEOUT) -> float:
        """Wait until all of the texts were drawn since the last time, each without a control sequence in it.

        Returns:
            The moment (monotonic) at which the last of what shows them was read.

        Raises:
            ClusterError: they did not come in time, or the program ended.
        """
        deadline = time.monotonic() + timeout
        wanted = [text.encode() for text in texts]
        while not all(text in self._drawn for text in wanted):
            if not self._read(deadline):
                said = " ".join(plain(bytes(self._drawn)).split())[-600:]
                raise ClusterError(f"{self._name} did not show {' and '.join(texts)}. The last that it drew: {said}")
        moment = time.monotonic()
        self._drawn.clear()
        return moment

    def settle(self, seconds: float) -> None:
        """Let it draw for so long, and forget that: what it draws has to be read, or it would wait.

        Raises:
            ClusterError: the program ended.
        """
        deadline = time.monotonic() + seconds
        while self._read(deadline):
            self._drawn.clear()
        if time.monotonic() < deadline:
            raise ClusterError(f"{self._name} ended by itself.")

    def close(self) -> None:
        """Hang up, and wait for its end."""
        with suppress(pexpect.ExceptionPexpect):
            self._child.close(force=True)

    def _read(self, deadline: float) -> bool:
        """Take what there is, as soon as there is something; False at the deadline or the program's end."""
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self._child.child_fd], [], [], left)[0]:
            return False
        try:
            part = os.read(self._child.child_fd, _CHUNK)
        except OSError:  # Linux says EIO at the end
            return False
        self._drawn += part
        return bool(part)
