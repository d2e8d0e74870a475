"""A file that changed after the process which read it had started."""

from collections.abc import Iterator
from datetime import UTC, datetime

from lab.why.evidence import Evidence
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.flags import files
from lab.why.records import Line
from lab.why.static_pod import API_SERVER

_READ_AGAIN = ("tls-", "client-ca-file", "requestheader-client-ca-file", "proxy-client", "kubelet-client", "etcd-")
"""Flags whose files the API server reads again by itself; those of etcd when it connects anew."""


@fault(
    "file-newer-than-process",
    Rank.SILENT,
    "A file changed after the API server had read it; it reads its configuration when it starts, and not again.",
    "The edit has no effect, and nothing says so.",
    "Restart the API server: move its manifest out of the directory, and back when the pod is gone.",
)
def recognise(seen: Evidence) -> Iterator[Finding]:
    """Files of flags, and of the admission configuration, that are newer than the process."""
    pod, process = seen.api, seen.process(API_SERVER)
    if pod is None or process is None or not seen.ready or process.started < pod.changed:
        return
    named = [path for flag, path in files(pod) if not flag.startswith(_READ_AGAIN)]
    places = {pod.on_node(path) for path in named}
    folders = {place.rpartition("/")[0] for place in places} - {
        "",
        "/",
        "/etc",
        "/etc/kubernetes",
        "/etc/kubernetes/pki",
    }
    near = {
        each.path
        for each in seen.files.values()
        if each.path.rpartition("/")[0] in folders and not each.name.startswith(".")
    }
    for path in sorted(near | places):
        file = seen.files.get(path)
        if file and file.kind == "file" and file.mtime > process.started and _named(file.name, path, places, seen):
            lines = (
                Line(path, f"changed {_clock(file.mtime)}"),
                Line(f"process {process.pid}", f"started {_clock(process.started)}"),
            )
            said = f"{path} changed after the API server had started: what it says now is not in force."
            do = f"mv {pod.file.path} /etc/kubernetes/ && sleep 5 && mv /etc/kubernetes/{pod.file.name} {pod.file.path}"
            yield Finding("file-newer-than-process", said, lines, do, Sure.CERTAIN if path in places else Sure.LIKELY)


def _named(name: str, path: str, places: set[str], seen: Evidence) -> bool:
    """Whether a flag names a file, or a file beside it that is named so."""
    texts = [
        each.text
        for each in seen.files.values()
        if each.path in places or each.path.rpartition("/")[0] == path.rpartition("/")[0]
    ]
    return path in places or any(name in text for text in texts)


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%H:%M:%S UTC")
