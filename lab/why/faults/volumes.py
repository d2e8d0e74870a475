"""Volumes of a manifest that are not there, or are not what the manifest says."""

import re
from collections.abc import Iterator

from lab.checks.support import manifests
from lab.why.evidence import Evidence, kubelet_line
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.records import File
from lab.why.static_pod import StaticPod

_TYPES = {"File": "file", "FileOrCreate": "file", "Directory": "directory", "DirectoryOrCreate": "directory"}


@fault(
    "volume-not-declared",
    Rank.VOLUME,
    "A volumeMount names a volume that the manifest does not have.",
    "The API server is gone, without a container; the kubelet's journal says `volumeMounts[n].name: Not found`.",
    "Add the volume under `volumes`, or correct the name.",
)
def not_declared(seen: Evidence) -> Iterator[Finding]:
    """Mounts without a volume."""
    for pod in seen.pods:
        for mount in pod.volume_mounts:
            name = str(mount.get("name") or "")
            if name in pod.volumes:
                continue
            said = [kubelet_line(each) for each, _ in seen.kubelet_said(r"volumeMounts.*Not found", pod.changed)]
            has = ", ".join(pod.volumes)
            sentence = (
                f'The volumeMount at {mount.get("mountPath")} in {pod.file.path} names the volume "{name}", which the '
                f"manifest does not have; its volumes are {has}."
            )
            yield Finding(
                "volume-not-declared", sentence, (pod.file.line_of(f"name: {name}"), *said[:1]), f"vi {pod.file.path}"
            )


@fault(
    "host-path",
    Rank.VOLUME,
    "A hostPath leads to nothing on the node, or to something else than its type says.",
    "The pod stays without a container; the kubelet's journal says `hostPath type check failed`.",
    "Make the file or directory on the node, or correct path and type.",
)
def host_path(seen: Evidence) -> Iterator[Finding]:
    """hostPaths of a type that does not fit what is there."""
    for pod in seen.pods:
        for name, volume in pod.volumes.items():
            path, wanted = str(volume.get("path") or ""), str(volume.get("type") or "")
            file = seen.file(path.rstrip("/") or "/") if path else None
            if file is None or not (why := _unfit(file, wanted)):
                continue
            said = [
                kubelet_line(each) for each, _ in seen.kubelet_said(rf'MountVolume.*"{re.escape(name)}', pod.changed)
            ]
            sentence = f'The volume "{name}" of {pod.component} has the hostPath {path} of type {wanted}: {why}.'
            yield Finding("host-path", sentence, (pod.file.line_of(f"path: {path}"), *said[:1]), _do(file, wanted, pod))


def _unfit(file: File, wanted: str) -> str:
    if file.kind == "missing":
        if wanted in ("File", "Directory", "Socket"):
            return "there is no such path on the node"
        return ""
    fits = _TYPES.get(wanted)
    return f"it is a {file.kind} there" if fits and file.kind in ("file", "directory") and file.kind != fits else ""


def _do(file: File, wanted: str, pod: StaticPod) -> str:
    if file.kind == "missing" and wanted == "Directory":
        return f"ls -ld {file.path}; vi {pod.file.path}"
    return f"vi {pod.file.path}"


@fault(
    "volume-other-place",
    Rank.VOLUME,
    "A volume that the golden state has leads to another place of the node now, or is mounted at another place.",
    "Files that were there are not found by the program, though they are on the node.",
    "Put path and mountPath back as they were.",
)
def other_place(seen: Evidence) -> Iterator[Finding]:
    """Mounts of the golden state that lead elsewhere, while their pod does not work."""
    for pod in seen.pods:
        golden = seen.golden.get(f"/etc/kubernetes/manifests/{pod.component}.yaml")
        if golden is None or seen.healthy(pod.component) or pod.manifest.problem or not pod.manifest.containers:
            continue
        before = _of(golden, pod).mounts
        moved = [there for there, source in before.items() if pod.mounts.get(there) != source]
        if moved:
            there, mine = moved[0], pod.mounts.get(moved[0])
            more = f" ({len(moved) - 1} more places changed too)" if len(moved) > 1 else ""
            now = mine or "nothing"
            said = f"{pod.component} had {before[there]} of the node at {there}, and has {now} there now{more}."
            lines = (pod.file.line_of(f"path: {mine}") if mine else pod.file.line_of(before[there]),)
            yield Finding("volume-other-place", said, lines, f"vi {pod.file.path}", Sure.LIKELY)


def _of(content: bytes, pod: StaticPod) -> StaticPod:
    return StaticPod(pod.file, manifests.parse(content, pod.file.name))
