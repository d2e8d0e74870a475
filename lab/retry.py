"""Tries again until a condition holds or the time is over."""

import time
from collections.abc import Iterator


def attempts(timeout: float, pause: float) -> Iterator[None]:
    """A round for each attempt: at least one, then more after a pause each until the time is over; in seconds."""
    deadline = time.monotonic() + timeout
    while True:
        yield
        if time.monotonic() >= deadline:
            return
        time.sleep(pause)
