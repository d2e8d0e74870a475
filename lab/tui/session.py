"""The session that the screens share: the course, who listens to its status, and the last look at the lab."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from lab.course import Course
from lab.k8s.watch.cluster import Watching
from lab.model import (
    Exercise,
    ExerciseProgress,
    ExerciseResult,
    LabStatus,
    Place,
    Report,
    Score,
    Told,
    Verdict,
)
from lab.request_path.station import RequestPath
from lab.tui import clock
from lab.tui.failures import Failure, attempt
from lab.tui.keys import bindings, parts_loaded, pressed
from lab.tui.notices import Notices
from lab.tui.path_watch import PathWatch
from lab.tui.status import TuiStatus


@dataclass(frozen=True)
class Look:
    """The lab at a glance, when it was looked at, and since when the API server is as it is (monotonic)."""

    status: LabStatus
    at: float
    since: float


class Session:
    """One run of the TUI.

    `busy` counts the jobs that change the cluster at this moment: nothing is observed meanwhile.
    `resume` is where the learner is, or was when the lab was left. `watching` is there while changes are told.
    `keys` has the keys that the user has set, by the id of what they do.
    `notices` has what is still to be read in passing.
    `shell` is the argument list of the shell that was opened in the terminal; empty before that.
    `on_look` is called after each look, in the thread that looked. `path` has the last way of a request.
    """

    def __init__(self, course: Course, status: TuiStatus, notices: Notices | None = None) -> None:
        self.course = course
        self.status = status
        self.last_look: Look | None = None
        self.busy = 0
        self.resume: Place | None = None
        self.keys: Mapping[str, str] = {}
        self.shell: Sequence[str] = ()
        self.notices = notices or Notices()
        self._default_keys: dict[str, str] = {}
        self.watching: Watching | None = None
        self.on_look: Callable[[], object] = lambda: None
        self._turn, self._seeing = threading.Lock(), threading.Lock()
        self.path = PathWatch(self._look_at_path)

    def look(self) -> None:
        """Look at the lab. Blocks; on a failure the last look stays."""
        seen = attempt(self.course.look)
        if isinstance(seen, Failure):
            return
        self._saw(seen)
        self.on_look()

    @property
    def cluster(self) -> str:
        """What is known of the cluster: running, stopped, absent or unknown."""
        return self.last_look.status.cluster if self.last_look else "unknown"

    @property
    def api_is_ready(self) -> bool:
        """Whether the API server answered when it was last looked at."""
        return self.last_look is not None and self.last_look.status.api_server == "ready"

    def hear(self, told: Told) -> None:
        """Take over what was told of the node or the API server."""
        if self.last_look is None or told.what not in ("node", "api"):
            return
        status = self.last_look.status
        cluster, api_server = status.cluster, status.api_server
        if told.what == "node":
            cluster, api_server = told.detail, api_server if told.detail == "running" else ""
        else:
            api_server = "ready" if told.detail == "ready" else f"not ready: {told.detail}"
        self._saw(replace(status, cluster=cluster, api_server=api_server, restart=""))

    def resume_from_last_time(self) -> None:
        """Read where the learner was when the lab was left. Blocks."""
        place = attempt(self.course.place)
        if not isinstance(place, Failure):
            self.resume = place

    def remember(self, exercise_id: str, step_id: str = "") -> None:
        """Keep where the learner is, for this run and the next; writes when it is another place than before."""
        place = Place(exercise_id, step_id)
        if place != self.resume:
            self.resume = place
            attempt(lambda: self.course.remember(place))

    def verify(self, selector: str) -> Report:
        """Verify an `exercise` or `exercise/step`. Blocks, and waits for its turn.

        Raises:
            LabError: what the course raises.
        """
        with self._turn:
            report = self.course.verify([selector])
        self._take_scores(report)
        return report

    def _look_at_path(self, subject: str, namespace: str) -> RequestPath:
        with self._turn:  # a verification at the same time would be counted as this one's
            return self.course.path(subject, namespace)

    def change(self, call: Callable[[], object]) -> Failure | None:
        """Do something to the cluster, then look. Blocks, and waits for its turn."""
        with self._turn:
            outcome = attempt(call)
        self.look()
        return outcome if isinstance(outcome, Failure) else None

    def key(self, id: str) -> str:
        """How the first key is written of a binding that is there on some screen."""
        if id not in self._default_keys:
            self._default_keys = {id: bound.keys[0] for id, bound in bindings(parts_loaded()).items()}
        key = self.keys[id].split(",")[0] if id in self.keys else self._default_keys[id]
        return pressed(key)

    def gone(self) -> bool:
        """Whether the last look found no cluster that runs, or no engine."""
        status = self.last_look.status if self.last_look else None
        return status is not None and (not status.engine_ok or status.cluster != "running")

    def progress(self, exercise_id: str) -> ExerciseProgress | None:
        """What the last look said of an exercise."""
        rows = self.last_look.status.progress if self.last_look else ()
        return next((row for row in rows if row.id == exercise_id), None)

    def started(self, exercise_id: str) -> bool:
        """Whether the last look said that the exercise is started."""
        row = self.progress(exercise_id)
        return row is not None and row.started

    def next_step(self, exercise: Exercise) -> str:
        """The step to go on with: the learner's own, or when that is done the next that is not; empty for none."""
        row, place = self.progress(exercise.id), self.resume
        known = row.steps if row else {}
        ids = [step.id for step in exercise.steps]
        still = [id for id in ids if id not in known or known[id].earned < known[id].possible]
        own = place.step_id if place and place.exercise_id == exercise.id else ""
        if own in still or not still:
            return own
        after = [id for id in still if own in ids and ids.index(id) > ids.index(own)]
        return (after or still)[0]

    def set_aside(self, exercise_id: str) -> bool:
        """Whether the last look said that the exercise is set aside for another one."""
        row = self.progress(exercise_id)
        return row is not None and row.aside

    def exercise_after(self, exercise: Exercise) -> Exercise | None:
        """The next exercise that is not complete; None when none comes after this one."""
        rows = self.last_look.status.progress if self.last_look else ()
        return self.course.catalog.after(
            exercise, {row.id for row in rows if row.started and row.earned == row.possible}
        )

    def _saw(self, seen: LabStatus) -> None:
        with self._seeing:
            now, last = clock.now(), self.last_look
            same = last is not None and (last.status.api_server == "ready") == (seen.api_server == "ready")
            self.last_look = Look(seen, now, last.since if last and same else now)

    def _take_scores(self, report: Report) -> None:
        """What was verified just now is newer than the last look: else the list of exercises would show less."""
        with self._seeing:
            last = self.last_look
            if last is None:
                return
            found = {each.id: each for each in report.exercises if not each.note}
            rows = tuple(_scored(row, found[row.id]) if row.id in found else row for row in last.status.progress)
            if rows == last.status.progress:
                return
            self.last_look = replace(last, status=replace(last.status, progress=rows))
        self.on_look()


def _scored(row: ExerciseProgress, found: ExerciseResult) -> ExerciseProgress:
    """Progress with the points that were found; those that could not be told stay."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    fresh = {step.id: step.last or Score(step.earned, step.possible, now) for step in found.steps}
    known = {step.id for step in found.steps if step.last or step.verdict is not Verdict.ERROR}
    steps = {
        **row.steps,
        **{id: score for id, score in fresh.items() if id in known and not _same(score, row.steps.get(id))},
    }
    return replace(row, steps=steps, earned=sum(score.earned for score in steps.values()))


def _same(score: Score, before: Score | None) -> bool:
    return before is not None and (score.earned, score.possible) == (before.earned, before.possible)
