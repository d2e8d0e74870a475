"""Shared by the parts of a watch: the notifier that calls the listener, and threads that log their faults."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from lab import fault_log
from lab.model import Told

GATHER = 0.1
"""Seconds that a change waits for others, so that a burst is one call."""
RESTLESS = 45.0
"""Seconds after a change in which noise is reported too: what a change leads to may show in nothing else, such as
Gatekeeper's next audit, which comes within 15 s and takes up to two of them.
"""


class Notifier:
    """Tells a listener what changed: each thing once a burst, with the newest detail.

    Args:
        told: the listener; is called in a thread of its own.
        clock: seconds that only grow.
    """

    def __init__(self, told: Callable[[Told], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._told = told
        self._clock = clock
        self._pending: dict[str, Told] = {}
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._changed_at: float | None = None

    def notify(self, news: Told) -> None:
        """Something changed."""
        self._changed_at = self._clock()
        self._add(news)

    def notify_noise(self, news: Told) -> None:
        """Something changed that means nothing by itself; the listener is called only soon after a real change."""
        if self._changed_at is not None and self._clock() - self._changed_at < RESTLESS:
            self._add(news)

    def deliver(self, stopped: threading.Event) -> None:
        """Wait for news, and pass them on with what comes within the next moment."""
        self._news.wait()
        if stopped.wait(GATHER):
            return
        with self._lock:
            self._news.clear()
            pending, self._pending = self._pending, {}
        for news in pending.values():
            if stopped.is_set():
                return
            try:
                self._told(news)
            except Exception as error:  # the listener's fault; it shall hear the rest all the same
                note(error)

    def wake(self) -> None:
        """End the waiting of `deliver`, after `stopped` was set."""
        self._news.set()

    def _add(self, news: Told) -> None:
        with self._lock:
            self._pending[news.what] = news
            self._news.set()


def loop(name: str, stopped: threading.Event, turn: Callable[[], object]) -> threading.Thread:
    """Start a daemon thread that takes turn after turn until it is stopped; what a turn raises goes to the log.

    Args:
        name: of the thread.
        stopped: ends it after the turn at hand.
        turn: waits for what it is for, so that it does not spin.
    """

    def run() -> None:
        pause = 1.0
        while not stopped.is_set():
            try:
                turn()
                pause = 1.0
            except Exception as error:
                note(error)
                stopped.wait(pause)
                pause = min(pause * 2, 60.0)

    thread = threading.Thread(target=run, name=f"watching-{name}", daemon=True)
    thread.start()
    return thread


def note(what: Exception | str) -> None:
    """Write a fault to the log `watching`; nothing when it cannot be written."""
    with suppress(OSError):
        fault_log.note("watching", what)
