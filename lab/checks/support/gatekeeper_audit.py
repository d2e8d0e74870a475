"""Reads what Gatekeeper's audit found, once it can have seen the objects as they are now. Pure.

An audit's timestamp is the second in which it began; an object's times are in whole seconds too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lab.checks.asks import CouldNotTell, NotYet
from lab.checks.support.api_objects import Object
from lab.checks.support.gatekeeper import taken_in

SETTLE = timedelta(seconds=20)
"""What surprises in an audit that began sooner after a change is no ground to fail: more than the interval of 15 s.

Seen: where a template's schema and its constraint change within a second, the audit's first run may have the constraint
without its parameters, though it reports it as taken in; the run after that has them.
"""
NEXT = "Gatekeeper's next audit is within 15 s"


@dataclass(frozen=True)
class Violation:
    """A violation as the constraint's status tells it."""

    kind: str
    namespace: str
    name: str
    action: str


@dataclass(frozen=True)
class Audit:
    """An audit that began after the last change. `settled`: so much later that its result is of what there is now."""

    violations: tuple[Violation, ...]
    total: int
    settled: bool

    def pods(self, namespace: str) -> set[str]:
        """The names of the pods of a namespace that it found.

        Raises:
            CouldNotTell: the list was cut off, so that pods may be missing.
        """
        if self.total > len(self.violations):
            why = f"the audit found {self.total} violations, and Gatekeeper writes down only {len(self.violations)}"
            raise CouldNotTell(f"{why}; delete what you made besides the exercise: kubectl get pods -A")
        return {found.name for found in self.violations if (found.kind, found.namespace) == ("Pod", namespace)}


def audit_of(constraint: Object, others: Iterable[Object]) -> Audit:
    """The last audit of a constraint.

    Args:
        constraint: with its status.
        others: what the audit depends on besides: the template, the pods.

    Raises:
        NotYet: the audit began before the last change, or has not run.
    """
    status = constraint.get("status") or {}
    began = status.get("auditTimestamp")
    changed = max(last_change(entry) for entry in (constraint, *others))
    if not began or time_of(began) <= changed or not taken_in(constraint, "constraintUID", "audit"):
        raise NotYet(f"the audit has not run since the last change; {NEXT}")
    found = tuple(
        Violation(
            str(entry.get("kind", "")),
            str(entry.get("namespace", "")),
            str(entry.get("name", "")),
            str(entry.get("enforcementAction", "")),
        )
        for entry in status.get("violations") or []
    )
    settled = time_of(began) > changed + SETTLE
    return Audit(found, int(status.get("totalViolations") or 0), settled)


def last_change(entry: Object) -> datetime:
    """When somebody last wrote anything but an object's status."""
    meta: Any = entry["metadata"]
    times = [time_of(meta["creationTimestamp"])]
    written = [field for field in meta.get("managedFields") or [] if field.get("subresource", "") != "status"]
    return max([*times, *(time_of(field["time"]) for field in written if field.get("time"))])


def time_of(text: str) -> datetime:
    """A time as the API writes it."""
    return datetime.fromisoformat(text)
