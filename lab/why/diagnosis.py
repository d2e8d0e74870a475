"""What is wrong with the control plane, in the order in which to mend it; or that it restarts, or is well. Pure."""

from dataclasses import dataclass
from enum import Enum

from lab.why import faults
from lab.why.evidence import Evidence
from lab.why.fault import REGISTRY, Finding, find
from lab.why.static_pod import API_SERVER

_RESTART = 75.0
"""Seconds after an edit for which an API server that is away, without a sign of a fault, counts as restarting."""
_USUAL = 20
"""Seconds that a restart usually takes."""
LOOKED_AT = (
    "the manifests in /etc/kubernetes/manifests and the files that they name",
    "the kubelet and containerd, and the kubelet's journal",
    "the containers of the static pods, and their last lines",
    "the images on the node, its disk, its clock, its watches of files",
    "the API server's own answers, and its webhook configurations",
)
"""What a look takes in, for where nothing is found."""
__all__ = ["LOOKED_AT", "REGISTRY", "Diagnosis", "State", "diagnose", "faults"]


class State(Enum):
    """The state of the control plane as a whole."""

    WELL = "well"
    RESTARTING = "restarting"
    FAULTY = "faulty"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Diagnosis:
    """The state, a sentence that sums it up, the faults, and what helps whichever it is; empty where nothing need."""

    state: State
    summary: str
    findings: tuple[Finding, ...] = ()
    then: str = ""


def diagnose(seen: Evidence) -> Diagnosis:
    """What the evidence comes to."""
    findings = find(seen)
    if findings:
        then = "" if seen.ready else "Or have the lab put the last good files back, and keep yours, with: lab rescue"
        return Diagnosis(State.FAULTY, _summary(seen, findings), findings, then)
    if seen.ready:
        return Diagnosis(State.WELL, "All is well: the API server is ready, and nothing that is known to go wrong has.")
    if (since := _restarting_for(seen)) is not None:
        where = _where(seen)
        return Diagnosis(
            State.RESTARTING, f"The API server restarts, for {since:.0f} s so far (usually {_USUAL} s): {where}."
        )
    return Diagnosis(State.UNKNOWN, "The API server is not ready, and nothing that was looked at says why.")


def _summary(seen: Evidence, findings: tuple[Finding, ...]) -> str:
    count = "One fault was found" if len(findings) == 1 else f"{len(findings)} faults were found"
    state = "is ready all the same" if seen.ready else "is away" if not seen.readyz.status else "is not ready"
    return f"{count}. The API server {state}."


def _restarting_for(seen: Evidence) -> float | None:
    """Seconds since what may have made it restart; None where that is too long ago."""
    process, pod = seen.process(API_SERVER), seen.api
    edited = seen.now - (pod.changed if pod else 0.0)
    if edited < _RESTART:
        return max(edited, 0.0)
    ends = [each.finished for each in seen.containers if each.name == API_SERVER]
    since = seen.now - max([*ends, process.started if process else 0.0], default=0.0)
    return max(since, 0.0) if since < _RESTART else None


def _where(seen: Evidence) -> str:
    process, pod = seen.process(API_SERVER), seen.api
    if process is None:
        return "the kubelet has not started the new one yet"
    if pod and process.started < pod.changed:
        return "the old one is stopping"
    return f"the new one started {max(seen.now - process.started, 0):.0f} s ago and is not ready yet"
