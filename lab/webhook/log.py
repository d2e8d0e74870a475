"""The log: the standard `logging`, with one JSON object a line and a thread of its own that writes them.

So a log that nobody reads holds up no decision. What does not fit into the bounds is cut; when the reader of the log
is far behind, whole lines are dropped and counted.
"""

import json
import logging
import os
import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from logging.handlers import QueueHandler, QueueListener
from typing import Any

MOST_IMAGES = 64
MOST_ANNOTATIONS = 64
LONGEST_TEXT = 1024
"""Of a value, in characters; longer ones end with an ellipsis."""
MOST_WAITING = 16 * 1024 * 1024
"""Of all lines that wait to be written, in characters."""
DELAY = 0.02
"""Seconds between a line and its writing."""

log = logging.getLogger("lab.webhook")
"""Its messages are names of events, with a mapping of values, which must be bounded already, as their argument."""

_encode = json.JSONEncoder(separators=(",", ":")).encode


class Log:
    """Writes what is logged, by this program and by libraries, to a file descriptor from now on until `close`.

    `dropped` is called with the number of lines that were lost.
    """

    def __init__(self, descriptor: int, dropped: Callable[[int], None]) -> None:
        lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._writer = _Writer(lines, descriptor, dropped)
        self._writer.start()
        self._handler = _Handler(lines, self._writer, dropped)
        logging.getLogger().addHandler(self._handler)
        logging.getLogger("asyncio").setLevel(logging.ERROR)  # its warnings are of clients that went away
        log.setLevel(logging.INFO)

    def close(self, patience: float = 2.0) -> None:
        """Write what is left, and wait at most so many seconds for it."""
        logging.getLogger().removeHandler(self._handler)
        stop = threading.Thread(target=self._writer.stop, name="log-stop", daemon=True)  # has no time limit itself
        stop.start()
        stop.join(patience)


class _Lines(logging.Formatter):
    """Makes the line of a record: the time, the event, its values."""

    def format(self, record: logging.LogRecord) -> str:
        """A JSON object. What libraries say becomes an event too."""
        error = record.exc_info[1] if record.exc_info else None
        values: Mapping[str, object]
        if record.name == log.name and error is None:
            event, values = record.msg, record.args if isinstance(record.args, Mapping) else {}
        elif record.name.startswith("aiohttp"):  # it speaks of what a client sent
            told = record.getMessage() + (f": {type(error).__name__}: {error}" if error else "")
            event, values = "http-error", {"text": text_of(" ".join(told.split()))}
        else:
            stack = "".join(traceback.format_exception(error, limit=-5)) if error else ""
            event, values = "fault", {"text": f"{record.getMessage()}\n{stack}"}
        now = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return _encode({"time": now, "event": event, **values})


class _Handler(QueueHandler):
    """Makes lines and hands them to the log's thread; those for which there is no room are dropped."""

    def __init__(self, lines: "queue.SimpleQueue[str]", writer: "_Writer", dropped: Callable[[int], None]) -> None:
        super().__init__(lines)
        self.setFormatter(_Lines())
        self._writer = writer
        self._dropped = dropped
        self._handed = 0

    def prepare(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        return self.format(record)

    def enqueue(self, record: Any) -> None:
        """Hand over a line."""
        if self._handed - self._writer.done > MOST_WAITING:
            self._dropped(1)
        else:
            self._handed += len(record)
            super().enqueue(record)


class _Writer(QueueListener):
    """The log's thread. It writes lines in batches, for waking it costs more than a line."""

    def __init__(self, lines: "queue.SimpleQueue[str]", descriptor: int, dropped: Callable[[int], None]) -> None:
        super().__init__(lines)
        self._lines = lines
        self._batch: list[str] = []
        self._descriptor = descriptor
        self._dropped = dropped
        self.done = 0
        """Characters of lines that were written or lost."""

    def dequeue(self, block: bool) -> Any:
        """The next line; where there is none yet, the batch is written, and the line has time to get company."""
        if not self._lines.empty():
            return self._lines.get()
        self._write()
        line = self._lines.get()
        time.sleep(DELAY)
        return line

    def handle(self, record: Any) -> None:
        """Take a line into the batch."""
        self._batch.append(record)

    def stop(self) -> None:
        """End the thread, and write what it had taken."""
        super().stop()
        self._write()

    def _write(self) -> None:
        batch, self._batch = self._batch, []
        left = memoryview("".join(f"{line}\n" for line in batch).encode("ascii"))
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:  # the reader is gone, or the disk is full
            self._dropped(len(batch))
        self.done += sum(map(len, batch))


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
