"""Tells whether Gatekeeper runs, and whether the API server asks it. Pure."""

from collections.abc import Sequence

from lab.checks.asks import NotYet, Observation
from lab.checks.base import Fault
from lab.checks.support import gatekeeper, matching
from lab.checks.support.api_objects import found, items
from lab.k8s import gatekeeper_status


def unserved(seen: Observation, namespaces: Sequence[str]) -> Fault | None:
    """Why the API server does not ask Gatekeeper about pods of these namespaces.

    Raises:
        NotYet: Gatekeeper is on its way.
    """
    if fault := stopped(gatekeeper_status.CONTROLLER, seen):
        return fault
    kind, name = gatekeeper.WEBHOOKS.path.rsplit("/", 2)[1:]
    command = f"kubectl get {kind} {name} -o yaml"
    configuration = found(seen[gatekeeper.WEBHOOKS])
    webhooks = [
        hook for hook in (configuration or {}).get("webhooks") or [] if hook["name"] == gatekeeper_status.WEBHOOK
    ]
    if not webhooks:
        why = f"the API server has no webhook {gatekeeper_status.WEBHOOK} any more, so it asks Gatekeeper nothing"
        observed = f"{why}; {gatekeeper.PUT_BACK}"
        return Fault("webhook-gone", observed, command.removesuffix(" -o yaml"))
    if why := matching.unsent(webhooks[0], gatekeeper.labels_of(namespaces, seen)):
        observed = f"the webhook {gatekeeper_status.WEBHOOK} was changed: {why}; {gatekeeper.PUT_BACK}"
        return Fault("webhook-changed", observed, command)
    return None


def stopped(deployment: str, seen: Observation) -> Fault | None:
    """Whether a deployment of Gatekeeper is gone or scaled to zero.

    Raises:
        NotYet: it has no pod that is ready.
    """
    command = f"kubectl -n {gatekeeper_status.NAMESPACE} get deployments"
    by_name = {entry["metadata"]["name"]: entry for entry in items(seen[gatekeeper.DEPLOYMENTS])}
    if deployment not in by_name:
        observed = f"there is no deployment {deployment} in {gatekeeper_status.NAMESPACE}; {gatekeeper.PUT_BACK}"
        return Fault("no-gatekeeper", observed, command)
    entry = by_name[deployment]
    if entry["spec"].get("replicas", 1) == 0:
        scale = f"kubectl -n {gatekeeper_status.NAMESPACE} scale deployment {deployment} --replicas=1"
        return Fault("scaled-down", f"{deployment} is scaled to zero, so nothing is looked at: {scale}", command)
    if not entry.get("status", {}).get("readyReplicas"):
        look = f"kubectl -n {gatekeeper_status.NAMESPACE} get pods"
        raise NotYet(f"no pod of {deployment} is ready; if it stays so, look: {look}")
    return None
