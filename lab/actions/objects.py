"""objects, namespace-remove, namespace-clear: what an exercise plants in the cluster, and taking things away."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from lab.actions.base import Action, Setting, action
from lab.errors import DataError
from lab.k8s.kubectl import kubectl

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_SYSTEM = ("default", "kube-system", "kube-public", "kube-node-lease", "gatekeeper-system")
_WORKLOADS = "deployments,statefulsets,daemonsets,jobs,cronjobs,replicasets,replicationcontrollers,pods"

_PLANT = """
set -euo pipefail
kubectl get namespace {namespace} >/dev/null 2>&1 || kubectl create namespace {namespace} >/dev/null
for _ in $(seq 100); do
    kubectl get serviceaccount default -n {namespace} >/dev/null 2>&1 && break; sleep 0.1
done
kubectl apply -n {namespace} -f - >/dev/null
kubectl wait -n {namespace} --for=condition=Ready pods --all --timeout=120s >/dev/null
"""
# Quotas and Pod Security would refuse what the exercise wants to run.
_CLEAR = """
set -euo pipefail
kubectl delete resourcequotas,limitranges --all -n {namespace} >/dev/null
kubectl label namespace {namespace} pod-security.kubernetes.io/{{enforce,warn,audit}}- >/dev/null
kubectl delete {kinds} --all -n {namespace} --grace-period=1 --wait --timeout=90s >/dev/null
"""
# An empty namespace is gone at once; one with pods in it is looked at again only after several seconds.
_REMOVE = """
set -euo pipefail
kubectl get namespace {namespace} >/dev/null 2>&1 || exit 0
kubectl delete {kinds} --all -n {namespace} --grace-period=1 --wait --timeout=90s >/dev/null
kubectl delete namespace {namespace} --ignore-not-found --wait --timeout=120s >/dev/null
"""


@dataclass(frozen=True)
class Planted:
    """`file`: a manifest in the exercise's files/. `namespace`: where its objects go; made when it is not there."""

    file: str
    namespace: str

    def __post_init__(self) -> None:
        _check(self.namespace)
        if PurePosixPath(self.file).name != self.file:
            raise ValueError(f"{self.file} is not the name of a file in files/")


@dataclass(frozen=True)
class Own:
    """`namespace`: one of the exercise's own, never one of the system's."""

    namespace: str

    def __post_init__(self) -> None:
        _check(self.namespace)
        if self.namespace in _SYSTEM:
            raise ValueError(f"{self.namespace} belongs to the cluster and cannot be removed")


@dataclass(frozen=True)
class Shared:
    """`namespace`: one that stays; workloads in it are removed, with quotas, limits and Pod Security labels."""

    namespace: str

    def __post_init__(self) -> None:
        _check(self.namespace)
        if self.namespace in _SYSTEM[1:]:
            raise ValueError(f"{self.namespace} belongs to the cluster and cannot be cleared")


@action("objects")
class Objects(Action[Planted]):
    """Makes the objects of a manifest, and waits until its pods are ready."""

    takes = Planted

    def run(self, params: Planted, setting: Setting) -> None:
        """Apply the manifest."""
        manifest = setting.files / params.file
        if not manifest.is_file():
            raise DataError(f"There is no file {manifest}.", "See all problems of the data with: lab lint")
        with setting.status.phase(f"Making what runs in the namespace {params.namespace}", 8):
            kubectl(setting.cluster, _PLANT.format(namespace=params.namespace), manifest.read_text())


@action("namespace-remove")
class NamespaceRemove(Action[Own]):
    """Removes a namespace with everything in it."""

    takes = Own

    def run(self, params: Own, setting: Setting) -> None:
        """Remove it and wait until it is gone."""
        with setting.status.phase(f"Removing the namespace {params.namespace}", 8):
            kubectl(setting.cluster, _REMOVE.format(kinds=_WORKLOADS, namespace=params.namespace))


@action("namespace-clear")
class NamespaceClear(Action[Shared]):
    """Removes all workloads from a namespace that stays, and what would keep others from running there."""

    takes = Shared

    def run(self, params: Shared, setting: Setting) -> None:
        """Remove them and wait until they are gone."""
        with setting.status.phase(f"Removing all pods from the namespace {params.namespace}", 3):
            kubectl(setting.cluster, _CLEAR.format(kinds=_WORKLOADS, namespace=params.namespace))


def _check(namespace: str) -> None:
    if not _NAME.fullmatch(namespace):
        raise ValueError(f"{namespace} is not the name of a namespace")
