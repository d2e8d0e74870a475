"""trusted-pod-running: a pod that the constraint admitted, and that runs."""

from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks.asks import ApiAsk, Ask, NotYet, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, check, passed
from lab.checks.support import constraint_probes, gatekeeper, probes, refusals
from lab.checks.support.api_objects import Object, found
from lab.checks.support.gatekeeper import Policy
from lab.checks.support.gatekeeper_audit import time_of

_STARTING = ("", "ContainerCreating", "PodInitializing")


@dataclass(frozen=True)
class PodParams(Policy):
    """`pod` in `namespace`; `prefix`: what the name of its image begins with. `refused`: an image of another sort."""

    namespace: str
    pod: str
    prefix: str
    refused: str


@check("trusted-pod-running")
class TrustedPodRunning(Check[PodParams]):
    """A pod that was admitted by the constraint, not before it, and that runs."""

    takes = PodParams

    def asks(self, params: PodParams, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The pod, and whether the constraint refuses another."""
        yield from (*params.policy_asks, refusals.BEFORE, self._pod(params))
        if not gatekeeper.absent(params, seen):
            yield from constraint_probes.asks(self._probes(params, facts), seen)

    def judge(self, params: PodParams, facts: Facts, seen: Observation) -> Judgement:
        """Judge the constraint first: without it everything is admitted."""
        where = f"{params.pod} in {params.namespace}"
        expected = f"the pod {where} runs an image of {params.prefix}, and {params.constraint} is in force"
        fault = gatekeeper.absent(params, seen)
        fault = fault or constraint_probes.fault(params, facts, seen, self._probes(params, facts), params.namespace)
        if fault := fault or self._wrong(params, seen):
            return fault.fail(expected)
        observed = f"the pod {where} is ready, and one with {params.refused} was refused"
        return passed(expected, observed, f"kubectl -n {params.namespace} get pod {params.pod}")

    def _wrong(self, params: PodParams, seen: Observation) -> Fault | None:
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
        return self._not_ready(pod, f"kubectl -n {params.namespace} describe pod {params.pod}")

    @staticmethod
    def _not_ready(pod: Object, command: str) -> Fault | None:
        status = pod.get("status") or {}
        ready = any(entry["type"] == "Ready" and entry["status"] == "True" for entry in status.get("conditions") or [])
        containers = status.get("containerStatuses") or []
        if ready and containers and all(entry.get("imageID") for entry in containers):
            return None
        why = [str((entry.get("state") or {}).get("waiting", {}).get("reason", "")) for entry in containers] or [""]
        if status.get("phase") == "Pending" and all(reason in _STARTING for reason in why):
            raise NotYet("the pod is starting")
        said = ", ".join(reason for reason in why if reason) or str(status.get("phase", "of no phase"))
        return Fault("not-running", f"the pod is not ready: {said}", command)

    @staticmethod
    def _pod(params: PodParams) -> ApiAsk:
        return ApiAsk(f"/api/v1/namespaces/{params.namespace}/pods/{params.pod}")

    @staticmethod
    def _probes(params: PodParams, facts: Facts) -> dict[str, ApiAsk]:
        return {params.refused: probes.create(params.namespace, params.refused, facts.nonce)}
