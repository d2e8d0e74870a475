"""The progress journal: what was started, earned and hinted at on one cluster, kept as a chain of events.

`lab.journal.state` has the events and what they add up to. The file is read anew for every question and
every change, so that a TUI and a command line that work on the same cluster lose nothing of each other's.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lab.errors import LabError
from lab.journal import version_1
from lab.journal.chain import Chain, Lines
from lab.journal.state import FORMAT_VERSION, Earned, Entry, Event, Help, State
from lab.model import Score

__all__ = ["Earned", "Help", "Journal", "Note", "Score"]

Note = Callable[[str], None]
Clock = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """The journal of one cluster. Make it with `load`. Every change is on disk when its method returns.

    Each method may raise LabError: the file cannot be read, or written.
    """

    def __init__(self, path: Path, cluster_uid: str, note: Note, clock: Clock = _utc_now, key: str = "") -> None:
        self._path = path
        self._chain = Chain(path, key)
        self._uid = cluster_uid
        self._note = note
        self._clock = clock
        self._known: tuple[object, State] | None = None

    @classmethod
    def load(cls, path: Path, cluster_uid: str, note: Note, clock: Clock = _utc_now, key: str = "") -> "Journal":
        """The journal of a cluster; a file that is no journal of it is set aside, and one is begun afresh.

        Args:
            path: the file; need not exist.
            cluster_uid: the cluster's identity, new each time that one is made.
            note: called with a sentence when a file was set aside, or is not as the lab wrote it.
            clock: gives the time, with its zone.
            key: the random value of the cluster's record that its digests are made with.
        """
        journal = cls(path, cluster_uid, note, clock, key)
        journal._take_over()
        state = journal._read()
        if state.lines.torn:
            note("The last line of the progress journal was cut off while it was written; it is left out.")
        if journal.broken:
            note(journal.broken)
        return journal

    @property
    def broken(self) -> str:
        """A sentence that says that the journal is not as the lab wrote it; empty when it is."""
        if line := self._read().broken:
            return (
                f"The progress journal {self._path} was changed by something else than the lab, or is damaged (line "
                f"{line}). No step counts that was only seen before; what holds now counts. `lab reset --all` begins "
                "a whole journal."
            )
        return ""

    @property
    def began_at(self) -> str:
        """When the first event since the last `lab reset --all` was (ISO 8601, UTC); empty when there was none."""
        return self._read().began_at

    def started(self, exercise: str) -> bool:
        """Whether the exercise was started."""
        return bool(self.started_at(exercise))

    def started_at(self, exercise: str) -> str:
        """When the exercise was started first (ISO 8601, UTC); empty when it was not."""
        return self._entry(exercise).started_at

    def content(self) -> bytes:
        """The journal as its file has it; empty when there is none."""
        return self._path.read_bytes() if self._path.exists() else b""

    def start(self, exercise: str) -> None:
        """Note that the exercise is started, or taken up again; when it was started already, the first time stays."""
        self._add("started", exercise, unless=lambda entry: bool(entry.started_at and not entry.aside_at))

    def set_aside(self, exercise: str, passed: Mapping[str, str]) -> None:
        """Note that the exercise's effects were ended for another, with the evidence of each step that passed."""
        self._add("aside", exercise, passed=dict(passed))

    def aside(self, exercise: str) -> bool:
        """Whether the exercise was set aside and not taken up again."""
        return bool(self._entry(exercise).aside_at)

    def clear(self, exercise: str) -> None:
        """Forget everything about an exercise, also that it was started, but for `help_taken`."""
        self._add("cleared", exercise)

    def clear_all(self) -> None:
        """Forget everything about all exercises."""
        self._append(lambda _: {"event": "cleared"})

    def earn(self, exercise: str, step: str, evidence: str) -> None:
        """Note that a `once` step passed; when it had already, the first time stays."""
        self._add("earned", exercise, unless=lambda entry: step in entry.earned, step=step, evidence=evidence)

    def earned(self, exercise: str) -> Mapping[str, Earned]:
        """The `once` steps that passed, by id; all that passed, when the exercise was set aside."""
        return self._entry(exercise).earned

    def remember(self, exercise: str, check: str, values: Mapping[str, str]) -> None:
        """Keep values of a check that passed for its next run; `check` is `STEP/CHECK`."""
        kept = dict(values)
        same = lambda entry: entry.memory.get(check) == kept  # noqa: E731
        self._add("remembered", exercise, unless=same, check=check, values=kept)

    def memory(self, exercise: str) -> Mapping[str, Mapping[str, str]]:
        """The values that the exercise's checks remembered, by `STEP/CHECK`."""
        return self._entry(exercise).memory

    def take_hint(self, exercise: str, step: str, total: int) -> int:
        """Note that the next of a step's `total` hints is taken, and give its number, from 1.

        When all are taken, it is the last one again.
        """

        def next_one(state: State) -> Event | None:
            taken = state.entry(exercise).hints.get(step, 0)
            hint = {"event": "hint", "exercise": exercise, "step": step, "number": taken + 1}
            return hint if taken < total else None

        return min(self._append(next_one).entry(exercise).hints[step], total)

    def hints_taken(self, exercise: str, step: str) -> int:
        """The number of a step's hints that were taken."""
        return self._entry(exercise).hints.get(step, 0)

    def mark_solved(self, exercise: str, step: str) -> None:
        """Note that a step's solution was taken: shown, or typed by `lab solve`."""
        self._add("solution", exercise, unless=lambda entry: step in entry.solved, step=step)

    def solved(self, exercise: str) -> tuple[str, ...]:
        """The steps whose solution was taken."""
        return self._entry(exercise).solved

    def help_taken(self, exercise: str, step: str) -> Help:
        """The help that was taken in a step, also before the exercise was reset."""
        return self._entry(exercise).help.get(step, Help())

    def passed_at(self, exercise: str, step: str) -> str:
        """When a verify first found that a step earns everything (ISO 8601, UTC); empty when none did."""
        return self._entry(exercise).passed.get(step, "")

    def record_scores(self, exercise: str, found: Mapping[str, tuple[int, int]]) -> None:
        """Note what a verify found of steps: by id, the points that each earned, and could earn.

        What was found before in the same minute is not written again.
        """
        now, scores = self._now(), {step: list(score) for step, score in found.items()}
        self._add("scores", exercise, unless=lambda entry: entry.knows(found, now), at=now, found=scores)

    def scores(self, exercise: str) -> Mapping[str, Score]:
        """The last known points of the steps, by id; a step whose points were never found is not there."""
        return self._entry(exercise).scores

    def score(self, exercise: str) -> Score | None:
        """The steps' scores together, as of the oldest of them; None when there is none."""
        return self._entry(exercise).score

    def _entry(self, exercise: str) -> Entry:
        return self._read().entry(exercise)

    def _add(
        self, event: str, exercise: str, unless: Callable[[Entry], bool] = lambda entry: False, **fields: Any
    ) -> None:
        entry = {"event": event, "exercise": exercise, **fields}
        self._append(lambda state: None if unless(state.entry(exercise)) else entry)

    def _append(self, event_after: Callable[[State], Event | None], *more: Event) -> State:
        """Append the event that is to follow a state, if there is one; gives the state that follows."""
        try:
            with self._chain.locked():
                state = self._read()
                if event := event_after(state):
                    begun = {"event": "begun", "format_version": FORMAT_VERSION, "cluster": self._uid}
                    events = [event, *more] if state.lines.size else [begun, event, *more]
                    now = event.get("at") or self._now()
                    self._chain.append(state.lines, [{"at": now, **each} for each in events])
                return self._read()
        except OSError as error:
            raise self._unusable(error) from error

    def _read(self) -> State:
        try:
            about = self._path.stat()
            stamp = (about.st_mtime_ns, about.st_size, about.st_ino)
            if self._known is None or self._known[0] != stamp:
                self._known = (stamp, State(self._chain.read()))
        except FileNotFoundError:
            return State(Lines())
        except OSError as error:
            raise self._unusable(error) from error
        state = self._known[1]
        if why := state.foreign(self._uid):
            return self._set_aside(*why)
        return state

    def _set_aside(self, suffix: str, why: str) -> State:
        aside = self._path.with_name(f"{self._path.name}.{suffix}")
        try:
            self._path.replace(aside)
        except OSError as error:
            raise self._unusable(error) from error
        self._note(f"The progress journal {why}. It is kept as {aside}, and a new one begun.")
        return State(Lines())

    def _take_over(self) -> None:
        """Go on from a journal of version 1, where there is one and none of this version."""
        old = self._path.with_suffix(".json")
        if self._path.exists() or not old.exists():
            return
        try:
            events = version_1.events_of(old, self._uid)
            if events:
                self._append(lambda _: events[0], *events[1:])
            kept = old.with_name(f"{old.name}.old")
            old.replace(kept)
        except OSError as error:
            raise self._unusable(error) from error
        self._note(
            f"The progress journal of an older version, now {kept}, was taken over: what was started, hints and "
            "solutions. Steps that were seen to pass have to be seen again."
            if events
            else f"The progress journal is of a cluster that is gone, or cannot be read. It is kept as {kept}."
        )

    def _unusable(self, error: OSError) -> LabError:
        message = f"The progress journal {self._path} cannot be used: {error.strerror}."
        return LabError(message, f"See who owns it and what is free with: ls -la {self._path.parent}; df -h")

    def _now(self) -> str:
        return self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
