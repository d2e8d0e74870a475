"""What a rescue of the control plane found and did."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rescue:
    """A rescue that is possible, or was done.

    Attributes:
        needed: whether there is something to rescue.
        ready: whether the API server was ready before.
        difference: what the node's files have other than the good ones: a unified diff; may be empty.
        files: the good files that differ from the node's, or are missing there, by their paths.
        aside: manifests on the node that are not among the good ones; they are moved away.
        of: when the good files were so: `after lab up`, or a time.
        started: services of the node that were stopped, and are started.
        kept_in: the node's folder that has the learner's files; empty where none differed.
        seconds: how long it took until the API server was ready.
    """

    needed: bool
    ready: bool
    difference: str = ""
    files: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    of: str = ""
    started: tuple[str, ...] = ()
    kept_in: str = ""
    seconds: float = 0.0
