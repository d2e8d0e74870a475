"""objects, namespace-remove, namespace-clear: what an exercise plants in the cluster, and taking things away."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from lab.actions.base import Action, Setting, action
from lab.errors import DataError
from lab.k8s.kubectl import kubectl

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_SYSTEM = ("default", "kube-system", "kube-public", "kube-node-lease", "gatekeeper-system")

_PLANT = """
set -euo pipefail
kubectl get namespace {namespace} >/dev/null 2>&1 || kubectl create namespace {namespace} >/dev/null
for _ in $(seq 100); do
    kubectl get serviceaccount default -n {namespace} >/dev/null 2>&1 && break; sleep 0.1
done
kubectl apply -n {namespace} -f - >/dev/null
kubectl wait -n {namespace} --for=condition=Ready pods --all --timeout=120s >/dev/null
"""
# Nobody waits for what runs here: pods are forced out of the API, then their sandboxes are removed, so that no
# container stays behind. Waiting for the kubelet instead takes a minute where it is at a pull that fails. What a
# static pod runs is its manifest's business. Last go finalizers that nobody is there to see to.
_EMPTY = r"""
set -euo pipefail
pods() {{
    kubectl get pods -n {namespace} -o json | jq -r '
        .items[] | select(.metadata.annotations["kubernetes.io/config.mirror"] == null) | "pod/\(.metadata.name)"'
}}
sandboxes() {{
    crictl pods -o json | jq -r '.items[] | select(.metadata.namespace == "{namespace}"
        and .annotations["kubernetes.io/config.source"] != "file") | .id'
}}
others() {{ kubectl get "$kinds" -n {namespace} -o name --ignore-not-found | grep -vxE '{builtin}' || true; }}
free='{{"metadata":{{"finalizers":null}}}}'
unbind() {{ xargs -r kubectl patch -n {namespace} --type merge -p "$free" >/dev/null 2>&1 || true; }}
kinds=$(kubectl api-resources --namespaced --verbs=list,delete -o name --cached=false 2>/dev/null \
    | grep -vE '^(pods|events|endpoints|endpointslices)([.]|$)' | paste -sd,)
delete="kubectl delete -n {namespace} --ignore-not-found --wait=false"
others | xargs -r $delete --grace-period=1 >/dev/null
for _ in $(seq 100); do
    pods=$(pods) sandboxes=$(sandboxes)
    [ -n "$pods$sandboxes" ] || break
    $delete --force --grace-period=0 $pods >/dev/null 2>&1 || true
    [ -z "$pods" ] || unbind <<<"$pods"
    [ -z "$sandboxes" ] || crictl rmp -f $sandboxes >/dev/null 2>&1 || true
    sleep 0.2
done
[ -z "$(pods)" ] || {{ echo "these pods stay: $(pods)" >&2; exit 1; }}
others | unbind
"""
# What is in every namespace, or in `default`, without anybody's doing.
_BUILTIN = "configmap/kube-root-ca[.]crt|serviceaccount/default|service/kubernetes"
# Pod Security would refuse what the exercise wants to run.
_OPEN = "\nkubectl label namespace {namespace} pod-security.kubernetes.io/{{enforce,warn,audit}}- >/dev/null\n"
# An empty namespace is gone at once; one with pods in it is looked at again only after several seconds.
_REMOVE = """
kubectl get namespace {namespace} >/dev/null 2>&1 || exit 0
%s
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
            kubectl(setting.cluster, _PLANT.format(namespace=params.namespace), manifest.read_text())


@action("namespace-remove")
class NamespaceRemove(Action[Own]):
    """Removes a namespace with everything in it."""

    takes = Own

    def run(self, params: Own, setting: Setting) -> None:
        """Remove it and wait until it is gone."""
        with setting.status.phase(f"Removing the namespace {params.namespace}", 8):
            _run(setting, _REMOVE % _EMPTY, params.namespace)


@action("namespace-clear")
class NamespaceClear(Action[Shared]):
    """Removes everything from a namespace that stays but what every namespace has."""

    takes = Shared

    def run(self, params: Shared, setting: Setting) -> None:
        """Remove it, and wait until no container of it is left."""
        with setting.status.phase(f"Clearing the namespace {params.namespace}", 3):
            _run(setting, _EMPTY + _OPEN, params.namespace)


def _run(setting: Setting, script: str, namespace: str) -> None:
    kubectl(setting.cluster, script.format(namespace=namespace, builtin=_BUILTIN))


def _check(namespace: str) -> None:
    if not _NAME.fullmatch(namespace):
        raise ValueError(f"{namespace} is not the name of a namespace")
