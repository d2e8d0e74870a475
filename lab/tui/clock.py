"""The clock of all times that the screens show: one place, so that tests and screenshots can hold it still."""

import time
from datetime import datetime


def now() -> float:
    """Seconds on a clock that only goes forward."""
    return time.monotonic()


def wall() -> datetime:
    """The time of day here."""
    return datetime.now().astimezone()
