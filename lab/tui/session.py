"""What the screens share: the course, who listens to its status, and the last look at the lab."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from lab.model import Report
from lab.tui.failures import Failure, attempt
from lab.tui.ports import Course, ExerciseProgress, LabStatus
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
    """

    def __init__(self, course: Course, status: TuiStatus) -> None:
        self.course = course
        self.status = status
        self.last_look: Look | None = None
        self.busy = 0
        self._turn = threading.Lock()

    def look(self) -> None:
        """Look at the lab. Blocks; on a failure the last look stays."""
        seen = attempt(self.course.look)
        if isinstance(seen, Failure):
            return
        now, last = time.monotonic(), self.last_look
        same = last is not None and (last.status.api_server == "ready") == (seen.api_server == "ready")
        self.last_look = Look(seen, now, last.since if last and same else now)

    def verify(self, exercise_id: str) -> Report | Failure:
        """Verify one exercise. Blocks, and waits for its turn."""
        with self._turn:
            return attempt(lambda: self.course.verify([exercise_id]))

    def change(self, call: Callable[[], object]) -> Failure | None:
        """Do something to the cluster, then look. Blocks, and waits for its turn."""
        with self._turn:
            outcome = attempt(call)
        self.look()
        return outcome if isinstance(outcome, Failure) else None

    def progress(self, exercise_id: str) -> ExerciseProgress | None:
        """What the last look said of an exercise."""
        rows = self.last_look.status.progress if self.last_look else ()
        return next((row for row in rows if row.id == exercise_id), None)

    def started(self, exercise_id: str) -> bool:
        """Whether the last look said that the exercise is started."""
        row = self.progress(exercise_id)
        return row is not None and row.started
