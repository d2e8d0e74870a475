"""What the TUI needs of the course, so that it runs on a fake one.

Every method of `Course` may block for seconds or minutes and raise `LabError`, so it is called in a thread.
`up`, `start`, `verify`, `solve`, `reset` and `reset_all` are called one after the other; the others may come from
other threads at the same time.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from lab.model import Exercise, Finding, Place, Report, Told
from lab.status import Status


class Hint(Protocol):
    """One hint of a step."""

    @property
    def number(self) -> int:
        """Which one it is, from 1."""

    @property
    def total(self) -> int:
        """How many the step has."""

    @property
    def text(self) -> str:
        """What it says, in Markdown."""


class ExerciseProgress(Protocol):
    """How far an exercise is."""

    @property
    def id(self) -> str:
        """The exercise's id."""

    @property
    def started(self) -> bool:
        """Whether it was started on this cluster."""

    @property
    def earned(self) -> int:
        """Its points, as of the last verify."""

    @property
    def possible(self) -> int:
        """The points that it can earn."""


class LabStatus(Protocol):
    """The lab at a glance."""

    @property
    def engine(self) -> str:
        """The engine's name and version, or why there is none."""

    @property
    def engine_ok(self) -> bool:
        """Whether the engine answers."""

    @property
    def cluster(self) -> str:
        """Running, stopped, absent or unknown, in small letters."""

    @property
    def api_server(self) -> str:
        """`ready`, `not ready: WHY`, or empty when nothing answered."""

    @property
    def kubernetes_version(self) -> str:
        """Such as `v1.36.4`; may be empty."""

    @property
    def progress(self) -> Sequence[ExerciseProgress]:
        """One for each exercise."""


class Catalog(Protocol):
    """What there is to do."""

    @property
    def overview(self) -> str:
        """The opening page, in Markdown."""

    @property
    def exercises(self) -> Sequence[Exercise]:
        """The exercises in their order."""


class Watching(Protocol):
    """A watch that goes on."""

    def stop(self) -> None:
        """Let it end; returns at once."""


class Course(Protocol):
    """The use cases that the TUI shows."""

    status: Status
    ask: Callable[[str], bool]

    @property
    def name(self) -> str:
        """The cluster's name."""

    @property
    def catalog(self) -> Catalog:
        """The exercises; read when it is first asked for, which may raise DataError."""

    def exists(self) -> bool:
        """Whether there is a cluster of this name."""

    def up(self) -> object:
        """Make the cluster, or bring the one that exists back."""

    def look(self) -> LabStatus:
        """The lab at a glance; never raises LabError."""

    def watch(self, told: Callable[[Told], None]) -> Watching:
        """Tell of changes on the cluster as they come, in other threads."""

    def doctor(self) -> Sequence[Finding]:
        """Every requirement of the host, met or not, with what to do."""

    def fix(self) -> None:
        """Install and start what can be."""

    def place(self) -> Place | None:
        """Where the learner was last on this cluster."""

    def remember(self, place: Place) -> None:
        """Keep where the learner is."""

    def start(self, exercise_id: str) -> None:
        """Put the exercise's starting state in place."""

    def verify(self, selectors: Sequence[str] = ()) -> Report:
        """Look at exercises, given as `exercise` or `exercise/step`, and judge what is seen."""

    def hint(self, exercise_id: str, step_id: str) -> Hint:
        """The step's next hint, which is recorded as taken."""

    def hints_taken(self, exercise_id: str, step_id: str) -> Sequence[str]:
        """The texts of the step's hints that were taken."""

    def solution(self, exercise_id: str, step_id: str) -> str:
        """The script that solves the step; that it was shown is recorded."""

    def solutions_taken(self, exercise_id: str) -> Sequence[str]:
        """The ids of the steps whose solution was shown or typed."""

    def solve(self, selector: str) -> Report:
        """Do what the solution of `exercise` or `exercise/step` does, and look."""

    def reset(self, exercise_id: str) -> None:
        """Put the exercise back to just after its start."""

    def reset_all(self) -> None:
        """Put the cluster back to what it was when it was made."""

    def webhook_up(self) -> None:
        """Start the reference webhook beside the cluster."""

    def webhook_down(self) -> None:
        """Remove it."""

    def webhook_log(self) -> str:
        """What it logged lately."""

    def shell_argv(self) -> Sequence[str]:
        """The command that opens root's shell on the node, on a terminal."""
