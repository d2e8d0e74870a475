"""objects, namespace-remove, namespace-clear: what an exercise plants in the cluster, and taking things away."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from lab.actions.base import Action, Setting, action
from lab.errors import DataError
from lab.k8s.bash import program
from lab.k8s.kubectl import kubectl, make_namespace

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_SYSTEM = ("default", "kube-system", "kube-public", "kube-node-lease", "gatekeeper-system")


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
    """`namespace`: one that stays; all objects in it are removed, and its Pod Security labels."""

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
            make_namespace(setting.cluster, params.namespace)
            kubectl(setting.cluster, program(__file__, "plant.sh", params.namespace), manifest.read_text())


@action("namespace-remove")
class NamespaceRemove(Action[Own]):
    """Removes a namespace with everything in it."""

    takes = Own

    def run(self, params: Own, setting: Setting) -> None:
        """Remove it and wait until it is gone."""
        with setting.status.phase(f"Removing the namespace {params.namespace}", 8):
            # An empty namespace is gone at once; one with pods in it is looked at again only after several seconds.
            there = f"kubectl get namespace {params.namespace} >/dev/null 2>&1 || exit 0\n"
            delete = f"kubectl delete namespace {params.namespace} --ignore-not-found --wait --timeout=120s >/dev/null"
            kubectl(setting.cluster, there + program(__file__, "empty_namespace.sh", params.namespace) + delete)


@action("namespace-clear")
class NamespaceClear(Action[Shared]):
    """Removes everything from a namespace that stays but what every namespace has."""

    takes = Shared

    def run(self, params: Shared, setting: Setting) -> None:
        """Remove it, and wait until no container of it is left."""
        with setting.status.phase(f"Clearing the namespace {params.namespace}", 3):
            # Pod Security would refuse what the exercise wants to run.
            labels = "pod-security.kubernetes.io/{enforce,warn,audit}-"
            unlabel = f"kubectl label namespace {params.namespace} {labels} >/dev/null"
            kubectl(setting.cluster, program(__file__, "empty_namespace.sh", params.namespace) + unlabel)


def _check(namespace: str) -> None:
    if not _NAME.fullmatch(namespace):
        raise ValueError(f"{namespace} is not the name of a namespace")
