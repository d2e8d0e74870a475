"""The node's own troubles: its disk, its watches of files, its clock."""

from collections.abc import Iterator

from lab.why import pki
from lab.why.evidence import Evidence, kubelet_line
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.records import Line

_LEAST = 20_000  # KiB that etcd and the logs need
_NODES = 200  # inodes
_EMFILE, _ENOSPC = 24, 28


@fault(
    "disk-full",
    Rank.NODE,
    "The node's disk is full.",
    "Everything fails at once, with `no space left on device`, or without a word.",
    "Make room: `du -xh / | sort -h | tail`; on this machine `docker system df`.",
)
def disk(seen: Evidence) -> Iterator[Finding]:
    """File systems without room."""
    known: set[tuple[str, ...]] = set()
    for row in seen.disk:
        if len(row) != 5 or row[1:] in known or not row[1].isdecimal():
            continue
        known.add(row[1:])
        place = row[0].removeprefix("/proc/1/root") or "/"
        free, inodes = int(row[1]), int(row[3]) if row[3].isdecimal() and row[4] not in ("0", "-") else _NODES
        if free < _LEAST or inodes < _NODES:
            what = f"{free} KiB are free" if free < _LEAST else f"{inodes} files more can be made"
            lines = [Line("df", " ".join(row))]
            lines += [kubelet_line(said) for said, _ in seen.kubelet_said("no space left on device")][:1]
            yield Finding("disk-full", f"The disk at {place} is full: {what}.", tuple(lines), f"df -h {place}")


@fault(
    "inotify-used-up",
    Rank.NODE,
    "No more watches of files can be had (inotify): other programs of this machine use them all.",
    "The kubelet does not notice edits, or does not start: `too many open files`, `no space left on device`.",
    "On this machine: `sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288`.",
)
def inotify(seen: Evidence) -> Iterator[Finding]:
    """A watch that could not be had just now."""
    if seen.inotify in (_EMFILE, _ENOSPC):
        limit = "fs.inotify.max_user_instances=512"
        if seen.inotify == _ENOSPC:
            limit = "fs.inotify.max_user_watches=524288"
        lines = [Line("inotify", "another watch of a file cannot be had")]
        lines += [kubelet_line(said) for said, _ in seen.kubelet_said("(?i)inotify")][:1]
        yield Finding("inotify-used-up", "All watches of files (inotify) are in use.", tuple(lines), f"sysctl {limit}")


@fault(
    "clock-wrong",
    Rank.NODE,
    "The clock is wrong: no certificate of the cluster is valid at this time.",
    "Connections fail with `x509: certificate has expired or is not yet valid`.",
    "Set the clock of this machine; the node has the same.",
)
def clock(seen: Evidence) -> Iterator[Finding]:
    """A time at which none of the certificates holds, of several."""
    found = [pair.certificate for pair in pki.pairs(seen) if pair.certificate is not None]
    begin = [each.not_valid_before_utc.timestamp() for each in found]
    if len(found) > 3 and seen.now and all(each > seen.now for each in begin):
        lines = (Line("date", str(seen.now)), Line(pki_path(seen), pki.described(found[0])))
        said = "The clock is behind: no certificate of the cluster is valid yet at its time."
        yield Finding("clock-wrong", said, lines, "date", Sure.LIKELY)


def pki_path(seen: Evidence) -> str:
    """The file of the first certificate."""
    return next((pair.certificate_file.path for pair in pki.pairs(seen)), "")
