"""One JSON object a line, written by a thread of its own, so that a log that nobody reads holds up no decision.

Lines are handed over in batches, for a hand-over costs more than a line. What does not fit into the bounds is cut;
when the reader of the log is far behind, whole lines are dropped and counted.
"""

import asyncio
import json
import logging
import os
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

MOST_IMAGES = 64
MOST_ANNOTATIONS = 64
LONGEST_TEXT = 1024
"""Of a value, in characters; longer ones end with an ellipsis."""
DELAY = 0.02
"""Seconds between a line and its hand-over."""
_MOST_BATCHES = 256
_LARGEST_BATCH = 64 * 1024

_encode = json.JSONEncoder(separators=(",", ":")).encode


class Log:
    """A log on a file descriptor. Its methods are for the event loop's thread."""

    def __init__(self, descriptor: int, dropped: Callable[[int], None]) -> None:
        self._descriptor = descriptor
        self._dropped = dropped
        self._lines: list[str] = []
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None
        self._batches: queue.Queue[bytes | None] = queue.Queue(_MOST_BATCHES)
        self._thread = threading.Thread(target=self._work, name="log", daemon=True)
        self._thread.start()

    def write(self, event: str, values: Mapping[str, Any]) -> None:
        """Write a line: the time, what happened, and values, which must be bounded already."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = _encode({"time": now, "event": event, **values})
        self._lines.append(line)
        self._size += len(line)
        if self._size > _LARGEST_BATCH:
            self._hand_over()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(DELAY, self._hand_over)

    def close(self, patience: float = 2.0) -> None:
        """Write what is left, and wait at most so many seconds for it."""
        self._hand_over()
        try:
            self._batches.put(None, timeout=patience)
        except queue.Full:
            return
        self._thread.join(patience)

    def _hand_over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._lines:
            return
        lines, self._lines, self._size = self._lines, [], 0
        try:
            self._batches.put_nowait(("\n".join(lines) + "\n").encode("ascii"))
        except queue.Full:
            self._dropped(len(lines))

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            left = memoryview(batch)
            try:
                while left:
                    left = left[os.write(self._descriptor, left) :]
            except OSError:  # the reader is gone, or the disk is full
                self._dropped(batch.count(b"\n"))


class Handler(logging.Handler):
    """Takes what a library tells by `logging` into the log: what happened, and the error without its stack."""

    def __init__(self, log: Log, event: str) -> None:
        super().__init__(logging.WARNING)
        self._log = log
        self._event = event

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; called by `logging`."""
        error = record.exc_info[1] if record.exc_info else None
        told = record.getMessage() + (f": {type(error).__name__}: {error}" if error else "")
        self._log.write(self._event, {"text": text_of(" ".join(told.split()))})


def bounded_list(texts: Iterable[str], most: int) -> list[str]:
    """The first texts, each cut to what a line may hold."""
    return [text_of(text) for text in islice(texts, most)]


def bounded_map(texts: Mapping[str, str], most: int) -> dict[str, str]:
    """The first entries, each cut to what a line may hold."""
    return {text_of(key): text_of(value) for key, value in islice(texts.items(), most)}


def text_of(text: str) -> str:
    """A text that is valid Unicode and not too long."""
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT] + "..."
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
