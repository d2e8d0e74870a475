"""Admission webhooks that fail closed, and whose service does not answer."""

from collections.abc import Iterator, Mapping

from lab.why.evidence import Evidence
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.records import Line
from lab.why.static_pod import mapping

_KINDS = ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")
_PATH = "/apis/admissionregistration.k8s.io/v1/"
_SLICES = "/apis/discovery.k8s.io/v1/endpointslices"
_SERVICE = "kubernetes.io/service-name"
_WIDE = ("*", "*/*", "pods", "pods/*")


@fault(
    "webhook-blocks",
    Rank.API,
    "A webhook with failurePolicy Fail is about pods or everything, and its service has no pod that answers.",
    "Everything is refused: `failed calling webhook ...: no endpoints available`, also Gatekeeper's own pods.",
    "Bring its service back, or delete the configuration.",
)
def blocks(seen: Evidence) -> Iterator[Finding]:
    """Webhooks that fail closed without a service."""
    ready = _ready(seen)
    for kind in _KINDS:
        for item in seen.replies[_PATH + kind].items() if _PATH + kind in seen.replies else ():
            name = str(mapping(item.get("metadata")).get("name"))
            hooks = item.get("webhooks")
            for hook in hooks if isinstance(hooks, list) else ():
                if isinstance(hook, dict) and (why := _blocks(hook, ready)):
                    line = Line(f"{kind}/{name}", f"{hook.get('name')}: failurePolicy Fail, {_about(hook)}")
                    said = (
                        f"The webhook {hook.get('name')} fails closed for {_about(hook)}, and {why}: all are refused."
                    )
                    do = f"kubectl delete {kind} {name}"
                    if "gatekeeper" in name:
                        do = "kubectl -n gatekeeper-system get pods"
                    yield Finding("webhook-blocks", said, (line,), do, Sure.CERTAIN if _wide(hook) else Sure.POSSIBLE)


def _blocks(hook: Mapping[str, object], ready: frozenset[tuple[str, str]] | None) -> str:
    """Why a webhook refuses all that it is asked about; empty where it does not."""
    if hook.get("failurePolicy", "Fail") != "Fail" or not _about(hook):
        return ""
    service = mapping(mapping(hook.get("clientConfig")).get("service"))
    place = str(service.get("namespace") or ""), str(service.get("name") or "")
    if not service or ready is None or place in ready:
        return ""
    return f"no pod answers for its service {'/'.join(place)}"


def _ready(seen: Evidence) -> frozenset[tuple[str, str]] | None:
    """The services for which a pod answers; None where nobody told."""
    reply = seen.replies.get(_SLICES)
    if reply is None or reply.status != 200:
        return None
    found = set()
    for item in reply.items():
        metadata, listed = mapping(item.get("metadata")), item.get("endpoints")
        ends = listed if isinstance(listed, list) else []
        if any(mapping(mapping(each).get("conditions")).get("ready") is not False for each in ends):
            labels = mapping(metadata.get("labels"))
            found.add((str(metadata.get("namespace")), str(labels.get(_SERVICE))))
    return frozenset(found)


def _resources(hook: Mapping[str, object]) -> list[str]:
    rules = hook.get("rules")
    listed = [mapping(rule).get("resources") for rule in rules] if isinstance(rules, list) else []
    return [str(each) for resources in listed if isinstance(resources, list) for each in resources]


def _about(hook: Mapping[str, object]) -> str:
    return ", ".join(dict.fromkeys(_resources(hook)))


def _wide(hook: Mapping[str, object]) -> bool:
    return any(each in _WIDE for each in _resources(hook))
