"""What one look at the node and its API server brought. Pure: it can be recorded and read again."""

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from lab.checks.support import api_server_process, manifests, pflag
from lab.checks.support.manifests import Manifest
from lab.k8s import last_word
from lab.k8s.static_pods import DIRECTORY

API_SERVER, ETCD = "kube-apiserver", "etcd"
COMPONENTS = (API_SERVER, ETCD, "kube-controller-manager", "kube-scheduler")
"""The static pods of a control plane."""
_STARTING = 45.0
"""Seconds that a control plane on a busy machine takes to come back after an edit, and a fault to show."""


@dataclass(frozen=True)
class Line:
    """A line of evidence: where it stands (`FILE:LINE`, a log, `difference`), and its text."""

    where: str
    text: str


@dataclass(frozen=True)
class File:
    """A path of the node: `kind` is file, directory, socket, other or missing; times in whole seconds since 1970.

    Of a private key, `content` is the public one that belongs to it: no private key leaves the node.
    """

    path: str
    kind: str = "missing"
    mode: int = 0
    uid: int = 0
    mtime: float = 0.0
    ctime: float = 0.0
    cut: bool = False
    target: str = ""
    content: bytes = b""

    @property
    def name(self) -> str:
        """Its name without the directory."""
        return posixpath.basename(self.path)

    @property
    def text(self) -> str:
        """Its content as text."""
        return self.content.decode(errors="replace")

    def line_of(self, wanted: str) -> Line:
        """The first line that has a text; the file as a whole where none has."""
        for number, line in enumerate(self.text.splitlines(), 1):
            if wanted and wanted in line:
                return Line(f"{self.path}:{number}", line.strip())
        return Line(self.path, f"{wanted}: not there" if wanted else self.kind)

    def line(self, number: int) -> Line:
        """A line by its number."""
        lines = self.text.splitlines()
        text = lines[number - 1] if 0 < number <= len(lines) else ""
        return Line(f"{self.path}:{number}", text.replace("\t", "\\t").rstrip())


@dataclass(frozen=True)
class Said:
    """A line of a log: when, in seconds since 1970, and its text."""

    at: float
    text: str


@dataclass(frozen=True)
class Container:
    """A container of a static pod. Times in seconds since 1970, 0 where there is none."""

    name: str
    pod: str
    attempt: int
    running: bool
    created: float
    started: float
    finished: float
    code: int
    reason: str
    message: str
    image: str
    argv: tuple[str, ...]
    mounts: Mapping[str, str]
    log: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Process:
    """A process of the node, and when it began, in seconds since 1970."""

    name: str
    pid: int
    started: float
    argv: tuple[str, ...]


@dataclass(frozen=True)
class Reply:
    """An answer of the API server: HTTP status, 0 where none came, and the body or why none came."""

    status: int
    body: str

    def items(self) -> Sequence[Mapping[str, object]]:
        """The objects of a list; none where the answer is no list."""
        try:
            found = json.loads(self.body)["items"] if self.status == 200 else []
        except (ValueError, LookupError, TypeError):
            return []
        return found if isinstance(found, list) else []


NO_REPLY = Reply(0, "it was not asked")


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
        listed = _mappings(spec.get("volumes") if isinstance(spec, dict) else None)
        return {str(each.get("name")): _mapping(each.get("hostPath")) for each in listed}

    @cached_property
    def volume_mounts(self) -> Sequence[Mapping[str, object]]:
        """The container's volumeMounts."""
        return _mappings(self.container.get("volumeMounts"))

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

    def line_of_flag(self, name: str) -> Line:
        """The line of the manifest that has a flag."""
        found = re.search(rf"(?m)^.*--{re.escape(name)}(?![\w-]).*$", self.file.text.replace("_", "-"))
        if not found:
            return self.file.line_of(name)
        return self.file.line(self.file.text[: found.start()].count("\n") + 1)


