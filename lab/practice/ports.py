"""What the walk needs of the course, so that it runs on a fake one; and what ends a walk."""

from collections.abc import Callable, Sequence
from typing import Protocol

from lab.catalog import Catalog
from lab.model import Hint, LabStatus, Place, Report, Told
from lab.status import Status


class Stop(KeyboardInterrupt):
    """Ctrl-C: ends what is going on. A plain KeyboardInterrupt is another signal's."""


class Interrupted(Exception):
    """Ctrl-C where a line is awaited."""


class Quit(Exception):
    """The learner said that it is enough."""


class Watching(Protocol):
    """A watch for changes."""

    def stop(self) -> None:
        """End it, at once."""


class Course(Protocol):
    """The use cases of the walk; see `lab.course.Course`. Each may block, and raise LabError."""

    name: str
    status: Status

    @property
    def catalog(self) -> Catalog:
        """The exercises."""

    def up(self) -> object:
        """Make the cluster, or bring the one that exists back."""

    def look(self) -> LabStatus:
        """The lab at a glance; never raises LabError."""

    def watch(self, told: Callable[[Told], None]) -> Watching:
        """Tell of changes on the cluster as they come, in other threads."""

    def place(self) -> Place | None:
        """Where the learner was last on this cluster."""

    def remember(self, place: Place) -> None:
        """Keep where the learner is."""

    def start(self, exercise_id: str) -> None:
        """Put the exercise's starting state in place."""

    def verify(self, selectors: Sequence[str] = ()) -> Report:
        """Look at exercises, and judge what is seen."""

    def hint(self, exercise_id: str, step_id: str) -> Hint:
        """The step's next hint, which is recorded as taken."""

    def hints_taken(self, exercise_id: str, step_id: str) -> Sequence[str]:
        """The texts of the step's hints that were taken."""

    def solution(self, exercise_id: str, step_id: str) -> str:
        """The step's solution, which is recorded as taken."""

    def solutions_taken(self, exercise_id: str) -> Sequence[str]:
        """The ids of the steps whose solution was taken."""

    def solve(self, selector: str) -> object:
        """Type the solution of `exercise/step`, and look."""

    def reset(self, exercise_id: str) -> None:
        """Put the exercise back to just after its start."""

    def shell_argv(self) -> Sequence[str]:
        """The command that opens root's shell on the node, on a terminal."""
