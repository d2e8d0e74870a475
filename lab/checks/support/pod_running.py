"""Tells whether a pod of the learner's runs, and else why not. Pure."""

from lab.checks.asks import NotYet
from lab.checks.base import Fault
from lab.checks.support.api_objects import Object
from lab.k8s import pod_readiness


def not_running(pod: Object) -> Fault | None:
    """Why a pod is not ready, or has a container that was made from no image yet; None when it runs.

    Raises:
        NotYet: it is starting.
    """
    containers = (pod.get("status") or {}).get("containerStatuses") or []
    if pod_readiness.is_ready(pod) and containers and all(entry.get("imageID") for entry in containers):
        return None
    if pod_readiness.is_starting(pod):
        raise NotYet("the pod is starting")
    namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
    observed = f"the pod {name} is not ready: {pod_readiness.why_not(pod)}"
    return Fault("not-running", observed, f"kubectl -n {namespace} describe pod {name}")
