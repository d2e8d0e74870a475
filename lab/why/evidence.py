"""What one look at the node and its API server brought. Pure: it can be recorded and read again."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lab.k8s import last_word
from lab.k8s.static_pods import DIRECTORY
from lab.why import static_pod
from lab.why.records import Container, File, Line, Process, Reply, Said
from lab.why.static_pod import API_SERVER, COMPONENTS, StaticPod

NO_REPLY = Reply(0, "it was not asked")
_MOST = 600  # paths that a look takes in (files.pl): of more, nobody can tell that one is not there
_KILLED = (137, 143)  # exit codes of what somebody else ended
_STARTING = 45.0
"""Seconds that a control plane on a busy machine takes to come back after an edit, and a fault to show."""


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
        return tuple(static_pod.read(file) for file in read)

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
        if above == path or len(self.files) >= _MOST:
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
        return next(iter(self._containers_of(component)), None)

    def ended(self, component: str) -> Container | None:
        """The newest container of a component that ended by itself, of its manifest as it is now; None while one runs
        that has lasted longer than those before.
        """
        found = self._containers_of(component)
        if found and found[0].running and (self.now - found[0].started > _STARTING or self.healthy(component)):
            return None
        by_itself = (each for each in found if each.code not in _KILLED or each.reason == "OOMKilled")
        return next((each for each in by_itself if not each.running and each.code), None)

    def _containers_of(self, component: str) -> list[Container]:
        """The containers of a component's manifest as it is now, the newest first."""
        changed = pod.changed if (pod := self.pod(component)) else 0.0
        return [each for each in self.containers if each.name == component and each.created >= changed]

    def unwell(self) -> Iterator[tuple[str, StaticPod]]:
        """The components that do not do their work, with their manifests."""
        for component in COMPONENTS:
            if (pod := self.pod(component)) and not self.healthy(component):
                yield component, pod

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