@dataclass(frozen=True)
class Evidence:
    """All that was seen.

    Attributes:
        now: the node's time, in seconds since 1970.
        files: what was read of the node, by path.
        services: what systemd tells of kubelet and containerd, by service and property.
        journal: the kubelet's last lines that tell of trouble; `containerd_journal`: containerd's.
        runtime: why the container runtime gave no answer; empty when it did.
        containers: the newest two of each static pod, the newest first.
        images: the names of images that the node has; None where nobody told.
        replies: of the API server, by path.
        golden: the files of the golden state by path; empty where it is not known.
    """

    now: float
    files: Mapping[str, File] = field(default_factory=dict)
    services: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    journal: tuple[Said, ...] = ()
    containerd_journal: tuple[Said, ...] = ()
    runtime: str = ""
    containers: tuple[Container, ...] = ()
    images: frozenset[str] | None = None
    processes: tuple[Process, ...] = ()
    disk: tuple[tuple[str, ...], ...] = ()
    ports: str = ""
    inotify: int = 0
    replies: Mapping[str, Reply] = field(default_factory=dict)
    golden: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def pods(self) -> tuple[StaticPod, ...]:
        """The manifests in the order in which the kubelet reads them."""
        found = sorted(file.path for file in self.files.values() if posixpath.dirname(file.path) == DIRECTORY)
        shown = [self.files[path] for path in found if not posixpath.basename(path).startswith(".")]
        read = (each for each in shown if each.kind == "file" or (each.kind == "missing" and each.target))
        return tuple(StaticPod(file, _manifest(file)) for file in read)

    def pod(self, component: str) -> StaticPod | None:
        """The manifest of a component that the kubelet takes: the last one of that name."""
        return next((pod for pod in reversed(self.pods) if pod.manifest.name == component), None)

    @property
    def api(self) -> StaticPod | None:
        """The API server's manifest."""
        return self.pod(API_SERVER)

    @property
    def readyz(self) -> Reply:
        """What the API server says of itself."""
        return self.replies.get("/readyz", NO_REPLY)

    @property
    def ready(self) -> bool:
        """Whether the API server says that it is ready."""
        return self.readyz.status == 200

    def file(self, path: str) -> File | None:
        """What a path of the node leads to; None where nobody looked."""
        if path in self.files:
            return self.files[path]
        above = posixpath.dirname(path)
        if above == path:
            return None
        parent = self.file(above)
        return File(path) if parent and (parent.kind != "directory" or not parent.cut) else None

    def seen_by(self, pod: StaticPod, path: str) -> File | None:
        """What the pod's container would see at a path, if that is the node's; None where nobody can tell."""
        place = pod.on_node(path)
        return self.file(place) if place else None

    def process(self, name: str) -> Process | None:
        """The newest process of a name."""
        found = [each for each in self.processes if each.name == name]
        return max(found, key=lambda each: each.started, default=None)

    def newest(self, component: str) -> Container | None:
        """The newest container of a component, of its manifest as it is now."""
        pod = self.pod(component)
        found = [each for each in self.containers if each.name == component]
        return next((each for each in found if not pod or each.created >= pod.changed), None)

    def ended(self, component: str) -> Container | None:
        """The newest container of a component that ended by itself, of its manifest as it is now; None while one runs
        that has lasted longer than those before.
        """
        pod = self.pod(component)
        found = [
            each for each in self.containers if each.name == component and (not pod or each.created >= pod.changed)
        ]
        if found and found[0].running and (self.now - found[0].started > _STARTING or self.healthy(component)):
            return None
        return next((each for each in found if not each.running and each.code), None)

    def healthy(self, component: str) -> bool:
        """Whether a component does its work, as far as that is known."""
        if component == API_SERVER:
            return self.ready
        return self.process(component) is not None and self.ready

    def last_line(self, component: str) -> Line | None:
        """The line in which a component's last container says why it ended; None when it does not tell of now."""
        one = self.ended(component)
        if one is None or self.mended_since(one):
            return None
        text = last_word.reason_line([said.text for said in one.log])
        where = f"log of {component}, attempt {one.attempt}, ended with code {one.code}"
        return Line(where, text) if text else None

    def mended_since(self, one: Container) -> File | None:
        """A file that was written after a container ended, so that its last words may no longer be true."""
        mine = [file for file in self.files.values() if file.path.startswith("/etc/kubernetes/") or file.content]
        others = (file for file in mine if posixpath.dirname(file.path) != DIRECTORY and file.kind == "file")
        outside = ("/var/lib/", "/etc/containerd", "/etc/hosts", "/etc/default")
        return next((each for each in others if each.mtime > one.finished and not each.path.startswith(outside)), None)

    def kubelet_said(self, pattern: str, since: float = 0.0) -> Iterator[tuple[Said, "re.Match[str]"]]:
        """The lines of the kubelet's journal that match, the newest first."""
        expression = re.compile(pattern)
        for said in reversed(self.journal):
            if said.at >= since and (match := expression.search(said.text)):
                yield said, match

    def difference(self, path: str) -> Iterator[Line]:
        """The lines that a file has and the golden state has not, and the other way round."""
        file, golden = self.files.get(path, File(path)), self.golden.get(path)
        if golden is None:
            return
        mine, theirs = file.text.splitlines(), golden.decode(errors="replace").splitlines()
        yield from (Line(f"{path}:{mine.index(line) + 1}", f"+ {line}") for line in mine if line not in theirs)
        yield from (Line("golden state", f"- {line}") for line in theirs if line not in mine)


def kubelet_line(said: Said) -> Line:
    """A line of the kubelet's journal as evidence."""
    return Line("kubelet's journal", re.sub(r"^kubelet\[\d+\]: ", "", said.text)[:500])


def _manifest(file: File) -> Manifest:
    if file.kind == "missing":
        return Manifest(file.name, {}, "is a link to a file that does not exist")
    return manifests.parse(file.content, file.name)


def _list(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else ()


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> list[Mapping[str, object]]:
    return [each for each in _list(value) if isinstance(each, dict)]
