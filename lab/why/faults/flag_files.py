"""Files that flags name, as the program's container will see them."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from lab.why.evidence import Evidence
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.flags import files
from lab.why.records import File, Line
from lab.why.static_pod import COMPONENTS, StaticPod

_NEAR = 0.85


@fault(
    "file-not-there",
    Rank.FILE,
    "A flag names a file that is not there: a typing error in the path, or the file was never written.",
    "The container ends at once; its log says `no such file or directory`.",
    "Correct the path, or write the file.",
)
def not_there(seen: Evidence) -> Iterator[Finding]:
    """Files that neither the container nor the node has."""
    for pod, flag, path, place, file in _named(seen):
        if place and file and file.kind == "missing":
            there = f" ({place} on the node)" if place != path else ""
            twin = next((each for each in seen.files.values() if _like(each, path)), None)
            hint = f" There is {twin.path}." if twin else ""
            said = f"--{flag} of {pod.component} names {path}{there}, which is not there.{hint}"
            do = f"vi {pod.file.path}" if twin else f"ls -l {path.rpartition('/')[0]}"
            yield Finding("file-not-there", said, _lines(pod, flag, path, seen), do, _sure(pod, path, seen))


@fault(
    "file-not-mounted",
    Rank.FILE,
    "A flag names a file that the node has, but the container has not: no hostPath is mounted over it.",
    "The container's log says `no such file or directory`, while `ls` on the node shows the file.",
    "Mount its directory: a hostPath under `volumes`, and a volumeMount of the same name in the container.",
)
def not_mounted(seen: Evidence) -> Iterator[Finding]:
    """Files of the node that no mount brings into the container."""
    told: set[str] = set()
    for pod, flag, path, place, _ in _named(seen):
        outside = seen.file(path)
        if place or outside is None or pod.component in told:
            continue
        told.add(pod.component)  # the others are of the same cause
        is_there = outside.kind != "missing"
        folder = path.rpartition("/")[0]
        declared = [name for name, volume in pod.volumes.items() if f"{folder}/".startswith(f"{volume.get('path')}/")]
        unused = [name for name in declared if name not in {each.get("name") for each in pod.volume_mounts}]
        hint = f' The volume "{unused[0]}" has it, but no volumeMount uses that.' if unused else ""
        node = "The node has it" if is_there else "The node has it neither"
        said = f"--{flag} of {pod.component} names {path}, over which nothing of the node is mounted. {node}.{hint}"
        id = "file-not-mounted" if is_there else "file-not-there"
        yield Finding(id, said, _lines(pod, flag, path, seen), f"vi {pod.file.path}", _sure(pod, path, seen))


@fault(
    "file-is-a-directory",
    Rank.FILE,
    "A flag names a directory where it needs a file; a hostPath of type DirectoryOrCreate makes one where nothing was.",
    "The container's log says `is a directory`.",
    "Remove the directory, write the file, and give the hostPath the right type.",
)
def directory(seen: Evidence) -> Iterator[Finding]:
    """Directories in the place of files."""
    for pod, flag, path, place, file in _named(seen):
        if place and file and file.kind == "directory":
            said = f"--{flag} of {pod.component} names {path}, which is a directory, no file."
            do = f"ls -la {place}"
            yield Finding("file-is-a-directory", said, _lines(pod, flag, path, seen), do, _sure(pod, path, seen))


@fault(
    "file-not-readable",
    Rank.FILE,
    "A file that a flag names may not be read by the program.",
    "The container's log says `permission denied`.",
    "Give the file back to root, or take the securityContext out of the manifest.",
)
def not_readable(seen: Evidence) -> Iterator[Finding]:
    """Files that the program says it may not read."""
    for component in COMPONENTS:
        line, pod = seen.last_line(component), seen.pod(component)
        if line and pod and "permission denied" in line.text:
            path = next((path for _, path in files(pod) if path in line.text), "")
            file = seen.seen_by(pod, path) if path else None
            user = ' The manifest makes it run as another user ("runAsUser").' if "runAsUser" in pod.file.text else ""
            mode = f" Its mode is {file.mode:04o}, its owner is {file.uid}." if file else ""
            said = f"{component} may not read {path or 'a file'}.{mode}{user}"
            lines = (*((pod.file.line_of("runAsUser"),) if user else ()), line)
            yield Finding("file-not-readable", said, lines, f"vi {pod.file.path}" if user else f"chown root {path}")


def _named(seen: Evidence) -> Iterator[tuple[StaticPod, str, str, str, File | None]]:
    """Each flag with a file, the place on the node that its mount leads to, and what is there."""
    for _, pod in seen.unwell():
        for flag, path in files(pod):
            place = pod.on_node(path)
            yield pod, flag, path, place, seen.file(place) if place else None


def _lines(pod: StaticPod, flag: str, path: str, seen: Evidence) -> tuple[Line, ...]:
    line = seen.last_line(pod.component)
    return (pod.line_of_flag(flag), *((line,) if line and path in line.text else ()))


def _sure(pod: StaticPod, path: str, seen: Evidence) -> Sure:
    line = seen.last_line(pod.component)
    return Sure.CERTAIN if line and path in line.text else Sure.LIKELY


def _like(file: File, path: str) -> bool:
    """Whether a file of the same name, or nearly, lies elsewhere."""
    name = path.rpartition("/")[2]
    return file.kind == "file" and file.path != path and SequenceMatcher(None, file.name, name).ratio() > _NEAR
