"""Errors as a learner sees them: one message and the next thing to do. Stack traces go to a log."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from lab import paths
from lab.errors import LabError

T = TypeVar("T")
_LOG_LIMIT = 500_000  # bytes; a fault that comes back every few seconds must not fill a disk


@dataclass(frozen=True)
class Failure:
    """What failed, and the next command to type; the latter may be empty."""

    message: str
    hint: str = ""


def attempt(call: Callable[[], T]) -> T | Failure:
    """What `call` returns, or the failure that it raised. Meant for threads: nothing is raised."""
    try:
        return call()
    except LabError as error:
        return Failure(error.message, error.hint)
    except Exception as error:
        return unexpected(error)


def unexpected(error: BaseException) -> Failure:
    """A fault of the lab itself, in one sentence; its stack trace goes to the log that the hint names."""
    sentence = f"The lab met a fault of its own ({type(error).__name__})."
    try:
        log = paths.log_file("tui")
        mode = "w" if log.exists() and log.stat().st_size > _LOG_LIMIT else "a"
        with log.open(mode, encoding="utf-8") as stream:
            stream.write(time.strftime("\n%Y-%m-%d %H:%M:%S\n"))
            traceback.print_exception(error, file=stream)
    except OSError as reason:
        return Failure(sentence, f"Its log could not be written: {reason.strerror}")
    return Failure(sentence, f"What happened is written in {log}")
