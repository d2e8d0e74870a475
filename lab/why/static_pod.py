"""A static pod as its manifest says it is: its command, its flags, and what of the node it will see. Pure."""

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lab.checks.support import api_server_process, manifests, pflag
from lab.checks.support.manifests import Manifest
from lab.k8s import static_pods
from lab.why.records import File, Line

API_SERVER, ETCD = "kube-apiserver", "etcd"
COMPONENTS = static_pods.COMPONENTS


@dataclass(frozen=True)
class StaticPod:
    """A file in the kubelet's directory of manifests, as the kubelet reads it."""

    file: File
    manifest: Manifest

    @property
    def component(self) -> str:
        """The pod's name; where it has none, the one that its file is called after."""
        return self.manifest.name or next((each for each in COMPONENTS if self.file.name.startswith(each)), "")

    @property
    def changed(self) -> float:
        """When the file was written or put there."""
        return max(self.file.mtime, self.file.ctime)

    @cached_property
    def container(self) -> Mapping[str, object]:
        """The container that is named as the pod; the first where none is."""
        found = self.manifest.containers
        return next((each for each in found if each.get("name") == self.component), found[0] if found else {})

    @cached_property
    def argv(self) -> tuple[str, ...]:
        """The program and its arguments."""
        words = [*_list(self.container.get("command")), *_list(self.container.get("args"))]
        return tuple(map(str, words))

    @cached_property
    def flags(self) -> pflag.CommandLine:
        """The program's flags."""
        words = api_server_process.own_words(self.argv) if self.component == API_SERVER else self.argv[1:]
        return pflag.parse(words)

    @cached_property
    def volumes(self) -> Mapping[str, Mapping[str, object]]:
        """The volumes by name; of a hostPath, its `path` and `type`."""
        spec = self.manifest.pod.get("spec")
        listed = mappings(spec.get("volumes") if isinstance(spec, dict) else None)
        return {str(each.get("name")): mapping(each.get("hostPath")) for each in listed}

    @cached_property
    def volume_mounts(self) -> Sequence[Mapping[str, object]]:
        """The container's volumeMounts."""
        return mappings(self.container.get("volumeMounts"))

    @cached_property
    def mounts(self) -> Mapping[str, str]:
        """Where the container has what of the node."""
        found = {}
        for each in self.volume_mounts:
            source = str(self.volumes.get(str(each.get("name")), {}).get("path") or "")
            if source:
                found[posixpath.normpath(str(each.get("mountPath")))] = posixpath.normpath(source)
        return found

    def on_node(self, path: str) -> str:
        """Where the node has what the container sees at a path; empty where nothing is mounted there."""
        path = posixpath.normpath(posixpath.join("/", path))
        for there in sorted(self.mounts, key=len, reverse=True):
            if f"{path}/".startswith(f"{there}/"):
                return self.mounts[there] + path[len(there) :]
        return ""

    def line_of_flag(self, name: str, having: str = "") -> Line:
        """The line of the manifest that has a flag; of several, the first with a text in it."""
        flag, lines = re.compile(rf"--{re.escape(name)}(?![\w-])"), self.file.text.splitlines()
        numbers = [number for number, text in enumerate(lines, 1) if flag.search(text.replace("_", "-"))]
        if not numbers:
            return self.file.line_of(name)
        return self.file.line(next((number for number in numbers if having in lines[number - 1]), numbers[0]))


def read(file: File) -> StaticPod:
    """The pod in a file, or what is wrong with it."""
    return StaticPod(file, _manifest(file))


def _manifest(file: File) -> Manifest:
    if file.kind == "missing":
        return Manifest(file.name, {}, "is a link to a file that does not exist")
    return manifests.parse(file.content, file.name)


def _list(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else ()


def mapping(value: object) -> Mapping[str, object]:
    """A mapping; an empty one where a value is none."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[Mapping[str, object]]:
    """The mappings in a list; none where a value is no list."""
    return [each for each in _list(value) if isinstance(each, dict)]
