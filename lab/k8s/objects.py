"""The API objects of the cluster, as digests of what somebody has set in them."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lab.errors import ClusterError
from lab.k8s.api import Api

_OWN = (
    "resourceVersion",
    "uid",
    "creationTimestamp",
    "generation",
    "managedFields",
    "selfLink",
    "deletionGracePeriodSeconds",
)
_BY_ITSELF = {"events", "leases", "endpoints", "endpointslices", "ipaddresses", "certificatesigningrequests"}
_BY_ITSELF |= {"componentstatuses", "csinodes", "csistoragecapacities", "resourceslices", "bindings"}
"""Kinds that the control plane writes by itself."""
_CONTROLLERS = ("node.kubernetes.io/", "deployment.kubernetes.io/", "kubernetes.io/last-", "volumes.kubernetes.io/")
_PARALLEL = 8

Objects = dict[str, str]
"""A digest by `RESOURCE.GROUP NAMESPACE/NAME`, or `RESOURCE NAME` where there is no group or namespace."""


def look(api: Api) -> Objects:
    """The objects of all kinds.

    Raises:
        Unreachable: no answer came. ClusterError: the API server refused one.
    """
    with ThreadPoolExecutor(_PARALLEL) as pool:
        versions = ["/api/v1", *_versions(_get(api, "/apis"))]
        lists = list(pool.map(lambda path: (path, _get(api, path)), versions))
        kinds = [kind for path, found in lists for kind in _kinds(path, found)]
        answers = pool.map(lambda kind: (kind[0], _get(api, kind[1]).get("items") or []), kinds)
        return {key: digest for name, items in answers for key, digest in digests(name, items)}


def digests(resource: str, items: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Key and digest of each object that somebody has set; what a controller makes for another object is left out."""
    for item in items:
        about = item["metadata"]
        if any(owner.get("controller") for owner in about.get("ownerReferences", ())) or _comes_and_goes(item):
            continue
        place = f"{about['namespace']}/{about['name']}" if about.get("namespace") else about["name"]
        content = json.dumps(_set(resource, item), sort_keys=True)
        yield f"{resource} {place}", hashlib.sha256(content.encode()).hexdigest()


def _set(resource: str, item: dict[str, Any]) -> dict[str, Any]:
    """An object without what the control plane writes into it."""
    left = {key: value for key, value in item.items() if key not in ("status", "metadata", "apiVersion", "kind")}
    about = {key: value for key, value in item["metadata"].items() if key not in _OWN}
    if notes := {k: v for k, v in about.pop("annotations", {}).items() if not k.startswith(_CONTROLLERS)}:
        about["annotations"] = notes
    if about.pop("deletionTimestamp", ""):
        about["deleted"] = True
    if resource == "nodes":
        taints = left["spec"].pop("taints", [])
        left["spec"]["taints"] = [taint for taint in taints if not taint["key"].startswith("node.kubernetes.io/")]
    if about["name"] == "cluster-info" and about.get("namespace") == "kube-public":
        left["data"] = {key: value for key, value in left.get("data", {}).items() if not key.startswith("jws-")}
    return {**left, "metadata": about}


def _comes_and_goes(item: Mapping[str, Any]) -> bool:
    """Whether an object comes and goes by itself: kubeadm's token, and an APIService of a custom resource."""
    automatic = "kube-aggregator.kubernetes.io/automanaged" in item["metadata"].get("labels", {})
    return automatic or item.get("type") == "bootstrap.kubernetes.io/token"


def _get(api: Api, path: str) -> dict[str, Any]:
    answer = api.request(path)
    if answer.status in (404, 405, 503):  # a kind that has just gone, cannot be listed, or whose own server is away
        return {}
    if answer.status != 200:
        raise ClusterError(f"The API server refused {path} ({answer.status}).", "lab status")
    found: dict[str, Any] = json.loads(answer.body)
    return found


def _versions(groups: Mapping[str, Any]) -> list[str]:
    return [f"/apis/{group['preferredVersion']['groupVersion']}" for group in groups.get("groups", ())]


def _kinds(path: str, found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and list path of the kinds of a version of a group."""
    group = path.removeprefix("/apis/").rpartition("/")[0] if path.startswith("/apis/") else ""
    return [
        (f"{kind['name']}.{group}" if group else kind["name"], f"{path}/{kind['name']}")
        for kind in found.get("resources", ())
        if "list" in kind["verbs"] and "/" not in kind["name"] and kind["name"] not in _BY_ITSELF
    ]
