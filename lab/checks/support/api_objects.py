"""Objects and lists of objects, as the API server answers with them."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lab.checks.asks import Answer, CouldNotTell

Object = Mapping[str, Any]


def found(answer: Answer) -> Object | None:
    """The object that was asked for, None when there is none.

    Raises:
        CouldNotTell: the API server said something else.
    """
    if answer.code == 404:
        return None
    if answer.code != 200:
        raise CouldNotTell(f"the API server answers with status {answer.code}: {answer.text[:200]}")
    return _parsed(answer.text)


def items(answer: Answer) -> list[Object]:
    """The objects of a list; none where the API server does not know the kind."""
    return list((found(answer) or {}).get("items") or [])


@lru_cache(maxsize=64)  # many checks read the same answers, and some read them for each of their probes
def _parsed(text: str) -> Object:
    value: Object = json.loads(text)
    return value
