"""api-server-version: a guard that the API server is of the version that the cluster was made with."""

import json
from collections.abc import Iterable

from lab.checks.asks import ApiAsk, Ask, CouldNotTell, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, NoParams, check, passed

VERSION = ApiAsk("/version")


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
        expected, command = f"the API server is of version {facts.kubernetes_version}", "kubectl get --raw /version"
        observed = f"the API server says that it is of version {version}"
        if version != facts.kubernetes_version:
            return Fault("other-version", observed, command).fail(expected)
        return passed(expected, observed, command)
