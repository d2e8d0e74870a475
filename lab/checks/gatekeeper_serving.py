"""gatekeeper-serving: a guard that the API server still asks Gatekeeper about what is admitted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lab.checks.base import Ask, Check, Facts, Judgement, NotYet, Observation, check
from lab.checks.support import gatekeeper, matching
from lab.checks.support.causes import Cause, found, items
from lab.model import Verdict


@dataclass(frozen=True)
class Params:
    """`namespaces`: those whose pods it has to be asked about."""

    namespaces: tuple[str, ...]


@check("gatekeeper-serving")
class GatekeeperServing(Check[Params]):
    """Looks at Gatekeeper's deployment and at what the API server is told to send; says nothing of any policy."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """Gatekeeper's deployments, its webhook configuration, and the labels of the namespaces."""
        return gatekeeper.DEPLOYMENTS, gatekeeper.WEBHOOKS, gatekeeper.NAMESPACES

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge whether pods of the namespaces are sent to a Gatekeeper that runs."""
        expected = f"Gatekeeper runs, and is asked about pods in {', '.join(params.namespaces)}"
        if cause := unserved(seen, params.namespaces):
            return cause.fail(expected)
        command = f"kubectl -n {gatekeeper.NAMESPACE} get deployments"
        return Judgement(Verdict.PASS, expected, "Gatekeeper runs, and the API server asks it", command)


def unserved(seen: Observation, namespaces: Sequence[str]) -> Cause | None:
    """Why the API server does not ask Gatekeeper about pods of these namespaces.

    Raises:
        NotYet: Gatekeeper is on its way.
    """
    if cause := stopped(gatekeeper.CONTROLLER, seen):
        return cause
    kind, name = gatekeeper.WEBHOOKS.path.rsplit("/", 2)[1:]
    command = f"kubectl get {kind} {name} -o yaml"
    configuration = found(seen[gatekeeper.WEBHOOKS])
    webhooks = [hook for hook in (configuration or {}).get("webhooks") or [] if hook["name"] == gatekeeper.WEBHOOK]
    if not webhooks:
        why = f"the API server has no webhook {gatekeeper.WEBHOOK} any more, so it asks Gatekeeper nothing"
        observed = f"{why}; {gatekeeper.PUT_BACK}"
        return Cause("webhook-gone", observed, command.removesuffix(" -o yaml"))
    if why := matching.unsent(webhooks[0], gatekeeper.labels_of(namespaces, seen)):
        observed = f"the webhook {gatekeeper.WEBHOOK} was changed: {why}; {gatekeeper.PUT_BACK}"
        return Cause("webhook-changed", observed, command)
    return None


def stopped(deployment: str, seen: Observation) -> Cause | None:
    """Whether a deployment of Gatekeeper is gone or scaled to zero.

    Raises:
        NotYet: it has no pod that is ready.
    """
    command = f"kubectl -n {gatekeeper.NAMESPACE} get deployments"
    by_name = {entry["metadata"]["name"]: entry for entry in items(seen[gatekeeper.DEPLOYMENTS])}
    if deployment not in by_name:
        observed = f"there is no deployment {deployment} in {gatekeeper.NAMESPACE}; {gatekeeper.PUT_BACK}"
        return Cause("no-gatekeeper", observed, command)
    entry = by_name[deployment]
    if entry["spec"].get("replicas", 1) == 0:
        scale = f"kubectl -n {gatekeeper.NAMESPACE} scale deployment {deployment} --replicas=1"
        return Cause("scaled-down", f"{deployment} is scaled to zero, so nothing is looked at: {scale}", command)
    if not entry.get("status", {}).get("readyReplicas"):
        look = f"kubectl -n {gatekeeper.NAMESPACE} get pods"
        raise NotYet(f"no pod of {deployment} is ready; if it stays so, look: {look}")
    return None
