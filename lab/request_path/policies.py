"""The ValidatingAdmissionPolicies with their bindings, each pair of which judges by itself. Pure."""

from lab.checks.asks import CouldNotTell
from lab.checks.support import gatekeeper, matching, refusals
from lab.checks.support.api_objects import Object, items
from lab.request_path import metrics, webhook_asks
from lab.request_path.look import Look
from lab.request_path.station import Group, State, Station


def parts(look: Look) -> tuple[Station, ...]:
    """The bindings whose policies look at pods that are made.

    Raises:
        CouldNotTell: the API server did not tell.
    """
    policies = {str(each["metadata"]["name"]): each for each in items(look.seen[webhook_asks.POLICIES])}
    bindings = sorted(items(look.seen[webhook_asks.BINDINGS]), key=lambda each: str(each["metadata"]["name"]))
    named = [(policies.get(str(each["spec"].get("policyName"))), each) for each in bindings]
    return tuple(_part(policy, binding, look) for policy, binding in named if policy and _of_pods(policy))


def _of_pods(policy: Object) -> bool:
    constraints = policy["spec"].get("matchConstraints") or {}
    return any(matching.sends(rule, "CREATE", "pods") for rule in constraints.get("resourceRules") or [])


def _part(policy: Object, binding: Object, look: Look) -> Station:
    name, bound = str(policy["metadata"]["name"]), str(binding["metadata"]["name"])
    actions = [str(action) for action in binding["spec"].get("validationActions") or []]
    made = [str(owner["name"]) for owner in binding["metadata"].get("ownerReferences") or []]
    of = f"; Gatekeeper made it of the constraint {made[0]}" if made and bound.startswith("gatekeeper-") else ""
    command = f"kubectl describe validatingadmissionpolicy {name}"
    what = f"binding {bound}, {', '.join(actions)}{of}"
    since = max(webhook_asks.since(policy), webhook_asks.since(binding))
    station = Station(f"policy/{name}/{bound}", name, Group.VALIDATING, State.ON, what, next=command, since=since)
    if why := _leaves_out(policy, binding, look):
        return station.seen(State.OFF, f"It does not look at this pod: {why}.")
    if "Deny" not in actions:
        return station.seen(State.OFF, f"Its validationActions are {', '.join(actions)}: it refuses nothing.")
    try:
        told = look.seen[refusals.BEFORE]
        refused = metrics.count(told, metrics.POLICY, policy=name, policy_binding=bound, enforcement_action="deny")
    except CouldNotTell as error:
        return station.seen(State.UNKNOWN, f"{error}.")
    if not refused:  # the API server does not count what it lets pass
        return station.seen(State.ON, "It has refused nothing since the API server started.")
    return station.seen(State.NO, f"It has refused {refused} since the API server started.")


def _leaves_out(policy: Object, binding: Object, look: Look) -> str:
    labels = gatekeeper.labels_of([look.namespace], look.seen).get(look.namespace, {})
    rules = policy["spec"].get("matchConstraints") or {}
    for match, whose in ((rules, "policy"), (binding["spec"].get("matchResources") or {}, "binding")):
        if not matching.selects(match.get("namespaceSelector"), labels):
            return f"the namespaceSelector of its {whose} leaves out the namespace {look.namespace}"
        if any(matching.sends(rule, "CREATE", "pods") for rule in match.get("excludeResourceRules") or []):
            return f"its {whose} leaves out pods (excludeResourceRules)"
    return ""
