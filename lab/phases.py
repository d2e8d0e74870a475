"""Shows the progress of long work: phases with their time and an estimate, for console, TUI and tests."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TextIO

_WORTH_SAYING = 60.0
"""Seconds from which on the console says how long all of the work takes."""


class Status(Protocol):
    """Shows what is going on. Safe to call from several threads."""

    def phase(self, title: str, estimate: float = 0) -> AbstractContextManager[None]:
        """Open a phase that lasts as long as the `with` block; `estimate` in seconds, 0 for unknown."""

    def note(self, text: str) -> None:
        """Say one thing, in a line or a few."""

    def ahead(self, estimate: float) -> None:
        """Report the estimated seconds remaining; may be called again with a better estimate."""


class Silent:
    """Says nothing."""

    @contextmanager
    def phase(self, title: str, estimate: float = 0) -> Iterator[None]:
        """Open a phase without a word."""
        yield

    def note(self, text: str) -> None:
        """Drop the text."""

    def ahead(self, estimate: float) -> None:
        """Drop the estimate."""


class Recording(Silent):
    """Keeps titles and notes, for tests."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @contextmanager
    def phase(self, title: str, estimate: float = 0) -> Iterator[None]:
        """Keep the phase's title."""
        self.lines.append(title)
        yield

    def note(self, text: str) -> None:
        """Keep the text."""
        self.lines.append(text)


def seconds(duration: float) -> str:
    """A duration as people read it: `7 s`, `2 m 05 s`."""
    whole = round(duration)
    return f"{whole} s" if whole < 60 else f"{whole // 60} m {whole % 60:02d} s"


class Console:
    """Writes a line where a phase starts and one where it ends, with the seconds since this object was made.

    A long phase writes every half minute that it is still at work, so that a log that nobody watches
    live (CI) shows where time goes.

    Args:
        stream: where to; standard error, unless said otherwise.
        stamps: put the seconds before each line.
    """

    HEARTBEAT = 30.0

    def __init__(self, stream: TextIO | None = None, stamps: bool = True) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._stamps = stamps
        self._started = time.monotonic()
        self._lock = threading.Lock()

    def note(self, text: str) -> None:
        """Write the text, with the elapsed time before its first line."""
        self._write(text)

    def ahead(self, estimate: float) -> None:
        """Write the estimate, when it is one to wait for."""
        if estimate >= _WORTH_SAYING:
            self._write(f"This takes about {seconds(estimate)} in all.")

    @contextmanager
    def phase(self, title: str, estimate: float = 0) -> Iterator[None]:
        """Write the title with its estimate, then what it took or that it failed."""
        begun = time.monotonic()
        about = f" (about {seconds(estimate)})" if estimate >= 5 else ""
        self._write(f"{title}{about} ...")
        done = threading.Event()
        beat = threading.Thread(target=self._beat, args=(title, begun, estimate, done), daemon=True)
        beat.start()
        ending = "failed after"
        try:
            yield
            ending = "done in"
        except KeyboardInterrupt:
            ending = "interrupted after"
            raise
        finally:
            done.set()
            beat.join()
            self._write(f"{title}: {ending} {seconds(time.monotonic() - begun)}")

    def _beat(self, title: str, begun: float, estimate: float, done: threading.Event) -> None:
        while not done.wait(self.HEARTBEAT):
            spent = time.monotonic() - begun
            left = f", about {seconds(estimate - spent)} to go" if estimate > spent else ""
            self._write(f"{title}: {seconds(spent)} so far{left}")

    def _write(self, text: str) -> None:
        stamp = f"[{time.monotonic() - self._started:5.0f}s] " if self._stamps else ""
        with self._lock:
            self._stream.write(stamp + text.replace("\n", "\n" + " " * len(stamp)) + "\n")
            self._stream.flush()
