"""trusted-pod-running and refused-deployment: what a learner sees of the constraint with real objects."""

from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks import enforcement, gatekeeper, probes, refusals
from lab.checks.audits import time_of
from lab.checks.base import ApiAsk, Ask, Check, CouldNotTell, Facts, Judgement, NotYet, Observation, check
from lab.checks.causes import Cause, Object, found, items
from lab.checks.gatekeeper import Policy
from lab.model import Verdict

_STARTING = ("", "ContainerCreating", "PodInitializing")


@dataclass(frozen=True)
class PodParams(Policy):
    """`pod` in `namespace`; `prefix`: what the name of its image begins with."""

    namespace: str
    pod: str
    prefix: str


@check("trusted-pod-running")
class TrustedPodRunning(Check[PodParams]):
    """A pod that was admitted by the constraint, not before it, and that runs."""

    takes = PodParams

    def asks(self, params: PodParams, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The pod, and whether the constraint is in force."""
        return *params.policy_asks, self._pod(params)

    def judge(self, params: PodParams, facts: Facts, seen: Observation) -> Judgement:
        """Judge the constraint first: without it everything is admitted."""
        where = f"{params.pod} in {params.namespace}"
        expected = f"the pod {where} runs an image of {params.prefix}, and {params.constraint} is in force"
        cause = enforcement.in_force(params, seen, [params.namespace]) or self._wrong(params, seen)
        if cause:
            return cause.fail(expected)
        return Judgement(Verdict.PASS, expected, "it is ready", f"kubectl -n {params.namespace} get pod {params.pod}")

    def _wrong(self, params: PodParams, seen: Observation) -> Cause | None:
        pod, constraint = found(seen[self._pod(params)]), found(seen[params.constraint_ask]) or {}
        get = f"kubectl -n {params.namespace} get pod {params.pod}"
        if pod is None:
            observed = f"there is no pod {params.pod} in {params.namespace}"
            return Cause("no-pod", observed, f"kubectl -n {params.namespace} get pods")
        for image in probes.images(pod["spec"]):
            if not image.startswith(params.prefix):
                command = f"{get} -o jsonpath='{{.spec.containers[*].image}}'"
                return Cause("other-image", f"the pod has a container with {image}", command)
        if time_of(pod["metadata"]["creationTimestamp"]) < time_of(constraint["metadata"]["creationTimestamp"]):
            observed = "the pod is older than the constraint, which therefore did not admit it: make it again"
            return Cause("before-constraint", observed, get)
        return self._not_ready(pod, f"kubectl -n {params.namespace} describe pod {params.pod}")

    @staticmethod
    def _not_ready(pod: Object, command: str) -> Cause | None:
        status = pod.get("status") or {}
        ready = any(entry["type"] == "Ready" and entry["status"] == "True" for entry in status.get("conditions") or [])
        containers = status.get("containerStatuses") or []
        if ready and containers and all(entry.get("imageID") for entry in containers):
            return None
        why = [str((entry.get("state") or {}).get("waiting", {}).get("reason", "")) for entry in containers] or [""]
        if status.get("phase") == "Pending" and all(reason in _STARTING for reason in why):
            raise NotYet("the pod is starting")
        said = ", ".join(reason for reason in why if reason) or str(status.get("phase", "of no phase"))
        return Cause("not-running", f"the pod is not ready: {said}", command)

    @staticmethod
    def _pod(params: PodParams) -> ApiAsk:
        return ApiAsk(f"/api/v1/namespaces/{params.namespace}/pods/{params.pod}")


@dataclass(frozen=True)
class DeploymentParams(Policy):
    """`deployment` in `namespace`; `trusted`: what the names of trusted images begin with."""

    namespace: str
    deployment: str
    trusted: tuple[str, ...]


@check("refused-deployment")
class RefusedDeployment(Check[DeploymentParams]):
    """The refusal of a Deployment's pods shows only in its ReplicaSet, and has to name the constraint there."""

    takes = DeploymentParams

    def asks(self, params: DeploymentParams, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The Deployment, the namespace's ReplicaSets, and who refuses."""
        return (
            *params.policy_asks,
            refusals.binding_of(params),
            self._deployment(params),
            self._replica_sets(params),
        )

    def judge(self, params: DeploymentParams, facts: Facts, seen: Observation) -> Judgement:
        """Judge from the constraint down to the ReplicaSet's condition."""
        where = f"{params.deployment} in {params.namespace}"
        expected = f"the Deployment {where} exists, and {params.constraint} refuses its pods"
        command = f"kubectl -n {params.namespace} describe replicaset -l app={params.deployment}"
        cause = gatekeeper.absent(params, seen) or self._wrong(params, seen)
        if cause:
            return cause.fail(expected)
        return Judgement(Verdict.PASS, expected, "its ReplicaSet cannot make a pod, and says why", command)

    def _wrong(self, params: DeploymentParams, seen: Observation) -> Cause | None:
        deployment = found(seen[self._deployment(params)])
        get = f"kubectl -n {params.namespace} get deployment,replicaset,pod"
        if deployment is None:
            return Cause("no-deployment", f"there is no Deployment {params.deployment} in {params.namespace}", get)
        names = probes.images(deployment["spec"]["template"]["spec"])
        if all(name.startswith(params.trusted) for name in names):
            return Cause("trusted-image", f"its pods would be admitted: their image is {', '.join(names)}", get)
        if deployment["spec"].get("replicas", 1) == 0:
            return Cause("no-replicas", "it is to have 0 pods, so none is refused", get)
        sets = [entry for entry in items(seen[self._replica_sets(params)]) if _owned(entry, deployment)]
        if any((entry.get("status") or {}).get("replicas") for entry in sets):
            return self._has_pods(params, seen, get)
        failures = [said for entry in sets if (said := _failure(entry))]
        if not failures:
            raise NotYet("its ReplicaSet has not yet tried to make a pod, or does not say what became of it")
        return self._refused_by(failures[0], params, seen)

    @staticmethod
    def _has_pods(params: DeploymentParams, seen: Observation, command: str) -> Cause:
        cause = enforcement.in_force(params, seen, [params.namespace])
        return cause or Cause("has-pods", "it has pods, made before the constraint was in force: make it anew", command)

    @staticmethod
    def _refused_by(said: str, params: DeploymentParams, seen: Observation) -> Cause | None:
        outcome = refusals.of_message(said, params, seen)
        if outcome is None:
            raise CouldNotTell(f"its ReplicaSet cannot make a pod, and it is not clear who refused: {said[:300]}")
        if outcome.what == refusals.REFUSED:
            return None
        command = f"kubectl -n {params.namespace} describe replicaset"
        return Cause(outcome.what, f"its pods are not refused by {params.constraint}, but by {outcome.said}", command)

    @staticmethod
    def _deployment(params: DeploymentParams) -> ApiAsk:
        return ApiAsk(f"/apis/apps/v1/namespaces/{params.namespace}/deployments/{params.deployment}")

    @staticmethod
    def _replica_sets(params: DeploymentParams) -> ApiAsk:
        return ApiAsk(f"/apis/apps/v1/namespaces/{params.namespace}/replicasets")


def _owned(entry: Object, owner: Object) -> bool:
    return any(ref["uid"] == owner["metadata"]["uid"] for ref in entry["metadata"].get("ownerReferences") or [])


def _failure(replica_set: Object) -> str:
    """Why the ReplicaSet cannot make pods, in the API server's words; empty when it does not say."""
    conditions = (replica_set.get("status") or {}).get("conditions") or []
    wanted = ("ReplicaFailure", "True", "FailedCreate")
    failures = [entry for entry in conditions if (entry["type"], entry["status"], entry.get("reason")) == wanted]
    return str(failures[0].get("message", "")) if failures else ""
