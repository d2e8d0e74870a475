"""The progress journal: what was started, earned and hinted at on one cluster, in one JSON file.

::

    {"format_version": 1, "cluster_uid": "...", "exercises": {"image-digest": {
        "started_at": "2026-01-31T12:00:00Z",
        "earned": {"denied": {"at": "2026-01-31T12:30:00Z", "evidence": "..."}},   (`once` steps)
        "hints": {"find": 2},
        "solved": ["pin"],
        "scores": {"find": {"earned": 3, "possible": 3, "at": "2026-01-31T12:10:00Z"}},
        "aside_at": ""}}}

Times are UTC, in whole seconds. The file is read anew for every question and every change, so that a TUI
and a command line that work on the same cluster lose nothing of each other's.
"""

import fcntl
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from lab import paths
from lab.decode import decode
from lab.document import Document, Problem
from lab.errors import LabError
from lab.model import FORMAT_VERSION, Score

Note = Callable[[str], None]
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Earned:
    """When a `once` step was seen to pass, and what was seen."""

    at: str
    evidence: str


@dataclass(frozen=True)
class _Entry:
    started_at: str = ""
    earned: Mapping[str, Earned] = field(default_factory=dict)
    hints: Mapping[str, int] = field(default_factory=dict)
    solved: tuple[str, ...] = ()
    scores: Mapping[str, Score] = field(default_factory=dict)
    score: Score | None = None  # of a whole exercise: of journals that kept none of its steps
    aside_at: str = ""


