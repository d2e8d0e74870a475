"""gatekeeper-serving: a guard that the API server still asks Gatekeeper before it admits a pod."""

from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks.asks import Ask, Observation
from lab.checks.base import Check, Facts, Judgement, check, passed
from lab.checks.support import gatekeeper, gatekeeper_health
from lab.k8s import gatekeeper_status


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
        if fault := gatekeeper_health.unserved(seen, params.namespaces):
            return fault.fail(expected)
        command = f"kubectl -n {gatekeeper_status.NAMESPACE} get deployments"
        return passed(expected, "Gatekeeper runs, and the API server asks it", command)
