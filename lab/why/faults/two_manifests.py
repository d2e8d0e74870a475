"""Two manifests of one pod: the kubelet takes now the one, now the other."""

from collections.abc import Iterator

from lab.why.evidence import Evidence
from lab.why.fault import Finding, Rank, fault
from lab.why.records import Line
from lab.why.static_pod import COMPONENTS, StaticPod

_TITLE = "A second manifest of the same pod lies beside it"
_SHOWS = "Edits seem to have no effect, or old flags come back within 20 s; the API server restarts again and again."


@fault(
    "backup-in-manifests",
    Rank.DIRECTORY,
    "A backup copy of a manifest lies in the kubelet's directory, where it reads every file, whatever it is called.",
    _SHOWS,
    "Move the copy out of the directory.",
)
def backup(seen: Evidence) -> Iterator[Finding]:
    """Copies whose names are not that of the manifest itself."""
    for main, others in _groups(seen):
        if main is not None:
            yield from (_finding("backup-in-manifests", other, main, seen) for other in others)


@fault(
    "two-manifests",
    Rank.DIRECTORY,
    f"{_TITLE}, or another pod that runs the same program.",
    _SHOWS,
    "Keep one of them, and move the other one out of the directory.",
)
def twice(seen: Evidence) -> Iterator[Finding]:
    """Manifests of one pod of which none has the usual name, and other pods that run the API server."""
    for main, others in _groups(seen):
        if main is None:
            yield from (_finding("two-manifests", other, others[-1], seen) for other in others[:-1])
    for component in COMPONENTS:
        pods = [pod for pod in seen.pods if pod.manifest.concerns(component)]
        for pod in pods:
            if not pod.manifest.is_of(component) and any(each.manifest.is_of(component) for each in pods):
                said = f"{pod.file.path} is of the pod {pod.manifest.name}, which runs {component} a second time."
                yield Finding("two-manifests", said, (pod.file.line_of("name:"),), f"mv {pod.file.path} /root/")


def _groups(seen: Evidence) -> Iterator[tuple[StaticPod | None, list[StaticPod]]]:
    """The manifests of a pod that has several: the one with the usual name, and the others."""
    for name in dict.fromkeys(pod.manifest.name for pod in seen.pods if pod.manifest.name):
        pods = [pod for pod in seen.pods if pod.manifest.name == name]
        if len(pods) > 1:
            main = next((pod for pod in pods if pod.file.name == f"{name}.yaml"), None)
            yield main, [pod for pod in pods if pod is not main]


def _finding(id: str, other: StaticPod, main: StaticPod, seen: Evidence) -> Finding:
    lines = [other.file.line_of(f"name: {other.manifest.name}")]
    theirs = other.file.text.splitlines()
    changed = [line for line in main.file.text.splitlines() if line not in theirs]
    lines += [Line("difference", f"only in {main.file.name}: {line.strip()}") for line in changed[:3]]
    wins = seen.pod(other.manifest.name)
    which = f" Of the two {wins.file.name} wins whenever it lists the directory." if wins else ""
    said = f"{other.file.path} is a second manifest of the pod {other.manifest.name}; the kubelet reads both.{which}"
    return Finding(id, said, tuple(lines), f"mv {other.file.path} /root/")
