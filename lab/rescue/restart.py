"""Tells how far a restart of the API server is. Pure, but for the script that looks."""

import json
from dataclasses import dataclass
from pathlib import Path

from lab.errors import LabError
from lab.k8s.helper import Helper
from lab.phases import seconds

SCRIPT = (Path(__file__).parent / "restart.sh").read_text()
"""For the helper; `parse` reads what it prints."""
USUAL = 20.0
"""Seconds that usually pass from an edit of the manifest until the API server is ready again."""
NOTICED = 45.0
"""Seconds within which the kubelet has taken up a change of a manifest; a later one it has not minded."""


@dataclass(frozen=True)
class Restart:
    """The API server's process and what it should run from. Times are in seconds since 1970.

    Attributes:
        now: the node's clock.
        kubelet: whether the kubelet runs.
        containerd: whether containerd runs.
        changed: the newest change of a manifest.
        started: when the process began; 0 where none runs.
    """

    now: float
    kubelet: bool
    containerd: bool
    changed: float
    started: float


def read(helper: Helper) -> Restart | None:
    """How far it is; None where the node does not say."""
    try:
        return Restart(**json.loads(helper.run(SCRIPT, timeout=20).text))
    except (LabError, ValueError, TypeError):
        return None


def stage(seen: Restart, ready: bool) -> str:
    """Where the restart is, in a clause; empty where there is none.

    Args:
        seen: what the node said.
        ready: whether an API server answers that it is ready.
    """
    since = max(seen.now - seen.changed, 0.0)
    if ready and (seen.started >= seen.changed or since > NOTICED):
        return ""
    if not seen.containerd:
        return "containerd is stopped"
    if not seen.kubelet:
        return "the kubelet is stopped"
    if ready:
        return f"edited {seconds(since)} ago, the old one still serves"
    if not seen.started:
        return "the kubelet waits"
    return "the old one stops" if seen.started < seen.changed else "the new one starts"
