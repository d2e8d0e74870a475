"""Looks at the node in one round trip, and at the API server at the same time."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from lab.errors import LabError
from lab.k8s import golden
from lab.k8s.bash import program
from lab.k8s.cluster import Cluster
from lab.shell.threads import DaemonThreads
from lab.why.evidence import Evidence
from lab.why.records import Container, File, Process, Reply, Said

_FILES = Path(__file__).with_name("files.pl")
_HOOKS = "/apis/admissionregistration.k8s.io/v1"
PATHS = (
    "/readyz",
    "/readyz?verbose",
    f"{_HOOKS}/validatingwebhookconfigurations",
    f"{_HOOKS}/mutatingwebhookconfigurations",
    "/apis/discovery.k8s.io/v1/endpointslices",
)
"""What the API server is asked."""
_API = 3.0
"""Seconds to wait for its answer."""
_PRIVATE = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----\s*", re.DOTALL)
_KEY_DATA = re.compile(rb"(client-key-data: *)([A-Za-z0-9+/=]+)")


def look(cluster: Cluster) -> Evidence:
    """Look once.

    Raises:
        LabError: the node cannot be entered.
    """
    script = program(__file__, "look.sh", FILES=_FILES.read_text())
    with DaemonThreads() as pool:
        replies = pool.submit(_replies, cluster)
        sections = sections_of(cluster.helper.run(script, timeout=20, check=False).text)
        known: Mapping[str, bytes] = {}
        with suppress(LabError):
            known = golden.files(cluster.files.golden, "/etc/kubernetes")
        return evidence(sections, replies.result(), known)


def sections_of(printed: str) -> dict[str, str]:
    """What the script printed, by section."""
    rows = [line.split(" ") for line in printed.splitlines() if line.startswith("section ")]
    return {row[1]: base64.b64decode(row[2]).decode(errors="replace") for row in rows if len(row) > 2}


def evidence(sections: Mapping[str, str], replies: Mapping[str, Reply], known: Mapping[str, bytes]) -> Evidence:
    """The evidence in what the node and the API server answered; what is not there counts as not seen."""
    now = float(sections.get("now") or 0.0)
    logs = _logs(sections.get("logs", ""))
    inotify = re.search(r"(?m)^inotify (\d+)$", sections.get("files", ""))
    return Evidence(
        now=now,
        files={file.path: file for file in _files(sections.get("files", ""))},
        services=_services(sections.get("units", "")),
        journal=_journal(sections.get("journal", "")),
        containerd_journal=_journal(sections.get("containerd.journal", "")),
        runtime=sections.get("containerd", "").strip(),
        containers=_containers(sections.get("inspected", ""), logs),
        images=_images(sections.get("names", "")),
        processes=tuple(_processes(sections, now)),
        disk=tuple(tuple(line.split()) for line in sections.get("disk", "").splitlines()[1:]),
        ports=sections.get("ports", ""),
        inotify=int(inotify[1]) if inotify else 0,
        replies=replies,
        golden={path: without_keys(content) for path, content in known.items()},
    )


def without_keys(content: bytes) -> bytes:
    """A file in which each private key is replaced by the public key that belongs to it."""
    content = _PRIVATE.sub(lambda found: _public(found[0]), content)
    return _KEY_DATA.sub(lambda found: found[1] + base64.b64encode(without_keys(_decoded(found[2]))), content)


@cache
def _public(pem: bytes) -> bytes:
    try:
        key = load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)  # which takes long
    except Exception:  # a ValueError, a TypeError, or one of several kinds of UnsupportedAlgorithm
        return b"-----BEGIN UNREADABLE KEY-----\n-----END UNREADABLE KEY-----\n"
    return b"-----PRIVATE KEY, of which this is the public part-----\n" + key.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )


def _decoded(digits: bytes) -> bytes:
    try:
        return base64.b64decode(digits)
    except ValueError:
        return b""


def _replies(cluster: Cluster) -> dict[str, Reply]:
    """The API server's answers; once it gives none, it is asked no more."""
    found: dict[str, Reply] = {}
    for path in PATHS:
        try:
            answer = cluster.api.request(path, timeout=_API)
        except LabError as error:
            return {**dict.fromkeys(PATHS, Reply(0, error.message)), **found}
        found[path] = Reply(answer.status, answer.body)
    return found


def _files(text: str) -> Iterator[File]:
    for line in text.splitlines():
        fields = line.split(" ")
        if fields[0] != "file" or len(fields) != 10:
            continue
        path, target, content = (b"" if each == "-" else bytes.fromhex(each) for each in fields[7:])
        yield File(
            path.decode(errors="replace"), fields[1], int(fields[2], 8), int(fields[3]), float(fields[4]),
            float(fields[5]), fields[6] == "1", target.decode(errors="replace"), without_keys(content),
        )  # fmt: skip


def _services(text: str) -> dict[str, dict[str, str]]:
    found = {}
    for block in text.split("\n\n"):
        told = dict(line.partition("=")[::2] for line in block.splitlines())
        found[told.get("Id", "").removesuffix(".service")] = told
    return found


def _images(text: str) -> frozenset[str] | None:
    try:
        return frozenset(json.loads(text))
    except ValueError:
        return None


def _journal(text: str) -> tuple[Said, ...]:
    rows = (line.partition(" ") for line in text.splitlines())
    return tuple(Said(float(at), said) for at, _, said in rows if re.fullmatch(r"[\d.]+", at))


def _logs(text: str) -> dict[str, tuple[Said, ...]]:
    found: dict[str, list[Said]] = {}
    for row in _rows(text):
        at, _, rest = str(row["line"]).partition(" ")
        found.setdefault(str(row["path"]), []).append(Said(_time(at), rest.partition(" ")[2].partition(" ")[2]))
    return {path: tuple(lines) for path, lines in found.items()}


def _containers(text: str, logs: Mapping[str, tuple[Said, ...]]) -> tuple[Container, ...]:
    found = [
        Container(
            name=str(row["name"]), pod=str(row["pod"]), attempt=int(str(row["attempt"])),
            running=row["state"] == "CONTAINER_RUNNING", created=_time(row["created"]), started=_time(row["started"]),
            finished=_time(row["finished"]), code=int(str(row["code"] or 0)), reason=str(row["reason"] or ""),
            message=str(row["message"] or ""), image=str(row["image"] or ""), argv=tuple(row["argv"] or ()),  # type: ignore[arg-type]
            mounts=dict(row["mounts"] or ()),  # type: ignore[call-overload]
            log=logs.get(str(row["log"]), ()),
        )
        for row in _rows(text)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: each.created, reverse=True))


def _processes(sections: Mapping[str, str], now: float) -> Iterator[Process]:
    words = sections.get("uptime", "").split()
    if len(words) != 2:
        return
    booted, ticks = now - float(words[0]), float(words[1])
    for line in sections.get("processes", "").splitlines():
        pid, began, argv = line.split(" ")
        arguments = base64.b64decode(argv).decode(errors="replace").split("\0")[:-1]
        if arguments:
            name = arguments[0].rpartition("/")[2]
            yield Process(name, int(pid), booted + float(began) / ticks, tuple(arguments))


def _rows(text: str) -> Iterator[dict[str, object]]:
    for line in text.splitlines():
        with suppress(ValueError):
            row = json.loads(line)
            if isinstance(row, dict):
                yield row


def _time(stamp: object) -> float:
    try:
        moment = datetime.fromisoformat(str(stamp))
    except ValueError:
        return 0.0
    return moment.timestamp() if moment.year > 1 else 0.0
