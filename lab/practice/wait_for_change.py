"""Looking again and again until something changes: when the course tells of a change, and now and then anyway."""

import threading
import time
from collections.abc import Callable

from lab.course import Course
from lab.practice import words
from lab.practice.results import Sight

_REST = 1.0  # seconds from one look to the next at least, however much is told meanwhile


def await_change(course: Course, sight: Sight, every: float, seconds: float, say: Callable[[str], None]) -> bool:
    """Look until a verdict is another than when `sight.changed()` was asked before.

    Args:
        every: seconds between two looks at most.
        seconds: how long.
        say: told when the API server goes away and when it is back.

    Returns:
        Whether something changed in time.

    Raises:
        LabError: nothing could be looked at.
    """
    told, deadline, away = threading.Event(), time.monotonic() + seconds, ""
    watching = course.watch(lambda _: told.set())
    try:
        while True:
            told.clear()
            sight.look()
            if sight.changed():
                return True
            away = _say_api_server(away, words.api_server(course.look()) if sight.unsure() else "", say)
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(_REST, every, left))
            told.wait(min(every, left))
    finally:
        watching.stop()


def _say_api_server(before: str, away: str, say: Callable[[str], None]) -> str:
    if away and not before:
        say(f"{away} What needs it counts as it was.")
    if before and not away:
        say("The API server is ready again.")
    return away
