"""Pods that are made for the purpose, as server-side dry runs: only the image varies, and nothing stays."""

import json
from typing import Any

from lab.checks.base import ApiAsk
from lab.checks.matching import PROBE

CONTAINERS, INIT, EPHEMERAL = "containers", "initContainers", "ephemeralContainers"
LISTS = (CONTAINERS, INIT, EPHEMERAL)
"""The lists of containers that a pod has."""


def create(namespace: str, image: str) -> ApiAsk:
    """A pod with the image in its one container."""
    return _post(namespace, {"containers": [_container("probe", image)]})


def create_beside(namespace: str, image: str, trusted: str) -> ApiAsk:
    """A pod with the image in its second container, after a trusted one."""
    return _post(namespace, {"containers": [_container("first", trusted), _container("second", image)]})


def create_with_init(namespace: str, image: str, trusted: str) -> ApiAsk:
    """A pod with the image in an init container, and a trusted one beside it."""
    return _post(
        namespace, {"initContainers": [_container("init", image)], "containers": [_container("probe", trusted)]}
    )


def debug(namespace: str, pod: str, image: str) -> ApiAsk:
    """An ephemeral container with the image, in a pod that runs."""
    patch = {"spec": {"ephemeralContainers": [_container(f"{PROBE}debug", image)]}}
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/ephemeralcontainers?dryRun=All"
    return ApiAsk(path, "PATCH", json.dumps(patch))


def images(pod_spec: Any) -> list[str]:
    """Every image of a pod's or a pod template's spec, in any of its lists."""
    return [str(container.get("image", "")) for name in LISTS for container in pod_spec.get(name) or []]


def _post(namespace: str, lists: dict[str, Any]) -> ApiAsk:
    # Fits the `restricted` profile of Pod Security, so that a namespace's profile does not refuse it.
    security = {"runAsNonRoot": True, "runAsUser": 65534, "seccompProfile": {"type": "RuntimeDefault"}}
    spec = {"automountServiceAccountToken": False, "securityContext": security, **lists}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": PROBE}, "spec": spec}
    return ApiAsk(f"/api/v1/namespaces/{namespace}/pods?dryRun=All", "POST", json.dumps(pod))


def _container(name: str, image: str) -> dict[str, Any]:
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": True}
    return {"name": name, "image": image, "securityContext": security}
