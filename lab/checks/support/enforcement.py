"""Tells by its text and Gatekeeper's state why a constraint does not refuse pods. Pure.

What is refused is found out by probes; this explains it when they are not.
"""

from collections.abc import Sequence
from datetime import timedelta

from lab.checks.asks import NotYet, Observation
from lab.checks.base import Facts, Fault
from lab.checks.support import gatekeeper, matching
from lab.checks.support.api_objects import Object, found
from lab.checks.support.gatekeeper import Policy
from lab.checks.support.gatekeeper_audit import last_change
from lab.checks.support.gatekeeper_health import unserved
from lab.k8s import gatekeeper_status

VAP = "vap.k8s.io"
SETTLE, SETTLE_VAP = timedelta(seconds=10), timedelta(seconds=60)
"""How long a change may take to show: Gatekeeper makes a ValidatingAdmissionPolicy some 30 s after it."""


def in_force(policy: Policy, seen: Observation, namespaces: Sequence[str]) -> Fault | None:
    """Why the constraint does not refuse pods in these namespaces, as far as its text and Gatekeeper's state tell.

    Raises:
        NotYet: it will soon.
    """
    return gatekeeper.absent(policy, seen) or unserved(seen, namespaces) or without_effect(policy, seen, namespaces)


def without_effect(policy: Policy, seen: Observation, namespaces: Sequence[str]) -> Fault | None:
    """As `in_force`, where the constraint is there, and Gatekeeper is asked about pods in these namespaces.

    Raises:
        NotYet: it will soon.
    """
    template, constraint = found(seen[policy.template_ask]) or {}, found(seen[policy.constraint_ask]) or {}
    if fault := gatekeeper.template_error(policy, template) or gatekeeper.constraint_error(policy, constraint):
        return fault
    gatekeeper.await_taken_in(policy, seen)
    return weak(policy, seen) or unmatched(policy, seen, namespaces) or excluded(seen, namespaces)


def raise_if_just_changed(policy: Policy, facts: Facts, seen: Observation) -> None:
    """Nothing when what was seen is of the policy as it is now.

    Gatekeeper reports a change as taken in some seconds before its webhook decides by it: seen with a template and a
    constraint that were changed together. A clock that is not the cluster's tells nothing.

    Raises:
        NotYet: the policy was changed a moment ago.
    """
    objects = [entry for ask in (policy.template_ask, policy.constraint_ask) if (entry := found(seen[ask]))]
    binding = found(seen[policy.binding_ask])
    awaited = objects[1:] and _by_policy_alone(objects[1]) and not _unbindable(objects[0]) and not binding
    wait = SETTLE_VAP if awaited else SETTLE
    for entry in (*objects, *([binding] if binding else [])):
        if facts.now and timedelta() <= facts.now - last_change(entry) < wait:
            raise NotYet("the policy was changed a moment ago, and may not be in force yet")


def weak(policy: Policy, seen: Observation) -> Fault | None:
    """Whether the constraint says anything but that a violating object is refused."""
    spec = (found(seen[policy.constraint_ask]) or {}).get("spec") or {}
    action = spec.get("enforcementAction", "deny")
    command = f"kubectl get {policy.kind.lower()} {policy.constraint} -o jsonpath='{{.spec}}'"
    if action == "dryrun":
        return Fault("dryrun", "the constraint's enforcementAction is dryrun: it only counts in the audit", command)
    if action == "warn":
        return Fault("warn", "the constraint's enforcementAction is warn: kubectl warns, and the pod is made", command)
    if action not in ("deny", "scoped"):
        observed = f'the constraint\'s enforcementAction is "{action}", so nothing is refused'
        return Fault("not-deny", observed, command)
    points = denying_points(spec)
    if points & {gatekeeper_status.WEBHOOK, "*"}:
        return None
    if VAP in points:
        return _without_binding(policy, seen)
    where = f"deny only for {', '.join(sorted(points))}" if points else "no deny"
    observed = f"the constraint's enforcementAction is scoped, with {where}, so nothing is refused"
    return Fault("not-deny", observed, command)


