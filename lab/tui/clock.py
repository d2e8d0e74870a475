"""The clock of all times that the screens show: one place, so that tests and screenshots can hold it still."""

import time


def now() -> float:
    """Seconds on a clock that only goes forward."""
    return time.monotonic()
