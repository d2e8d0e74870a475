"""The events of a progress journal, and what they add up to.

A journal is a chain of lines (see `lab.journal.chain`). Each line has `at` (UTC, in whole seconds), `event`, and what
belongs to it:

| event | with | means |
|---|---|---|
| `begun` | `format_version`, `cluster` | the first line; the cluster's uid |
| `started` | `exercise` | it was started, or taken up again |
| `aside` | `exercise`, `passed` | it was set aside for another; what the checks of steps that passed observed |
| `earned` | `exercise`, `step`, `evidence` | a `once` step passed |
| `remembered` | `exercise`, `check`, `values` | what a check (`STEP/CHECK`) that passed wants to know next time |
| `hint` | `exercise`, `step`, `number` | a hint was taken |
| `solution` | `exercise`, `step` | a solution was shown or typed |
| `scores` | `exercise`, `found` | what a verify found: by step, the points earned and possible |
| `cleared` | `exercise`, none for all | it was reset |
| `broken` | `line` | what stands before is not as the lab wrote it: nothing that was seen counts of it |
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from lab.journal.chain import BROKEN, Lines
from lab.model import Score

FORMAT_VERSION = 2
"""Of the journal; 1 was one JSON object, see `lab.journal.version_1`."""
Event = dict[str, Any]


@dataclass(frozen=True)
class Earned:
    """The time at which a `once` step passed, and what its checks observed."""

    at: str
    evidence: str


@dataclass
class Entry:
    """The sum of the events of one exercise."""

    started_at: str = ""
    earned: dict[str, Earned] = field(default_factory=dict)
    hints: dict[str, int] = field(default_factory=dict)
    solved: tuple[str, ...] = ()
    scores: dict[str, Score] = field(default_factory=dict)
    aside_at: str = ""
    memory: dict[str, Mapping[str, str]] = field(default_factory=dict)


class State:
    """The sum of all events: exercises by id, and the number of the line at which the chain is broken, or 0."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.exercises: dict[str, Entry] = {}
        self.broken = 0
        for event in lines.entries:
            with suppress(KeyError, TypeError, ValueError, AttributeError):  # of a line that is not the lab's
                self._take(event)
        if lines.broken:
            self._distrust(lines.broken)

    def entry(self, exercise: str) -> Entry:
        """The sum of the events of an exercise."""
        return self.exercises.get(exercise, Entry())

    @property
    def begun(self) -> Event | None:
        """The event that names the journal's version and cluster; None where there is none."""
        return next((event for event in self.lines.entries if event.get("event") == "begun"), None)

    def foreign(self, uid: str) -> tuple[str, str] | None:
        """Why these are no events of the cluster of that uid, if they are none: a suffix for the file, and a reason."""
        begun = self.begun
        if not self.lines.size:
            return None
        readable = any("event" in event for event in self.lines.entries)
        if not readable or (begun and begun.get("format_version") != FORMAT_VERSION):
            return "corrupt", "cannot be read"
        return ("old", "is of a cluster that is gone") if begun and begun.get("cluster") != uid else None

    def _take(self, event: Event) -> None:
        kind = event["event"]
        if kind == BROKEN:
            self._distrust(event["line"])
        elif kind == "cleared" and "exercise" not in event:
            self.exercises, self.broken = {}, 0
        elif kind == "cleared":
            self.exercises.pop(event["exercise"], None)
        elif kind in _MEANING:
            _MEANING[kind](self.exercises.setdefault(event["exercise"], Entry()), event)

    def _distrust(self, line: int) -> None:
        """Steps that passed no longer count; what only costs (hints, solutions) or is checked anew stays."""
        self.broken = self.broken or line
        for entry in self.exercises.values():
            entry.earned, entry.memory, entry.scores = {}, {}, {}


def _started(entry: Entry, event: Event) -> None:
    entry.started_at, entry.aside_at = entry.started_at or event["at"], ""


def _aside(entry: Entry, event: Event) -> None:
    entry.aside_at = event["at"]
    for step, evidence in event["passed"].items():
        entry.earned.setdefault(step, Earned(event["at"], evidence))


def _solution(entry: Entry, event: Event) -> None:
    entry.solved = (*entry.solved, event["step"])


def _scores(entry: Entry, event: Event) -> None:
    for step, (earned, possible) in event["found"].items():
        entry.scores[step] = Score(earned, possible, event["at"])


_MEANING: Mapping[str, Callable[[Entry, Event], object]] = {
    "started": _started,
    "aside": _aside,
    "earned": lambda entry, event: entry.earned.setdefault(event["step"], Earned(event["at"], event["evidence"])),
    "remembered": lambda entry, event: entry.memory.update({event["check"]: event["values"]}),
    "hint": lambda entry, event: entry.hints.update({event["step"]: event["number"]}),
    "solution": _solution,
    "scores": _scores,
}
