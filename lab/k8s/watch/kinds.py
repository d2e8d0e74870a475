"""Selects the kinds of objects to watch, and the parts of an object whose change counts. Pure."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_PATH = re.compile(r"(?P<base>/api/v1|/apis/[^/]+/[^/]+)(?:/namespaces/(?P<namespace>[^/]+))?/(?P<resource>[^/?]+)")

NOISE = frozenset({"managedFields", "resourceVersion"})
"""Fields that change with every write, whatever was written."""
MURMUR = frozenset({"auditTimestamp"})
"""Fields that change by themselves, and mean something only soon after something else has changed."""


@dataclass(frozen=True)
class Kind:
    """A kind by the path of its list in all namespaces; `namespaces`: those that matter, all when there are none."""

    path: str
    namespaces: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The kind's name in the plural, as the API has it."""
        return self.path.rpartition("/")[2]

    def minds(self, thing: Mapping[str, Any]) -> bool:
        """Whether an object is in a namespace that matters."""
        return not self.namespaces or thing["metadata"].get("namespace") in self.namespaces


def kinds_of(paths: Iterable[str]) -> tuple[Kind, ...]:
    """The kinds that requests are about, from the paths of the requests; those about no objects count for nothing."""
    found: dict[str, set[str]] = {}
    for path in paths:
        match = _PATH.match(path)
        if match:
            found.setdefault(f"{match['base']}/{match['resource']}", set()).add(match["namespace"] or "")
    return tuple(Kind(path, frozenset() if "" in where else frozenset(where)) for path, where in sorted(found.items()))


@dataclass(frozen=True)
class Digest:
    """A digest of an object; `loud` leaves out also what is only noise."""

    whole: bytes
    loud: bytes


def digest(thing: Mapping[str, Any]) -> Digest:
    """The digest of an object, without noise."""
    return Digest(_hash(_without(thing, NOISE)), _hash(_without(thing, NOISE | MURMUR)))


def _hash(value: Any) -> bytes:
    return hashlib.blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=12).digest()


def _without(value: Any, fields: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _without(inner, fields) for key, inner in value.items() if key not in fields}
    return [_without(inner, fields) for inner in value] if isinstance(value, list) else value
