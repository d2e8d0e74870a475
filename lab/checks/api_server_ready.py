"""api-server-ready and api-server-version: guards that a step about the API server has left it whole."""

import json
from collections.abc import Iterable

from lab.checks.base import ApiAsk, Ask, Check, CouldNotTell, Facts, Judgement, NoParams, Observation, check
from lab.model import Verdict

READYZ = ApiAsk("/readyz")
VERSION = ApiAsk("/version")


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
            return Judgement(Verdict.FAIL, expected, f"/readyz says {answer.code}", command, "not-ready")
        return Judgement(Verdict.PASS, expected, "/readyz says ok", command)


@check("api-server-version")
class ApiServerVersion(Check[NoParams]):
    """The API server is of the version that the cluster was made with."""

    takes = NoParams

    def asks(self, params: NoParams, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The version endpoint."""
        return (VERSION,)

    def judge(self, params: NoParams, facts: Facts, seen: Observation) -> Judgement:
        """Compare with what was recorded when the cluster was made."""
        answer = seen[VERSION]
        try:
            version = str(json.loads(answer.text)["gitVersion"])
        except (ValueError, KeyError, TypeError) as error:
            raise CouldNotTell(f"/version gave no version (status {answer.code})") from error
        expected, command = f"version {facts.kubernetes_version}", "kubectl get --raw /version"
        if version != facts.kubernetes_version:
            return Judgement(Verdict.FAIL, expected, f"version {version}", command, "other-version")
        return Judgement(Verdict.PASS, expected, f"version {version}", command)
