"""A way as one JSON object, for scripts. Its keys are part of the command line's contract. Pure."""

from typing import Any

from lab.model import FORMAT_VERSION
from lab.request_path.station import RequestPath, Station


def as_object(path: RequestPath) -> dict[str, Any]:
    """A way as what JSON is made of."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": path.kind,
        "subject": path.subject,
        "namespace": path.namespace,
        "outcome": path.outcome,
        "stopped_at": path.stopped_at,
        "said": path.said,
        "summary": path.summary,
        "stations": [_station(each) for each in path.stations],
    }


def _station(station: Station) -> dict[str, Any]:
    keys = ("id", "name", "group", "state", "what", "words", "next", "seconds", "since")
    return {key: getattr(station, key) for key in keys} | {"parts": [_station(part) for part in station.parts]}
