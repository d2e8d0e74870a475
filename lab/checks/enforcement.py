"""Why a constraint does not refuse pods, as far as its text and Gatekeeper's state tell. Pure."""

from collections.abc import Sequence

from lab.checks import gatekeeper, matching
from lab.checks.base import Observation
from lab.checks.causes import Cause, Object, found
from lab.checks.gatekeeper import Policy
from lab.checks.gatekeeper_serving import unserved


def in_force(policy: Policy, seen: Observation, namespaces: Sequence[str]) -> Cause | None:
    """Why the constraint does not refuse pods in these namespaces, as far as its text and Gatekeeper's state tell.

    Raises:
        NotYet: it will soon.
    """
    if cause := gatekeeper.absent(policy, seen) or unserved(seen, namespaces):
        return cause
    template, constraint = found(seen[policy.template_ask]) or {}, found(seen[policy.constraint_ask]) or {}
    if cause := gatekeeper.template_error(policy, template) or gatekeeper.constraint_error(policy, constraint):
        return cause
    gatekeeper.await_taken_in(policy, seen)
    return weak(policy, constraint) or unmatched(policy, constraint, namespaces)


def weak(policy: Policy, constraint: Object) -> Cause | None:
    """Whether the constraint says anything but that a violating object is refused."""
    spec = constraint.get("spec") or {}
    action = spec.get("enforcementAction", "deny")
    command = f"kubectl get {policy.kind.lower()} {policy.constraint} -o jsonpath='{{.spec}}'"
    if action == "deny" or (action == "scoped" and _denies(spec)):
        return None
    if action == "dryrun":
        return Cause("dryrun", "the constraint's enforcementAction is dryrun: it only counts in the audit", command)
    if action == "warn":
        return Cause("warn", "the constraint's enforcementAction is warn: kubectl warns, and the pod is made", command)
    what = "scoped, without deny for the webhook" if action == "scoped" else f'"{action}"'
    return Cause("not-deny", f"the constraint's enforcementAction is {what}, so nothing is refused", command)


def unmatched(policy: Policy, constraint: Object, namespaces: Sequence[str]) -> Cause | None:
    """Whether the constraint's match leaves out pods, or pods of one of these namespaces."""
    match = (constraint.get("spec") or {}).get("match") or {}
    command = f"kubectl get {policy.kind.lower()} {policy.constraint} -o jsonpath='{{.spec.match}}'"
    if why := matching.kinds_without_pods(match):
        return Cause("kinds", f"the constraint does not look at pods: {why}", command)
    if why := matching.out_of_scope(match, namespaces):
        return Cause("scope", f"the constraint does not look at every pod: {why}", command)
    return None


def _denies(spec: Object) -> bool:
    points = [
        point.get("name")
        for entry in spec.get("scopedEnforcementActions") or []
        if entry.get("action") == "deny"
        for point in entry.get("enforcementPoints") or []
    ]
    return gatekeeper.WEBHOOK in points or "*" in points
