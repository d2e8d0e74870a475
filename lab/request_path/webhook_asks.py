"""Asks about webhooks and policies, and reads the answers. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from lab.checks.asks import Answer, ApiAsk, Ask, Observation
from lab.checks.support import gatekeeper, gatekeeper_audit, matching
from lab.checks.support.api_objects import Object, items
from lab.k8s import gatekeeper_status

_GROUP = "/apis/admissionregistration.k8s.io/v1"
CONFIGURATIONS = {
    phase: ApiAsk(f"{_GROUP}/{phase}webhookconfigurations", order=-1) for phase in ("mutating", "validating")
}
POLICIES, BINDINGS = (ApiAsk(f"{_GROUP}/validatingadmissionpolic{end}", order=-1) for end in ("ies", "ybindings"))
TEMPLATES = ApiAsk("/apis/templates.gatekeeper.sh/v1/constrainttemplates", order=-1)


def asks(seen: Observation) -> Iterator[Ask]:
    """Webhooks and policies; then the services of those, and Gatekeeper's constraints."""
    yield from (*CONFIGURATIONS.values(), POLICIES, BINDINGS, gatekeeper.NAMESPACES)
    gatekeepers = False
    for hook in [hook for phase in CONFIGURATIONS if CONFIGURATIONS[phase] in seen for hook in hooks(phase, seen)]:
        gatekeepers = gatekeepers or hook["name"] == gatekeeper_status.WEBHOOK
        if ask := endpoints(hook):
            yield ask
    if gatekeepers:
        yield from (TEMPLATES, gatekeeper.DEPLOYMENTS, gatekeeper.CONFIG)
        yield from (constraints(kind_of(template)) for template in items(seen[TEMPLATES]))


def hooks(phase: str, seen: Observation) -> list[Object]:
    """The webhooks of a phase that are asked when pods are made, in the order of their configurations' names.

    Each has, beside its own fields, `since`: when its configuration was changed last.

    Raises:
        CouldNotTell: the API server did not tell.
    """
    entries = sorted(items(seen[CONFIGURATIONS[phase]]), key=lambda entry: str(entry["metadata"]["name"]))
    every = [{**hook, "since": since(entry)} for entry in entries for hook in entry.get("webhooks") or []]
    return [hook for hook in every if any(matching.sends(rule, "CREATE", "pods") for rule in hook.get("rules") or [])]


def since(entry: Object) -> str:
    """When an object was made or changed last (RFC 3339); empty where it does not say."""
    try:
        return gatekeeper_audit.last_change(entry).isoformat()
    except (LookupError, ValueError):
        return ""


def service(hook: Object) -> str:
    """Whom the API server asks: `namespace/name` of a service, or a URL."""
    config: Any = hook.get("clientConfig") or {}
    if of := config.get("service"):
        return f"{of['namespace']}/{of['name']}"
    return str(config.get("url", ""))


def endpoints(hook: Object) -> ApiAsk | None:
    """The addresses of a webhook's service; None where it is asked by a URL."""
    of = (hook.get("clientConfig") or {}).get("service")
    if not of:
        return None
    path = f"/apis/discovery.k8s.io/v1/namespaces/{of['namespace']}/endpointslices"
    return ApiAsk(f"{path}?labelSelector=kubernetes.io%2Fservice-name%3D{of['name']}", order=-1)


def has_endpoint(answer: Answer) -> bool:
    """Whether an address of a service is ready."""
    every: Sequence[Any] = [entry for each in items(answer) for entry in each.get("endpoints") or []]
    return any((entry.get("conditions") or {}).get("ready") is not False for entry in every)


def kind_of(template: Object) -> str:
    """The kind of the constraints that a template makes."""
    return str(template["spec"]["crd"]["spec"]["names"]["kind"])


def constraints(kind: str) -> ApiAsk:
    """The constraints of a kind."""
    return ApiAsk(f"/apis/constraints.gatekeeper.sh/v1beta1/{kind.lower()}", order=-1)
