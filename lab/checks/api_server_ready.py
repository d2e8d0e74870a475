"""api-server-ready: a guard that the API server is ready after a step that changes it."""

from collections.abc import Iterable

from lab.checks.asks import ApiAsk, Ask, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, NoParams, check, passed

READYZ = ApiAsk("/readyz")


@check("api-server-ready")
class ApiServerReady(Check[NoParams]):
    """Asks /readyz itself: a mirror pod may be missing while the API server runs, or there while it does not."""

    takes = NoParams

    def asks(self, params: NoParams, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The readiness endpoint."""
        return (READYZ,)

    def judge(self, params: NoParams, facts: Facts, seen: Observation) -> Judgement:
        """Only an answer counts: a connection that fails is "could not tell"."""
        answer = seen[READYZ]
        expected, command = "/readyz says ok", "kubectl get --raw '/readyz?verbose'"
        if answer.code != 200:
            return Fault("not-ready", f"/readyz says {answer.code}", command).fail(expected)
        return passed(expected, "/readyz says ok", command)
