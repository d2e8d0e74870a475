"""refused-deployment: a Deployment that was accepted, and whose pods the constraint refuses."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks.asks import ApiAsk, Ask, NotYet, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, check, passed
from lab.checks.support import constraint_probes, gatekeeper, probes, refusals
from lab.checks.support.api_objects import Object, found, items
from lab.checks.support.gatekeeper import Policy


@dataclass(frozen=True)
class Params(Policy):
    """`deployment` in `namespace`; `trusted`: what the names of trusted images begin with. `refused`: another image."""

    namespace: str
    deployment: str
    trusted: tuple[str, ...]
    refused: str


@check("refused-deployment")
class RefusedDeployment(Check[Params]):
    """What its ReplicaSet would make is tried as a dry run; where there is no Deployment, one is."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The Deployment, then the namespace's ReplicaSets, and then a dry run of what is missing."""
        yield from (*params.policy_asks, refusals.BEFORE, _deployment(params))
        deployment = found(seen[_deployment(params)])
        if deployment is None:
            yield from (_new(params, facts), refusals.AFTER)
            return
        yield _replica_sets(params)
        if probe := _pod(params, _sets(params, deployment, seen)):
            yield from constraint_probes.asks(probe, seen)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge from the constraint down to the ReplicaSet's pods."""
        where = f"{params.deployment} in {params.namespace}"
        expected = f"the Deployment {where} exists, and {params.constraint} refuses its pods"
        command = f"kubectl -n {params.namespace} describe replicaset -l app={params.deployment}"
        fault = gatekeeper.absent(params, seen) or self._wrong(params, facts, seen)
        if fault:
            return fault.fail(expected)
        observed = f"the Deployment {where} has no pod, and {params.constraint} refused one like those that it makes"
        return passed(expected, observed, command)

    def _wrong(self, params: Params, facts: Facts, seen: Observation) -> Fault | None:
        deployment = found(seen[_deployment(params)])
        get = f"kubectl -n {params.namespace} get deployment,replicaset,pod"
        if deployment is None:
            return self._missing(params, facts, seen, get)
        names = probes.images(deployment["spec"]["template"]["spec"])
        if all(name.startswith(params.trusted) for name in names):
            observed = f"the pods of the Deployment would be admitted: their image is {', '.join(names)}"
            return Fault("trusted-image", observed, get)
        if deployment["spec"].get("replicas", 1) == 0:
            return Fault("no-replicas", "the Deployment is to have 0 pods, so none is refused", get)
        sets = _sets(params, deployment, seen)
        probe = _pod(params, sets)
        if not probe:
            raise NotYet("the Deployment has no ReplicaSet yet")
        if fault := constraint_probes.fault(params, facts, seen, probe, params.namespace):
            return fault
        if any((entry.get("status") or {}).get("replicas") for entry in sets):
            return Fault("has-pods", "the Deployment has pods, made before they were refused: make it anew", get)
        return None

    @staticmethod
    def _missing(params: Params, facts: Facts, seen: Observation, command: str) -> Fault:
        """Why there is no Deployment: perhaps because it would be refused itself."""
        observed = f"there is no Deployment {params.deployment} in {params.namespace}"
        outcome = refusals.outcome(seen[_new(params, facts)], params, seen)
        if outcome.what != refusals.REFUSED:
            return Fault("no-deployment", observed, command)
        why = f"{params.constraint} refuses the Deployment itself: for this step it has to look at pods alone"
        return Fault(
            "deployment-refused", f"{observed}, and {why}", f"{command}; kubectl get {params.kind.lower()} -o yaml"
        )


def _deployment(params: Params) -> ApiAsk:
    return ApiAsk(f"/apis/apps/v1/namespaces/{params.namespace}/deployments/{params.deployment}", order=-1)


def _replica_sets(params: Params) -> ApiAsk:
    return ApiAsk(f"/apis/apps/v1/namespaces/{params.namespace}/replicasets", order=-1)


def _sets(params: Params, deployment: Object, seen: Observation) -> list[Object]:
    """The ReplicaSets of the Deployment."""
    uid = deployment["metadata"]["uid"]
    every = items(seen[_replica_sets(params)])
    return [each for each in every if any(ref["uid"] == uid for ref in each["metadata"].get("ownerReferences") or [])]


def _pod(params: Params, sets: Iterable[Object]) -> dict[str, ApiAsk]:
    """A dry run of a pod that a ReplicaSet would make, by the pod's images; empty where there is none that would."""
    for entry in sets:
        if entry["spec"].get("replicas", 1):
            meta, template = entry["metadata"], entry["spec"]["template"]
            owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": meta["name"], "uid": meta["uid"]}
            metadata = {
                **{key: (template.get("metadata") or {}).get(key) for key in ("labels", "annotations")},
                "generateName": f"{meta['name']}-",
                "ownerReferences": [{**owner, "controller": True, "blockOwnerDeletion": True}],
            }
            probe = probes.as_dry_run(params.namespace, metadata, template["spec"])
            return {", ".join(probes.images(template["spec"])): probe}
    return {}


def _new(params: Params, facts: Facts) -> ApiAsk:
    """A dry run of the Deployment, as `kubectl create deployment` makes it."""
    labels = {"app": params.deployment}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "app", "image": params.refused}]}}
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": params.deployment, "labels": labels},
        "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
    }
    return ApiAsk(f"/apis/apps/v1/namespaces/{params.namespace}/deployments?dryRun=All", "POST", json.dumps(body))
