"""Calls of the course whose errors become pages for the learner, and not exceptions."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from lab.fault_log import Failure, failure_of

__all__ = ["Failure", "attempt", "attempted"]
T = TypeVar("T")


def attempt(call: Callable[[], T]) -> T | Failure:
    """What `call` returns, or the failure that it raised. Meant for threads: nothing is raised."""
    try:
        return call()
    except Exception as error:
        return failure_of(error, "tui")


async def attempted(call: Callable[[], T]) -> T | Failure:
    """The same in a thread, for the event loop."""
    return await asyncio.to_thread(attempt, call)
