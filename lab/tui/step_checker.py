"""Verifies without being asked: when something changed, the step at hand first."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from textual.message import Message
from textual.screen import Screen

from lab.model import Exercise, Report, StepResult
from lab.tui import clock
from lab.tui.failures import Failure, attempted
from lab.tui.observation import Observation, Target
from lab.tui.session import Session


@dataclass
class Verified(Message, bubble=False):
    """A look is over.

    Args:
        seen: what is known of the exercise now.
        passed: the steps that pass as of this look and did not before.
        asked: what to tell the learner who asked for the look; None when nobody did.
    """

    seen: Observation
    passed: tuple[StepResult, ...]
    asked: Report | Failure | None


class Followed(NamedTuple):
    """What is new of the cluster: a node that is back, an exercise that is started no more, or anything."""

    back: bool
    undone: bool
    anything: bool


class StepChecker:
    """Keeps what is known of each exercise, and looks at the one at hand, in workers of a screen's.

    `exercise` is the one at hand, and `seen` what is known of it. `started` and `aside` say whether it is so on the
    cluster. The screen gets a `Verified` for each look.
    """

    exercise: Exercise
    seen: Observation

    def __init__(self, session: Session, screen: Screen[Any]) -> None:
        self.started = self.aside = False
        self._session = session
        self._screen = screen
        self._known: dict[str, Observation] = {}
        self._lost = False
        self._asked = False

    def take_up(self, exercise: Exercise) -> None:
        """Look at this exercise from now on; what was seen of others stays."""
        self.exercise = exercise
        progress = self._session.progress(exercise.id)
        before = progress.earned if progress else 0
        self.seen = self._known.setdefault(exercise.id, Observation(exercise, before=before))
        self.seen.then = self._session.exercise_after(exercise)
        self.seen.want()
        self.started = self._session.started(exercise.id)

    def ask(self) -> None:
        """Look at all of it soon, and tell what comes of it."""
        self._asked = True
        self.seen.want()

    def hear(self) -> None:
        """Something changed on the cluster."""
        for seen in self._known.values():
            seen.tell(clock.now())

    def follow_cluster(self) -> Followed:
        """Take over whether there is a cluster, and whether the exercise is started on it."""
        lost, started = self._session.gone(), self._session.started(self.exercise.id)
        back = self._lost and not lost
        undone = self.started and not started and not lost  # another cluster, or reset by another hand
        if undone:
            self.seen.forget()
        before = (self._lost, self.started, self.aside)
        self._lost, self.started, self.aside = lost, started, started and bool(self.seen.note)
        return Followed(back, undone, before != (lost, started, self.aside))

    def look_if_due(self, step_id: str) -> None:
        """Look at the step at hand (empty for none) or at the exercise, if it is time to."""
        self.seen.watched = self._session.watching is not None
        due = self.seen.next(clock.now(), step_id)
        if due and self.started and not self._session.busy and not self._lost:
            self.seen.begin(due, clock.now())
            self._screen.run_worker(self._look(self.seen, due), exit_on_error=False, group="verify")

    async def _look(self, seen: Observation, target: Target) -> None:
        step = f"/{target.step_id}" if target.step_id else ""
        outcome = await attempted(lambda: self._session.verify(f"{seen.exercise.id}{step}"))
        passed = seen.end(outcome, clock.now())
        answers = self._asked and (target == Target() or isinstance(outcome, Failure))
        self._asked = self._asked and not answers
        self._screen.post_message(Verified(seen, passed, outcome if answers else None))