def denying_points(spec: Object) -> set[str]:
    """The enforcement points at which a constraint refuses; `*` stands for all."""
    if spec.get("enforcementAction", "deny") == "deny":
        return {"*"}
    return points_of(spec, "deny")


def points_of(spec: Object, action: str) -> set[str]:
    """The enforcement points at which a scoped constraint has an action."""
    if spec.get("enforcementAction") != "scoped":
        return set()
    return {
        str(point.get("name"))
        for entry in spec.get("scopedEnforcementActions") or []
        if entry.get("action") == action
        for point in entry.get("enforcementPoints") or []
    }


def unmatched(policy: Policy, seen: Observation, namespaces: Sequence[str]) -> Fault | None:
    """Whether the constraint's match leaves out pods, or pods of one of these namespaces."""
    match = ((found(seen[policy.constraint_ask]) or {}).get("spec") or {}).get("match") or {}
    if why := matching.kinds_without_pods(match):
        return Fault("kinds", f"the constraint does not look at pods: {why}", _match_command(policy))
    if why := matching.out_of_scope(match, gatekeeper.labels_of(namespaces, seen)):
        return Fault("scope", f"the constraint does not look at every pod: {why}", _match_command(policy))
    return None


def excluded(seen: Observation, namespaces: Sequence[str], process: str = "webhook") -> Fault | None:
    """Whether Gatekeeper's Config leaves one of these namespaces out of a process: `webhook` or `audit`."""
    names = matching.excluded_by(found(seen[gatekeeper.CONFIG]) or {}, process, namespaces)
    if not names:
        return None
    observed = f"Gatekeeper's Config leaves the namespace {names[0]} out of its {process} (excludedNamespaces)"
    return Fault("config", observed, _CONFIG_COMMAND)


def open_names(policy: Policy, seen: Observation) -> Fault | None:
    """Whether the constraint, or Gatekeeper's Config, leaves out namespaces by names that none has yet.

    A pod there cannot be tried; what these fields mean is certain.
    """
    match = ((found(seen[policy.constraint_ask]) or {}).get("spec") or {}).get("match") or {}
    if names := matching.left_out_by_name(match):
        observed = f"the constraint's match leaves out the namespaces {', '.join(names)}: any image gets in there"
        return Fault("scope", observed, _match_command(policy))
    if names := matching.excluded_by_name(found(seen[gatekeeper.CONFIG]) or {}, "webhook"):
        observed = f"Gatekeeper's Config leaves out the namespaces {', '.join(names)}: any image gets in there"
        return Fault("config", observed, _CONFIG_COMMAND)
    return None


_CONFIG_COMMAND = f"kubectl -n {gatekeeper_status.NAMESPACE} get configs.config.gatekeeper.sh config -o yaml"


def _match_command(policy: Policy) -> str:
    return f"kubectl get {policy.kind.lower()} {policy.constraint} -o jsonpath='{{.spec.match}}'"


def _by_policy_alone(constraint: Object) -> bool:
    points = denying_points(constraint.get("spec") or {})
    return VAP in points and not points & {gatekeeper_status.WEBHOOK, "*"}


def _without_binding(policy: Policy, seen: Observation) -> Fault | None:
    """Why a constraint that is left to a ValidatingAdmissionPolicy has none."""
    if found(seen[policy.binding_ask]) is not None:
        return None
    why = _unbindable(found(seen[policy.template_ask]) or {}) or "Gatekeeper has made none of it"
    observed = f"the constraint is left to a ValidatingAdmissionPolicy ({VAP}), and {why}, so nothing is refused"
    return Fault("not-deny", observed, "kubectl get validatingadmissionpolicybindings")


def _unbindable(template: Object) -> str:
    """Why Gatekeeper makes no ValidatingAdmissionPolicy of a template; empty when it does."""
    code = template["spec"]["targets"][0].get("code") or []
    engines = [entry for entry in code if entry.get("engine") == "K8sNativeValidation"]
    if not engines:
        return "its template is in Rego, of which Gatekeeper makes none"
    return "its template says generateVAP: false" if engines[0].get("source", {}).get("generateVAP") is False else ""
