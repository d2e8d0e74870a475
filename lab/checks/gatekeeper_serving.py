"""gatekeeper-serving: a guard that the API server still asks Gatekeeper about what is admitted."""

from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks import gatekeeper
from lab.checks.base import Ask, Check, Facts, Judgement, Observation, check
from lab.model import Verdict


@dataclass(frozen=True)
class Params:
    """`namespaces`: those whose pods it has to be asked about."""

    namespaces: tuple[str, ...]


@check("gatekeeper-serving")
class GatekeeperServing(Check[Params]):
    """Looks at Gatekeeper's deployment and at what the API server is told to send; says nothing of any policy."""

    takes = Params

    def asks(self, params: Params, facts: Facts) -> Iterable[Ask]:
        """Gatekeeper's deployments and its webhook configuration."""
        return gatekeeper.DEPLOYMENTS, gatekeeper.WEBHOOKS

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge whether pods of the namespaces are sent to a Gatekeeper that runs."""
        expected = f"Gatekeeper runs, and is asked about pods in {', '.join(params.namespaces)}"
        if cause := gatekeeper.unserved(seen, params.namespaces):
            return cause.fail(expected)
        command = f"kubectl -n {gatekeeper.NAMESPACE} get deployments"
        return Judgement(Verdict.PASS, expected, "it runs, and the API server asks it", command)
