"""What both front ends ask of the course, so that they run on a fake one.

Every method of `Course` may block for seconds or minutes and raise `LabError`, so the TUI calls it in a thread.
`up`, `start`, `verify`, `solve` and `reset` are called one after the other; the others may come from other threads
at the same time.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from lab.model import Hint, LabStatus, Place, Report, Told
from lab.phases import Status

if TYPE_CHECKING:
    from lab.catalog.load import Catalog  # with all that reads exercises: not before the TUI shows something


class Watching(Protocol):
    """A watch for changes."""

    def stop(self) -> None:
        """Let it end; returns at once."""


class Course(Protocol):
    """The use cases; see `lab.course.Course`."""

    status: Status

    @property
    def name(self) -> str:
        """The cluster's name."""

    @property
    def catalog(self) -> "Catalog":
        """The exercises; read when they are first asked for, which may raise DataError."""

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
        """Look at exercises, given as `exercise` or `exercise/step`, and judge what is seen."""

    def hint(self, exercise_id: str, step_id: str) -> Hint:
        """The step's next hint, which is recorded as taken."""

    def hints_taken(self, exercise_id: str, step_id: str) -> Sequence[str]:
        """The texts of the step's hints that were taken."""

    def solution(self, exercise_id: str, step_id: str) -> str:
        """The script that solves the step; that it was shown is recorded."""

    def solutions_taken(self, exercise_id: str) -> Sequence[str]:
        """The ids of the steps whose solution was shown or typed."""

    def solve(self, selector: str) -> object:
        """Type the solution of `exercise` or `exercise/step`, and look."""

    def reset(self, exercise_id: str) -> None:
        """Put the exercise back to just after its start."""

    def webhook_up(self) -> None:
        """Start the reference webhook beside the cluster."""

    def webhook_down(self) -> None:
        """Remove it."""

    def webhook_log(self) -> str:
        """What it logged lately."""

    def shell_argv(self) -> Sequence[str]:
        """The command that opens root's shell on the node, on a terminal."""


OWN_COMMANDS: Mapping[str, tuple[str, Callable[[Course], str | None]]] = {
    "lab webhook up": ("Starting the webhook", lambda course: course.webhook_up()),
    "lab webhook down": ("Removing the webhook", lambda course: course.webhook_down()),
    "lab webhook logs": ("Reading what the webhook logged", lambda course: course.webhook_log()),
}
"""What steps have typed on one's own machine, where both front ends do it themselves: how doing it is called, and the
call, with what it says if it says something."""
