"""Reads the directory of static-pod manifests as the kubelet does.

Facts: pkg/kubelet/config/file.go and common.go, and pkg/apis/core/validation of Kubernetes 1.36.
"""

from dataclasses import dataclass
from typing import Any

from lab.checks import base
from lab.checks.asks import CouldNotTell, DirectoryAsk, Observation
from lab.checks.base import Fault
from lab.checks.support import go_yaml
from lab.checks.support.node_file import NodeFile
from lab.k8s.static_pods import DIRECTORY

MANIFESTS = DirectoryAsk(DIRECTORY, limit=1 << 20)
"""Every file that the kubelet reads: those whose name does not begin with a dot."""
_MIRROR = "kubernetes.io/config.mirror"


@dataclass(frozen=True)
class Manifest:
    """A file of the directory: its name, and the pod in it, or what is wrong with it.

    `pod` is empty where the kubelet takes the file for no pod at all; `problem` completes a sentence that begins with
    the file's name.
    """

    file: str
    pod: dict[str, Any]
    problem: str = ""

    @property
    def metadata(self) -> dict[str, Any]:
        """The pod's metadata."""
        metadata = self.pod.get("metadata")
        return metadata if isinstance(metadata, dict) else {}

    @property
    def name(self) -> str:
        """The pod's name, without the node's."""
        return str(self.metadata.get("name") or "")

    @property
    def is_mirror(self) -> bool:
        """Whether it is what the API server shows of a static pod: the kubelet runs no such pod."""
        annotations = self.metadata.get("annotations")
        return isinstance(annotations, dict) and _MIRROR in annotations

    @property
    def containers(self) -> list[dict[str, Any]]:
        """The pod's containers."""
        spec = self.pod.get("spec")
        containers = spec.get("containers") if isinstance(spec, dict) else None
        return [one for one in containers or () if isinstance(one, dict)] if isinstance(containers, list) else []

    def is_of(self, component: str) -> bool:
        """Whether the kubelet takes it as the static pod of a component."""
        return self.name == component

    def concerns(self, component: str) -> bool:
        """Whether it is of a component, or of another pod that would do its work."""
        runs_it = any(container.get("name") == component for container in self.containers)
        return self.is_of(component) or self.name.startswith(f"{component}-") or runs_it

    def image(self, component: str) -> str:
        """The image of the component's container; empty when there is none."""
        return next((str(each.get("image") or "") for each in self.containers if each.get("name") == component), "")


@dataclass(frozen=True)
class Params:
    """`component`: the static pod's name without the node's, such as `kube-apiserver`."""

    component: str


def read(seen: Observation) -> list[Manifest]:
    """The manifests in the order in which the kubelet reads them.

    Raises:
        CouldNotTell: the directory could not be read.
    """
    directory = seen[MANIFESTS]
    if not directory.whole:
        raise CouldNotTell(f"{DIRECTORY} has more files than can be looked at")
    files = sorted((name, file) for name, file in directory.entries.items() if not name.startswith("."))
    return [_manifest(name, file) for name, file in files if file.kind not in ("directory", "other")]


def of(component: str, seen: Observation) -> list[Manifest]:
    """The manifests of one component; the last is the one that wins when the kubelet lists the directory."""
    return [manifest for manifest in read(seen) if manifest.is_of(component)]


def parse(content: bytes, file: str) -> Manifest:
    """A manifest as the kubelet reads it; `file` is its name."""
    try:
        pod = go_yaml.load(content, file, go_yaml.KUBELET)
    except base.Fault as fault:
        return Manifest(file, {}, fault.observed.removeprefix(f"{file} "))
    problem = _no_pod(pod)
    return Manifest(file, {}, problem) if problem else Manifest(file, pod)


def missing(component: str, seen: Observation) -> Fault:
    """Why no manifest is of a component."""
    found = read(seen)
    for manifest in (one for one in found if one.concerns(component)):
        said = f"{manifest.file} is of the pod {manifest.name}, not of {component}"
        if manifest.is_mirror:
            what = (
                "It is what the API server shows of the static pod: its name has the node's in it, and the annotation"
            )
            advice = f"put back the manifest whose name is {component}, and change its image alone"
            observed = f"{said}. {what} {_MIRROR} says that it is a mirror; {advice}"
            return Fault("mirror-manifest", observed)
        return Fault("other-name", f"{said}; the kubelet runs another pod then")
    broken = [f"{manifest.file} {manifest.problem}" for manifest in found if manifest.problem]
    nothing = f"no manifest in {DIRECTORY} is of {component}"
    if broken:
        return Fault("broken-manifest", f"{nothing}: {'; '.join(broken)}")
    return Fault("no-manifest", nothing)


def _manifest(name: str, file: NodeFile) -> Manifest:
    if file.kind == "missing":
        return Manifest(name, {}, "is a link to a file that does not exist")
    if file.kind == "unreadable":
        return Manifest(name, {}, f"cannot be read: {file.why}")
    return parse(file.content, name) if file.whole else Manifest(name, {}, "is too large for a manifest")


def _no_pod(value: Any) -> str:
    """Why the kubelet takes a value for no pod; it names what it is and not what it should be."""
    if not isinstance(value, dict):
        return "is empty or no object"
    version, kind = (_folded(value, key) for key in ("apiVersion", "kind"))
    if (version, kind) != ("v1", "Pod"):
        return f"says apiVersion: {version}, kind: {kind}; the kubelet takes one v1 Pod from a file"
    metadata, spec = value.get("metadata") or {}, value.get("spec") or {}
    for key, part in (("metadata", metadata), ("spec", spec)):
        if not isinstance(part, dict):
            return f"has {go_yaml.shown(part)} for {key}, which has to be a mapping"
    if not metadata.get("name"):
        return "has no metadata.name, which a static pod needs"
    containers = spec.get("containers") or []
    if not isinstance(containers, list):
        return f"has {go_yaml.shown(containers)} for spec.containers, which has to be a list"
    wrong = [_no_text(metadata, "name", "metadata")]
    wrong += [_no_container(one, f"spec.containers[{number}]") for number, one in enumerate(containers)]
    return next(filter(None, wrong), "")


def _folded(value: dict[str, Any], key: str) -> Any:
    """The value of a key in whatever case: what kind of object it is, is read by encoding/json."""
    return next((value[name] for name in reversed(value) if name.casefold() == key.casefold()), None)


def _no_container(value: Any, place: str) -> str:
    if not isinstance(value, dict):
        return f"has {go_yaml.shown(value)} for {place}, which has to be a mapping"
    wrong = [_no_text(value, key, place) for key in ("name", "image")]
    for key in ("command", "args"):
        words = value.get(key) or []
        if not isinstance(words, list):
            return f"has {go_yaml.shown(words)} for {place}.{key}, which has to be a list"
        wrong += [_no_text({key: word}, key, place) for word in words]
    return next(filter(None, wrong), "")


def _no_text(value: dict[str, Any], key: str, place: str) -> str:
    one = value.get(key)
    wrong = one is not None and not isinstance(one, str)
    return f"has {go_yaml.shown(one)} for {place}.{key}, which has to be a text" if wrong else ""
