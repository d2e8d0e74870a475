"""Reads the files that make the control plane what it is: static pods' manifests, and what these name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import yaml

from lab.k8s import node_files
from lab.k8s.bash import program
from lab.k8s.helper import Helper
from lab.k8s.static_pods import COMPONENTS, DIRECTORY

ROOT = "/etc/kubernetes"
KUBELET = ("/var/lib/kubelet/config.yaml", "/var/lib/kubelet/kubeadm-flags.env")
"""The kubelet's own settings."""
_NAMED = re.compile(re.escape(ROOT) + r"/[^\s\"',=:\[\]{}]+")


@dataclass(frozen=True)
class File:
    """A file of the node: its content, and when it was changed, in seconds since 1970 (0: not known)."""

    content: bytes
    changed: float = 0.0


Files = Mapping[str, File]
"""Files by their absolute paths on the node."""


def read(helper: Helper) -> Files:
    """The files of the control plane as they are on the node, those included that no manifest names.

    Raises:
        ClusterError: the node cannot be entered, or what it gave is no archive.
    """
    roots = [path.lstrip("/") for path in (ROOT, *KUBELET)]
    told = helper.run(node_files.shell() + program(__file__, "read_files.sh", *roots)).stdout
    listing, _, archive = told.partition(b"\n\n")
    if told.startswith(b"\n"):  # no listing
        return {}
    rows = (line.partition(" ") for line in listing.decode(errors="surrogateescape").splitlines())
    changed = {f"/{path}": float(time) for time, _, path in rows}
    contents = node_files.unpacked(archive)
    return {path: File(contents[path], changed[path]) for path in changed if path in contents}


def manifests(paths: Iterable[str]) -> list[str]:
    """The paths among these that the kubelet reads as manifests, sorted."""
    return sorted(path for path in paths if str(PurePosixPath(path).parent) == DIRECTORY and not _hidden(path))


def named(files: Mapping[str, bytes]) -> set[str]:
    """The paths among these of manifests, and of what they name: by a flag, or in a folder that a pod mounts."""
    chosen = manifests(files)
    names = {name for path in chosen for name in _NAMED.findall(files[path].decode(errors="replace"))}
    below = [name.rstrip("/") for name in names]
    return {*chosen, *(path for path in files if any(f"{path}/".startswith(f"{name}/") for name in below))}


def needed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files among these that the control plane needs: those that are named, kubeconfigs, the kubelet's settings."""
    own = {path for path in files if path in KUBELET or path.endswith(".conf")}
    return {path: files[path] for path in sorted(named(files) | own)}


def sound(files: Mapping[str, bytes]) -> bool:
    """Whether each manifest is that of one pod, no two are of one pod, and none of the control plane is missing."""
    names = [_pod(files[path]) for path in manifests(files)]
    return "" not in names and len(set(names)) == len(names) and {*names} >= {*COMPONENTS}


def in_effect(files: Files, started: float) -> bool:
    """Whether an API server that started then (seconds since 1970; 0: none runs) has read the files as they are."""
    contents = {path: file.content for path, file in files.items()}
    newest = max((files[path].changed for path in named(contents)), default=0.0)
    return sound(contents) and newest <= started


def _pod(manifest: bytes) -> str:
    """The name of a manifest's pod; empty where it is none."""
    try:
        pod = yaml.load(manifest, yaml.BaseLoader)
        return str(pod["metadata"]["name"]) if pod["kind"] == "Pod" else ""
    except (yaml.YAMLError, LookupError, TypeError, UnicodeError):
        return ""


def _hidden(path: str) -> bool:
    return PurePosixPath(path).name.startswith(".")