@dataclass(frozen=True)
class _Contents:
    format_version: int
    cluster_uid: str
    exercises: Mapping[str, _Entry] = field(default_factory=dict)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """The journal of one cluster. Make it with `load`. Every change is on disk when its method returns."""

    def __init__(self, path: Path, cluster_uid: str, note: Note, clock: Clock = _utc_now) -> None:
        self._path = path
        self._uid = cluster_uid
        self._note = note
        self._clock = clock

    @classmethod
    def load(cls, path: Path, cluster_uid: str, note: Note, clock: Clock = _utc_now) -> "Journal":
        """The journal of a cluster; a file that is no journal of it is set aside, and one is begun afresh.

        Args:
            path: the JSON file; need not exist.
            cluster_uid: the cluster's identity, new each time that one is made.
            note: told when a file was set aside.
            clock: gives the time, with its zone.
        """
        journal = cls(path, cluster_uid, note, clock)
        journal._read()
        return journal

    def started(self, exercise: str) -> bool:
        """Whether the exercise was started."""
        return bool(self._entry(exercise).started_at)

    def start(self, exercise: str) -> None:
        """Note that the exercise is started, or taken up again; when it was started already, the first time stays."""
        now = self._now()
        self._update(exercise, lambda entry: replace(entry, started_at=entry.started_at or now, aside_at=""))

    def set_aside(self, exercise: str, passed: Mapping[str, str]) -> None:
        """Note that the exercise's effects were ended for another, and what was seen of each step that passed."""
        now = self._now()
        seen = {step: Earned(now, evidence) for step, evidence in passed.items()}
        self._update(exercise, lambda entry: replace(entry, aside_at=now, earned={**seen, **entry.earned}))

    def aside(self, exercise: str) -> bool:
        """Whether the exercise was set aside and not taken up again."""
        return bool(self._entry(exercise).aside_at)

    def clear(self, exercise: str) -> None:
        """Forget everything about an exercise: also that it was started, its hints and its score."""
        with self._changing() as entries:
            entries.pop(exercise, None)

    def clear_all(self) -> None:
        """Forget everything about all exercises."""
        with self._changing() as entries:
            entries.clear()

    def earn(self, exercise: str, step: str, evidence: str) -> None:
        """Note that a `once` step was seen to pass; when it was already, the first time stays."""
        seen = Earned(self._now(), evidence)
        self._update(exercise, lambda entry: replace(entry, earned={step: seen, **entry.earned}))

    def earned(self, exercise: str) -> Mapping[str, Earned]:
        """The `once` steps that were seen to pass, by id; all that passed, when it was set aside."""
        return self._entry(exercise).earned

    def take_hint(self, exercise: str, step: str, total: int) -> int:
        """Note that the next of a step's `total` hints is taken, and give its number, from 1.

        When all are taken, it is the last one again.
        """

        def take(entry: _Entry) -> _Entry:
            number = min(entry.hints.get(step, 0) + 1, total)
            return replace(entry, hints={**entry.hints, step: number})

        return self._update(exercise, take).hints[step]

    def hints_taken(self, exercise: str, step: str) -> int:
        """How many of a step's hints were taken."""
        return self._entry(exercise).hints.get(step, 0)

    def mark_solved(self, exercise: str, step: str) -> None:
        """Note that a step's solution was taken: shown, or typed by `lab solve`."""

        def mark(entry: _Entry) -> _Entry:
            return entry if step in entry.solved else replace(entry, solved=(*entry.solved, step))

        self._update(exercise, mark)

    def solved(self, exercise: str) -> tuple[str, ...]:
        """The steps whose solution was taken."""
        return self._entry(exercise).solved

    def record_scores(self, exercise: str, found: Mapping[str, tuple[int, int]]) -> None:
        """Note what a verify found of steps: by id, the points that each earned, and could earn.

        What was found before in the same minute is not written again.
        """
        now, known = self._now(), self.scores(exercise)
        scores = {step: Score(earned, possible, now) for step, (earned, possible) in found.items()}
        if any(step not in known or not _same(score, known[step]) for step, score in scores.items()):
            self._update(exercise, lambda entry: replace(entry, scores={**entry.scores, **scores}, score=None))

    def scores(self, exercise: str) -> Mapping[str, Score]:
        """What the steps earned when that could last be told, by id; those of which it never could are not there."""
        return self._entry(exercise).scores

    def score(self, exercise: str) -> Score | None:
        """The steps' scores together, as of the oldest of them; None when there is none."""
        entry = self._entry(exercise)
        if not (scores := entry.scores.values()):
            return entry.score
        earned, possible = sum(score.earned for score in scores), sum(score.possible for score in scores)
        return Score(earned, possible, min(score.at for score in scores))

    def _entry(self, exercise: str) -> _Entry:
        return self._read().get(exercise, _Entry())

    def _update(self, exercise: str, change: Callable[[_Entry], _Entry]) -> _Entry:
        with self._changing() as entries:
            entries[exercise] = change(entries.get(exercise, _Entry()))
            return entries[exercise]

    @contextmanager
    def _changing(self) -> Iterator[dict[str, _Entry]]:
        """The entries, to be changed in place; written at the end, while no other process may change them."""
        try:
            paths.private_directory(self._path.parent)
            with self._path.with_name(f".{self._path.name}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                entries = self._read()
                yield entries
                contents = asdict(_Contents(FORMAT_VERSION, self._uid, entries))
                paths.write_private(self._path, json.dumps(contents, indent=2).encode() + b"\n")
        except OSError as error:
            raise self._unusable(error) from error

    def _read(self) -> dict[str, _Entry]:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._unusable(error) from error
        contents = _contents_of(self._path, content)
        if contents is None:
            return self._set_aside("corrupt", "cannot be read")
        if contents.cluster_uid != self._uid:
            return self._set_aside("old", "is of a cluster that is gone")
        return dict(contents.exercises)

    def _set_aside(self, suffix: str, why: str) -> dict[str, _Entry]:
        aside = self._path.with_name(f"{self._path.name}.{suffix}")
        try:
            self._path.replace(aside)
        except OSError as error:
            raise self._unusable(error) from error
        self._note(f"The progress journal {why}. It is kept as {aside}, and a new one begun.")
        return {}

    def _unusable(self, error: OSError) -> LabError:
        message = f"The progress journal {self._path} cannot be used: {error.strerror}."
        return LabError(message, f"See who owns it and what is free with: ls -la {self._path.parent}; df -h")

    def _now(self) -> str:
        return self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _same(score: Score, before: Score) -> bool:
    minute = len("2026-01-31T12:00")
    return replace(score, at=score.at[:minute]) == replace(before, at=before.at[:minute])


def _contents_of(path: Path, content: bytes) -> _Contents | None:
    """A journal's file, decoded; None when it is none, or of another version."""
    problems: list[Problem] = []
    try:
        contents = decode(_Contents, Document(path, json.loads(content)), problems)
    except ValueError:  # no JSON, or no UTF-8
        return None
    good = contents is not None and not problems and contents.format_version == FORMAT_VERSION
    return contents if good else None
