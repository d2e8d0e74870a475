"""Errors as a learner sees them: one message and the next thing to do. Stack traces go to a log."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from lab import fault_log
from lab.errors import LabError

T = TypeVar("T")


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


async def attempted(call: Callable[[], T]) -> T | Failure:
    """The same in a thread, for the event loop."""
    return await asyncio.to_thread(attempt, call)


def unexpected(error: BaseException) -> Failure:
    """A fault of the lab itself, in one sentence; its stack trace goes to the log that the hint names."""
    sentence = f"The lab met a fault of its own ({type(error).__name__})."
    try:
        log = fault_log.note("tui", error)
    except OSError as reason:
        return Failure(sentence, f"Its log could not be written: {reason.strerror}")
    return Failure(sentence, f"What happened is written in {log}")
