"""A progress journal of format version 1, which was one JSON object, as the events of today's."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def events_of(file: Path, cluster_uid: str) -> list[dict[str, Any]]:
    """The events of such a file; none where it is of another cluster, or no such file.

    Exercises, hints and solutions are taken over. Steps that passed are not: anybody can have written that.

    Raises:
        OSError: it cannot be read.
    """
    try:
        content = json.loads(file.read_bytes())
        if (content["format_version"], content["cluster_uid"]) != (1, cluster_uid):
            return []
        return [event for exercise, entry in content["exercises"].items() for event in _events(exercise, entry)]
    except (ValueError, LookupError, TypeError, AttributeError):
        return []


def _events(exercise: str, entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if entry.get("started_at"):
        yield {"event": "started", "exercise": exercise, "at": str(entry["started_at"])}
    for step, number in entry.get("hints", {}).items():
        yield {"event": "hint", "exercise": exercise, "step": str(step), "number": int(number)}
    for step in entry.get("solved", ()):
        yield {"event": "solution", "exercise": exercise, "step": str(step)}
    if entry.get("aside_at"):
        yield {"event": "aside", "exercise": exercise, "passed": {}, "at": str(entry["aside_at"])}
