"""Derives the files and API objects to watch from the checks' asks and the exercises' variables."""

from collections.abc import Iterable

from lab.checks.asks import ApiAsk, Observation
from lab.checks.base import Facts
from lab.grading import judge
from lab.k8s.watch.cluster import Interest
from lab.model import Exercise


def interest_of(exercises: Iterable[Exercise]) -> Interest:
    """The files and API requests whose changes may change a verdict of some exercises.

    The lab cannot know which files a command on the node reads; so the files are those that variables of the exercises
    name. The watch itself adds those that matter always.
    """
    files: set[str] = set()
    requests: set[str] = set()
    for exercise in exercises:
        files |= {value for value in exercise.variables.values() if _is_file(value)}
        requests |= {
            ask.path for ask in judge.asks(exercise.steps, Facts("", ()), Observation()) if isinstance(ask, ApiAsk)
        }
    return Interest(tuple(sorted(files)), tuple(sorted(requests)))


def _is_file(value: str) -> bool:
    """Whether a variable's value is a path on the node; one of a URL begins with a slash, too."""
    return value.startswith("/") and value.count("/") > 1
