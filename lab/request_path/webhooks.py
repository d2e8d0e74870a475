"""The webhooks that are asked about a pod, and Gatekeeper's constraints behind its own. Pure."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from lab.checks.asks import CouldNotTell
from lab.checks.support import enforcement, gatekeeper, gatekeeper_health, matching, refusals
from lab.checks.support.api_objects import Object, found, items
from lab.checks.support.gatekeeper import Policy
from lab.k8s import gatekeeper_status
from lab.request_path import metrics, webhook_asks
from lab.request_path.look import Look
from lab.request_path.station import Group, State, Station


def parts(phase: str, look: Look) -> tuple[Station, ...]:
    """The webhooks of a phase.

    Raises:
        CouldNotTell: the API server did not tell.
    """
    group = Group.MUTATING if phase == "mutating" else Group.VALIDATING
    return tuple(_webhook(hook, group, look) for hook in webhook_asks.hooks(phase, look.seen))


def _webhook(hook: Object, group: Group, look: Look) -> Station:
    name, policy = str(hook["name"]), str(hook.get("failurePolicy", "Fail"))
    of_gatekeeper = name == gatekeeper_status.WEBHOOK
    below = tuple(_constraints(look)) if of_gatekeeper else ()
    what = f"{'Gatekeeper, ' if name.endswith('.gatekeeper.sh') else ''}failurePolicy {policy}"
    kind = "mutating" if group is Group.MUTATING else "validating"
    command = f"kubectl get {kind}webhookconfigurations"
    head, since = (f"webhook/{name}", name, group), str(hook.get("since", ""))
    station = Station(*head, State.ON, what, next=command, since=since, parts=below)
    if why := _unasked(hook, look):
        return station.seen(State.OFF, f"It is not asked about this pod: {why}.")
    try:
        why, command = _away(hook, look)
        if why:
            return _without_answer(replace(station, next=command), policy, why)
        return station.seen(*_asked(name, look))
    except CouldNotTell as error:
        return station.seen(State.UNKNOWN, f"{error}.")


def _unasked(hook: Object, look: Look) -> str:
    labels = gatekeeper.labels_of([look.namespace], look.seen).get(look.namespace, {})
    if not matching.selects(hook.get("namespaceSelector"), labels):
        return f"its namespaceSelector leaves out the namespace {look.namespace}"
    of_pod = (look.pod or {}).get("metadata", {}).get("labels") or {}
    return "" if matching.selects(hook.get("objectSelector"), of_pod) else "its objectSelector leaves it out"


def _away(hook: Object, look: Look) -> tuple[str, str]:
    """Why nobody answers in the webhook's name, and a command to look with; empty where somebody is there."""
    ask = webhook_asks.endpoints(hook)
    if not ask or webhook_asks.has_endpoint(look.seen[ask]):
        return "", ""
    if str(hook["name"]).endswith(".gatekeeper.sh"):
        with suppress(CouldNotTell):
            if cause := gatekeeper_health.stopped(gatekeeper_status.CONTROLLER, look.seen):
                why, _, mend = (
                    cause.observed.partition(": ") if cause.reason == "scaled-down" else (cause.observed, "", "")
                )
                return why, mend or cause.command
    service = webhook_asks.service(hook)
    return f"no pod of the service {service} is ready", f"kubectl -n {service.partition('/')[0]} get pods"


def _without_answer(station: Station, policy: str, why: str) -> Station:
    why = f"Nobody answers: {why}."
    if policy == "Ignore":
        return station.seen(State.OPEN, f"{why} failurePolicy is Ignore: pods pass without its answer.")
    return station.seen(State.UNREACHABLE, f"{why} failurePolicy is Fail: pods are refused without its answer.")


def _asked(name: str, look: Look) -> tuple[State, str]:
    """What it has answered since the API server started, by the metrics."""
    told = look.seen[refusals.BEFORE]
    yes, no = (metrics.count(told, metrics.WEBHOOK, name=name, rejected=word) for word in ("false", "true"))
    opened = metrics.count(told, metrics.FAIL_OPEN, name=name)
    if not yes + no:
        return State.NEVER, "It was not asked since the API server started."
    state = State.BOTH if yes and no else State.YES if yes else State.NO
    more = f", {opened} of them without an answer," if opened else ""
    return state, f"Since the API server started {yes} objects passed{more} and {no} {_were(no)} refused."


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _constraints(look: Look) -> Iterator[Station]:
    if webhook_asks.TEMPLATES not in look.seen:
        return
    for template in items(look.seen[webhook_asks.TEMPLATES]):
        kind = webhook_asks.kind_of(template)
        with suppress(CouldNotTell):
            for constraint in items(look.seen[webhook_asks.constraints(kind)]):
                yield _constraint(template, kind, constraint, look)


def _constraint(template: Object, kind: str, constraint: Object, look: Look) -> Station:
    name, spec = str(constraint["metadata"]["name"]), constraint.get("spec") or {}
    action = str(spec.get("enforcementAction", "deny"))
    command = f"kubectl describe {kind.lower()} {name}"
    what = f"constraint of kind {kind}, {action}"
    head = f"constraint/{kind}/{name}", f"[{name}]", Group.VALIDATING
    station = Station(*head, State.ON, what, next=command, since=webhook_asks.since(constraint))
    policy = Policy(str(template["metadata"]["name"]), kind, name)
    if not enforcement.denying_points(spec) & {gatekeeper_status.WEBHOOK, "*"}:
        return station.seen(State.OFF, f"Its enforcementAction is {action}: the webhook refuses nothing by it.")
    labels = gatekeeper.labels_of([look.namespace], look.seen)
    if why := matching.kinds_without_pods(spec.get("match") or {}) or matching.out_of_scope(
        spec.get("match") or {}, labels
    ):
        return station.seen(State.OFF, f"It does not look at this pod: {why}.")
    if names := _left_out(look):
        return station.seen(State.OFF, f"Gatekeeper's Config leaves the namespace {names[0]} out of its webhook.")
    if cause := gatekeeper.template_error(policy, template) or gatekeeper.constraint_error(policy, constraint):
        return station.seen(State.UNKNOWN, f"{cause.observed}.")
    if not gatekeeper.taken_in(constraint, "constraintUID", "webhook"):
        return station.seen(State.UNKNOWN, "Gatekeeper has not taken it in as it is now; that takes some seconds.")
    violations = (constraint.get("status") or {}).get("totalViolations")
    return station if violations is None else station.seen(State.ON, f"The last audit lists {violations} violations.")


def _left_out(look: Look) -> list[str]:
    try:
        config = found(look.seen[gatekeeper.CONFIG]) or {}
    except CouldNotTell:
        return []
    return matching.excluded_by(config, "webhook", [look.namespace])
