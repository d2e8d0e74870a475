"""trusted-pod-running: a pod that the constraint admitted, and that runs."""

from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks.asks import ApiAsk, Ask, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, check, passed
from lab.checks.support import constraint_probes, gatekeeper, probes, refusals
from lab.checks.support.api_objects import found
from lab.checks.support.gatekeeper import Policy
from lab.checks.support.gatekeeper_audit import time_of
from lab.checks.support.pod_running import not_running


@dataclass(frozen=True)
class Params(Policy):
    """`pod` in `namespace`; `prefix`: what the name of its image begins with. `refused`: an image of another sort."""

    namespace: str
    pod: str
    prefix: str
    refused: str


@check("trusted-pod-running")
class TrustedPodRunning(Check[Params]):
    """A pod that was admitted by the constraint, not before it, and that runs."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The pod, and whether the constraint refuses another."""
        yield from (*params.policy_asks, refusals.BEFORE, self._pod(params))
        if not gatekeeper.absent(params, seen):
            yield from constraint_probes.asks(self._probes(params, facts), seen)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge the constraint first: without it everything is admitted."""
        where = f"{params.pod} in {params.namespace}"
        expected = f"the pod {where} runs an image of {params.prefix}, and {params.constraint} is in force"
        fault = gatekeeper.absent(params, seen)
        fault = fault or constraint_probes.fault(params, facts, seen, self._probes(params, facts), params.namespace)
        if fault := fault or self._wrong(params, seen):
            return fault.fail(expected)
        observed = f"the pod {where} is ready, and one with {params.refused} was refused"
        return passed(expected, observed, f"kubectl -n {params.namespace} get pod {params.pod}")

    def _wrong(self, params: Params, seen: Observation) -> Fault | None:
        pod, constraint = found(seen[self._pod(params)]), found(seen[params.constraint_ask]) or {}
        get = f"kubectl -n {params.namespace} get pod {params.pod}"
        if pod is None:
            observed = f"there is no pod {params.pod} in {params.namespace}"
            return Fault("no-pod", observed, f"kubectl -n {params.namespace} get pods")
        for image in probes.images(pod["spec"]):
            if not image.startswith(params.prefix):
                command = f"{get} -o jsonpath='{{.spec.containers[*].image}}'"
                return Fault("other-image", f"the pod has a container with {image}", command)
        if time_of(pod["metadata"]["creationTimestamp"]) < time_of(constraint["metadata"]["creationTimestamp"]):
            observed = "the pod is older than the constraint, which therefore did not admit it: make it again"
            return Fault("before-constraint", observed, get)
        return not_running(pod)

    @staticmethod
    def _pod(params: Params) -> ApiAsk:
        return ApiAsk(f"/api/v1/namespaces/{params.namespace}/pods/{params.pod}")

    @staticmethod
    def _probes(params: Params, facts: Facts) -> dict[str, ApiAsk]:
        return {params.refused: probes.create(params.namespace, params.refused, facts.nonce)}
