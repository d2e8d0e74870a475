"""Finds why the API server is away in the last words of its container and of the kubelet. Pure, but for the script.

Texts: pkg/kubelet/config/file.go, pkg/kubelet/kuberuntime and pkg/volume of Kubernetes 1.36, and k8s.io/klog.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

SCRIPT = (Path(__file__).parent / "last_word.sh").read_text()
"""For the node's shell; `parse` reads what it prints."""
JOURNAL = "journalctl -u kubelet --since -15min --no-pager | grep -E 'kube-apiserver|manifest' | tail -n 5"
LOG = "crictl logs --tail 3 $(crictl ps -a -q --name '^kube-apiserver$' | head -n 1)"
_SETTLED = 20.0
"""Seconds after which a container that runs has survived what ended the ones before it."""
_LONGEST = 500
_ERR = re.compile(r'err="((?:[^"\\]|\\.)*)"')
_KLOG = re.compile(r"^[IWEF]\d{4} [\d:.]+ +\d+ [^\]]*\] ")
_MANIFEST = re.compile(r'"(?:Could not process manifest file|Unable to process watch event)"')
_MOUNT = re.compile(r'MountVolume\.SetUp failed for volume \\*"(?P<volume>[^"\\]*).*?(?P<why>hostPath .*|[^:]*)$')
_START = re.compile(
    r'failed to \\?"StartContainer\\?" for \\?"kube-apiserver\\?" with '
    r"(?P<what>ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName|ImageInspectError|RegistryUnavailable"
    r'|CreateContainerConfigError|CreateContainerError|RunContainerError): \\?"(?P<why>.*?)\\?"?$'
)
_SANDBOX = re.compile(r"with CreatePodSandboxError: \\?\"(?P<why>.*?)\\?\"?$")


@dataclass(frozen=True)
class LastWord:
    """A cause: a stable word, a clause that goes on from "the API server is away", a command for the node, and when."""

    reason: str
    said: str
    command: str
    at: float


def parse(text: str) -> LastWord | None:
    """The newest cause in the script's output; None when there is none since a manifest was changed last."""
    rows = list(_rows(text))
    since = next((float(row["changed"]) for row in rows if "changed" in row), 0.0)
    found = [word for word in (_kubelet(rows), _container(rows), *map(_line, rows)) if word and word.at > since]
    newest = max(found, key=lambda word: word.at, default=None)
    survived = [row for row in rows if "running" in row and newest and _time(row["running"]) - newest.at > 0]
    now = next((float(row["now"]) for row in rows if "now" in row), 0.0)
    return None if any(now - _time(row["running"]) > _SETTLED for row in survived) else newest


def _rows(text: str) -> Iterator[Mapping[str, Any]]:
    for line in text.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            yield row


def _kubelet(rows: list[Mapping[str, Any]]) -> LastWord | None:
    for row in rows:
        if row.get("kubelet") == "stopped":
            said = "the kubelet does not run, and nothing else starts it"
            return LastWord("kubelet-stopped", said, "systemctl status kubelet --no-pager", float(row["now"]))
    return None


def _container(rows: list[Mapping[str, Any]]) -> LastWord | None:
    """The last words of the newest container that ended by itself."""
    for row in rows:
        status = row.get("container") or {}
        if status.get("exitCode"):
            said = reason_line(row.get("log") or [])
            reason = "unknown-flag" if said.startswith("unknown") else "container-ends"
            code = f"its container ended with code {status['exitCode']}"
            about = f"{code} and said last: {said}" if said else f"{code} and said nothing"
            return LastWord(reason, about, LOG, _time(status.get("finishedAt") or ""))
    return None


def reason_line(lines: Sequence[str]) -> str:
    """The line of a log in which a program says why it ends, without klog's head; the last one when none says it."""
    told = [line for line in lines if re.match(r"Error: |F\d{4} |panic: ", line) or '"command failed"' in line]
    line = next(reversed(told or [line for line in lines if line.strip()]), "")
    return (error_of(line) or _KLOG.sub("", line)).removeprefix("Error: ")[:_LONGEST].strip()


def _line(row: Mapping[str, Any]) -> LastWord | None:
    """The cause that a line of the kubelet's log names, if it names one."""
    said, at = str(row.get("said", "")), float(row.get("at", 0.0))
    why = error_of(said) or said
    if _MANIFEST.search(said):
        return LastWord("manifest-refused", f"the kubelet cannot use its manifest: {_short(why)}", JOURNAL, at)
    if "kube-apiserver" not in said:
        return None
    if match := _MOUNT.search(why):
        about = f"the kubelet cannot mount the volume {match['volume']}: {_short(match['why'])}"
        return LastWord("mount-failed", about, JOURNAL, at)
    if match := _START.search(why):
        about = f"the kubelet cannot start its container ({match['what']}): {_short(match['why'])}"
        return LastWord("image" if "Image" in match["what"] else "container", about, JOURNAL, at)
    if match := _SANDBOX.search(why):
        return LastWord("sandbox", f"the kubelet cannot make its pod: {_short(match['why'])}", JOURNAL, at)
    return None


def error_of(line: str) -> str:
    """The error of a structured line of klog, as it was before klog quoted it."""
    match = _ERR.search(line)
    if not match:
        return ""
    try:
        return str(json.loads(f'"{match[1]}"'))
    except ValueError:  # Go quotes some characters as JSON does not
        return match[1].replace('\\"', '"')


def _short(why: str) -> str:
    why = re.sub(r"^can't process config file \\*\"[^\"]*\": ", "", why.removesuffix(", please check config file"))
    return re.sub(r"^/\S+\.yaml: ", "", why).replace('\\"', '"').strip()[:_LONGEST]


def _time(stamp: str) -> float:
    try:
        return datetime.fromisoformat(stamp).timestamp()
    except ValueError:
        return 0.0
