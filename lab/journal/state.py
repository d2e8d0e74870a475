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
| `cleared` | `exercise`, none for all | it was reset; that a step's hints and solution were taken is kept for reports |
| `broken` | `line` | what stands before is not as the lab wrote it: nothing that was seen counts of it |
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from lab.journal.chain import BROKEN, Lines
from lab.model import Score

FORMAT_VERSION = 2
"""Of the journal; 1 was one JSON object, see `lab.journal.version_1`."""
Event = dict[str, Any]
_MINUTE = len("2026-01-31T12:00")


@dataclass(frozen=True)
class Earned:
    """The time at which a `once` step passed, and what its checks observed."""

    at: str
    evidence: str


@dataclass(frozen=True)
class Help:
    """The help that was taken in a step: how many of its hints, and whether its solution was shown or typed."""

    hints: int = 0
    solution: bool = False


@dataclass
class Entry:
    """The sum of the events of one exercise, since it was reset; of `help`, since all were."""

    started_at: str = ""
    earned: dict[str, Earned] = field(default_factory=dict)
    hints: dict[str, int] = field(default_factory=dict)
    solved: tuple[str, ...] = ()
    scores: dict[str, Score] = field(default_factory=dict)
    passed: dict[str, str] = field(default_factory=dict)
    aside_at: str = ""
    memory: dict[str, Mapping[str, str]] = field(default_factory=dict)
    help: dict[str, Help] = field(default_factory=dict)

    @property
    def score(self) -> Score | None:
        """The steps' scores together, as of the oldest of them; None when there is none."""
        if not (scores := self.scores.values()):
            return None
        earned, possible = sum(score.earned for score in scores), sum(score.possible for score in scores)
        return Score(earned, possible, min(score.at for score in scores))

    def knows(self, found: Mapping[str, tuple[int, int]], now: str) -> bool:
        """Whether the same points of the same steps were found in the same minute."""
        known = {step: (self.scores.get(step), score) for step, score in found.items()}
        return all(
            before and (before.earned, before.possible) == score and before.at[:_MINUTE] == now[:_MINUTE]
            for before, score in known.values()
        )


class State:
    """The sum of all events: exercises by id, and the number of the line at which the chain is broken, or 0.

    `began_at` is the time of the first event since all was reset.
    """

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.exercises: dict[str, Entry] = {}
        self.broken = 0
        self.began_at = ""
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
        self.began_at = self.began_at or str(event.get("at", ""))
        if kind == BROKEN:
            self._distrust(event["line"])
        elif kind == "cleared" and "exercise" not in event:
            self.exercises, self.broken, self.began_at = {}, 0, ""
        elif kind == "cleared":
            self.exercises[event["exercise"]] = Entry(help=self.entry(event["exercise"]).help)
        elif kind in _MEANING:
            _MEANING[kind](self.exercises.setdefault(event["exercise"], Entry()), event)

    def _distrust(self, line: int) -> None:
        """Steps that passed no longer count; what only costs (hints, solutions) or is checked anew stays."""
        self.broken = self.broken or line
        for entry in self.exercises.values():
            entry.earned, entry.memory, entry.scores, entry.passed = {}, {}, {}, {}


def _started(entry: Entry, event: Event) -> None:
    entry.started_at, entry.aside_at = entry.started_at or event["at"], ""


def _aside(entry: Entry, event: Event) -> None:
    entry.aside_at = event["at"]
    for step, evidence in event["passed"].items():
        entry.earned.setdefault(step, Earned(event["at"], evidence))


def _hint(entry: Entry, event: Event) -> None:
    step, number = event["step"], event["number"]
    entry.hints[step] = number
    known = entry.help.get(step, Help())
    entry.help[step] = replace(known, hints=max(known.hints, number))


def _solution(entry: Entry, event: Event) -> None:
    step = event["step"]
    entry.solved = (*entry.solved, step)
    entry.help[step] = replace(entry.help.get(step, Help()), solution=True)


def _scores(entry: Entry, event: Event) -> None:
    for step, (earned, possible) in event["found"].items():
        entry.scores[step] = Score(earned, possible, event["at"])
        if earned == possible:
            entry.passed.setdefault(step, event["at"])


_MEANING: Mapping[str, Callable[[Entry, Event], object]] = {
    "started": _started,
    "aside": _aside,
    "earned": lambda entry, event: entry.earned.setdefault(event["step"], Earned(event["at"], event["evidence"])),
    "remembered": lambda entry, event: entry.memory.update({event["check"]: event["values"]}),
    "hint": _hint,
    "solution": _solution,
    "scores": _scores,
}
