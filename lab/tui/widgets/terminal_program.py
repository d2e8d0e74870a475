"""Runs a program on a pseudo-terminal: reads it in slices, writes to it, and ends it with all that it left."""

import asyncio
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import copy_context
from typing import Any

from bittty.pty import UnixPTY

CHUNK = 4096
"""Bytes that are shown at once: what they cost (10 ms) is the longest that the app stands still."""
BURST = 1 << 18
"""Bytes that are read at once, and which may be shortened together."""
BURST_TIME = 0.005
BUSY = 0.02
"""Seconds of showing output without a pause, after which as long a pause gives the app its turn."""
GRACE = 1.0
"""Seconds that a program has to end after SIGHUP."""
MAX_UNREAD = 1 << 20
"""Bytes that wait for a program that does not read."""


class Program:
    """One run of a program. All methods are called in the event loop's thread; so are the callbacks.

    Args:
        argv: program and arguments.
        size: columns and rows.
        output: gets what the program writes.
        shorten: removes from a burst of output what nobody would see.
        ended: gets its exit code, as a shell has it: 128 and the number of the signal that ended it.

    Raises:
        OSError: it could not be started.
    """

    def __init__(
        self,
        argv: Sequence[str],
        size: tuple[int, int],
        output: Callable[[bytes], None],
        shorten: Callable[[bytes], bytes],
        ended: Callable[[int], None],
    ) -> None:
        self._output, self._shorten, self._ended = output, shorten, ended
        self._loop = asyncio.get_running_loop()
        self._context = copy_context()  # Textual keeps the app in it; a thread has none
        self._unwritten = bytearray()
        self._unshown = b""
        self._deaf = False
        self._busy = self._last = 0.0
        self._open = True
        self.over = asyncio.Event()
        self._pty = UnixPTY(size[1], size[0])
        self._fd: int = self._pty.master_fd
        self._process = self._spawn(argv)
        self._groups = {self.pid}
        os.set_blocking(self._fd, False)
        self._loop.add_reader(self._fd, self._readable)
        threading.Thread(target=self._await_end, name="terminal", daemon=True).start()

    def _spawn(self, argv: Sequence[str]) -> Any:
        inherited = {name: value for name, value in os.environ.items() if name not in ("LINES", "COLUMNS")}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # 3.12: fork beside threads
                return self._pty.spawn_process(list(argv), {**inherited, "TERM": "xterm-256color"})
        except OSError:
            os.close(self._pty.slave_fd)  # the library closes it after a start that worked
            self._pty.master_file.close()
            raise

    @property
    def pid(self) -> int:
        """The process id."""
        return int(self._process.pid)

    def write(self, data: bytes) -> None:
        """Give it input; what it does not take yet waits."""
        if self._open and len(self._unwritten) < MAX_UNREAD:
            self._unwritten += data
            self._flush()

    def resize(self, columns: int, rows: int) -> None:
        """Tell it another size; the kernel sends SIGWINCH."""
        if self._open:
            self._pty.resize(rows, columns)

    def hang_up(self) -> None:
        """End it as a closed terminal does, and with SIGKILL when it has not ended after the grace."""
        if self.over.is_set():
            return
        self._signal(signal.SIGHUP, signal.SIGCONT)  # a stopped program takes SIGHUP only when it goes on
        self._close()
        self._loop.call_later(GRACE, self.kill)

    def kill(self) -> None:
        """End it at once."""
        if not self.over.is_set():
            self._signal(signal.SIGKILL)

    async def end(self) -> None:
        """Hang up, and wait until it is over."""
        self.hang_up()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.over.wait(), GRACE)
        self.kill()
        await self.over.wait()

    def _signal(self, *numbers: signal.Signals) -> None:
        if self._open:
            with suppress(OSError):
                self._groups.add(os.tcgetpgrp(self._fd))  # what runs in the foreground has a group of its own
        for number in numbers:
            for group in self._groups - {0}:
                with suppress(OSError):
                    os.killpg(group, number)

    def _readable(self) -> None:
        data, at_end = self._burst()
        self._deaf = at_end  # every process has closed the terminal: it would be readable for ever
        self._unshown = self._shorten(data) if len(data) > CHUNK else data
        self._show_some()

    def _burst(self) -> tuple[bytes, bool]:
        """What there is to read now, and whether nothing comes after it."""
        parts, total, until = [], 0, time.monotonic() + BURST_TIME
        try:
            while total < BURST and time.monotonic() < until:
                parts.append(part := os.read(self._fd, CHUNK))
                total += len(part)
                if not part:
                    return b"".join(parts), True
        except BlockingIOError:
            pass
        except OSError:  # Linux says EIO at the end
            return b"".join(parts), True
        return b"".join(parts), False

    def _show_some(self) -> None:
        """Show a slice. After a while of a flood, pause: the pseudo-terminal makes its writer wait."""
        if not self._open:
            return
        begun = time.monotonic()
        data, self._unshown = self._unshown[:CHUNK], self._unshown[CHUNK:]
        if data:
            self._output(data)
        now = time.monotonic()
        self._busy = now - begun + (self._busy if begun - self._last < BUSY else 0)
        self._last = now
        pause, self._busy = (self._busy, 0.0) if self._busy > BUSY else (0.0, self._busy)
        more = bool(self._unshown or pause)
        self._set_reading(not more)
        if more:
            self._loop.call_later(pause, self._show_some)

    def _set_reading(self, reading: bool) -> None:
        if self._open and reading and not self._deaf:
            self._loop.add_reader(self._fd, self._readable)
        elif self._open:
            self._loop.remove_reader(self._fd)

    def _flush(self) -> None:
        try:
            while self._unwritten:
                del self._unwritten[: os.write(self._fd, self._unwritten)]
            self._loop.remove_writer(self._fd)
        except BlockingIOError:
            self._loop.add_writer(self._fd, self._flush)
        except OSError:  # it has closed its end
            self._unwritten.clear()
            self._loop.remove_writer(self._fd)

    def _await_end(self) -> None:
        """In a thread of its own: a wait costs nothing there, and works on every system."""
        code = self._process.wait()
        with suppress(RuntimeError):  # the loop is closed
            code = 128 - code if code < 0 else code
            self._loop.call_soon_threadsafe(self._at_end, code, context=self._context)

    def _at_end(self, code: int) -> None:
        if self._open:
            self._output(self._unshown + self._last_words())
            self._signal(signal.SIGHUP)  # what it left in the foreground
            self._close()
        self.over.set()
        self._ended(code)

    def _last_words(self) -> bytes:
        words, at_end = b"", False
        while not at_end and len(words) < BURST:
            part, at_end = self._burst()
            words += part
            at_end = at_end or not part
        return self._shorten(words)

    def _close(self) -> None:
        if self._open:
            self._set_reading(False)
            self._open = False
            self._loop.remove_writer(self._fd)
            self._pty.master_file.close()
