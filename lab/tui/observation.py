"""When an exercise is looked at again, and what is known meanwhile. Pure: the screen runs the threads."""

from dataclasses import dataclass

from lab.model import ExerciseResult, Report, StepResult
from lab.status import seconds
from lab.tui.failures import Failure
from lab.tui.words import STALE

EVERY = 3.0
"""Seconds from the end of one observation to the start of the next."""
_SLOW = 2.0  # seconds after which an observation under way is worth a word


@dataclass
class Observation:
    """What is known of one exercise. Times are monotonic; None for never."""

    result: ExerciseResult | None = None
    failure: Failure | None = None
    seen: float | None = None
    ended: float | None = None
    running_since: float | None = None
    wanted: bool = False

    def due(self, now: float) -> bool:
        """Whether it is time to look; never while a look is under way."""
        if self.running_since is not None:
            return False
        return self.wanted or self.ended is None or now - self.ended >= EVERY

    def begin(self, now: float) -> None:
        """A look begins."""
        self.running_since, self.wanted = now, False

    def end(self, outcome: Report | Failure, now: float) -> None:
        """A look is over; after a failure the last verdicts stay."""
        self.running_since, self.ended = None, now
        self.failure = outcome if isinstance(outcome, Failure) else None
        if isinstance(outcome, Report) and outcome.exercises:
            self.result, self.seen = outcome.exercises[0], now

    def forget(self) -> None:
        """What was seen no longer holds; look at once."""
        self.result, self.failure, self.seen, self.wanted = None, None, None, True

    def step(self, step_id: str) -> StepResult | None:
        """What is known of a step."""
        steps = self.result.steps if self.result else ()
        return next((step for step in steps if step.id == step_id), None)

    def age(self, now: float) -> str:
        """How old the verdicts are, and whether they are being looked at, in a few words."""
        words = []
        if self.seen is not None:
            age = now - self.seen
            words.append(f"as of {seconds(age)} ago" if age > STALE else "looked at just now")
        if self.failure:
            words.append(f"? could not look: {self.failure.message.splitlines()[0]}")
        elif self.seen is None:
            words.append("looking ...")
        elif self.running_since is not None and now - self.running_since > _SLOW:
            words.append("looking again ...")
        return " · ".join(words)
