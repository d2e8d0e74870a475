"""A static pod whose manifest is not in the kubelet's directory."""

import posixpath
from collections.abc import Iterator

from lab.checks.support import manifests
from lab.k8s.static_pods import DIRECTORY
from lab.why.evidence import Evidence
from lab.why.fault import Finding, Rank, fault
from lab.why.records import File, Line
from lab.why.static_pod import COMPONENTS


@fault(
    "no-manifest",
    Rank.DIRECTORY,
    "A manifest of the control plane is missing: moved away, hidden by a dot, or its pod has another name.",
    "The pod is gone, and nothing restarts it: no log, no error. Without that of kube-apiserver kubectl is refused.",
    "Put the manifest back into /etc/kubernetes/manifests.",
)
def recognise(seen: Evidence) -> Iterator[Finding]:
    """Every part of the control plane that has no manifest; one that is there and broken is another fault."""
    for component in COMPONENTS:
        if seen.pod(component) or any(pod.component == component and pod.manifest.problem for pod in seen.pods):
            continue
        if seen.files:
            yield _missing(component, seen)


def _missing(component: str, seen: Evidence) -> Finding:
    nothing = f"No manifest in {DIRECTORY} is of {component}"
    other = next((pod for pod in seen.pods if pod.manifest.concerns(component)), None)
    if other:
        line = other.file.line_of("name:")
        mirror = ": it is a copy of the pod that the API server shows" if other.manifest.is_mirror else ""
        said = f"{nothing}: {other.file.name} is of the pod {other.manifest.name}{mirror}."
        do = f"vi {other.file.path}"
        return Finding("no-manifest", said, (line,), do)
    copy = next(_copies(component, seen), None)
    if copy:
        said = f"{nothing}; {copy.path} has one, where the kubelet does not read."
        return Finding("no-manifest", said, (copy.line_of("kind:"),), f"mv {copy.path} {DIRECTORY}/{component}.yaml")
    names = ", ".join(pod.file.name for pod in seen.pods) or "nothing"
    lines = (Line(DIRECTORY, names),)
    return Finding("no-manifest", f"{nothing}.", lines, "lab rescue")


def _copies(component: str, seen: Evidence) -> Iterator[File]:
    """Files with the component's manifest that the kubelet does not read."""
    for file in seen.files.values():
        hidden = posixpath.dirname(file.path) != DIRECTORY or file.name.startswith(".")
        is_pod = hidden and file.kind == "file" and b"kind: Pod" in file.content and component in file.name
        if is_pod and manifests.parse(file.content, file.name).is_of(component):
            yield file
