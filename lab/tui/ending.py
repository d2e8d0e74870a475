"""SIGTERM and SIGHUP end the TUI as quitting does: what runs is ended, the terminal is as it was."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from lab import shell
from lab.shell.signals import handling
from lab.tui.app import LabApp

GRACE = 8.0
"""Seconds that the app has to leave by itself."""


@contextmanager
def ended_by_signals(app: LabApp) -> Iterator[list[int]]:
    """Within, the signals make the app leave; one that is ignored stays so. Gives the list that takes their numbers:
    the exit code is 128 and the first.
    """
    received: list[int] = []

    def take(number: int, _: FrameType | None) -> None:
        received.append(number)
        guard = threading.Timer(GRACE, _end_at_once, (128 + number,))
        guard.daemon = True
        guard.start()
        app.leave()

    with handling({signal.SIGTERM: take, signal.SIGHUP: take}):
        yield received


def _end_at_once(code: int) -> None:
    """For a terminal that is gone: Textual may wait for ever for what it still wants to write there."""
    shell.stop_all()
    os._exit(code)
