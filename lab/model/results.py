"""What verifying yields: verdicts, points, and a report of them. Nothing here reads a file or a cluster."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lab.model.exercise import Holds


class Verdict(StrEnum):
    """What a check found. `ERROR` is "could not tell": never shown as a fail, never earning."""

    PASS = "pass"
    FAIL = "fail"
    SKIP = "skip"
    ERROR = "error"


@dataclass(frozen=True)
class ClusterInfo:
    """Which cluster a report speaks of."""

    name: str
    kubernetes_version: str
    node_image: str
    provider: str


@dataclass(frozen=True)
class CheckResult:
    """A check's verdict with what a learner needs to act on it.

    `reason` is a short stable word for one way of being wrong (`truncated-digest`), for tests and
    scripts; `observed` says the same in a sentence. `command` can be pasted into the node's shell.
    `waits_for`: why it cannot be told yet, where a look some seconds later may tell.
    `remember`: what the journal keeps for the check's next look, when it passed.
    """

    id: str
    title: str
    verdict: Verdict
    expected: str
    observed: str
    command: str
    points: int
    guard: bool = False
    reason: str = ""
    waits_for: str = ""
    remember: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Score:
    """Points as they were last told, and when (ISO 8601, UTC)."""

    earned: int
    possible: int
    at: str


@dataclass(frozen=True)
class StepResult:
    """A step's checks, what it earned, and for a `once` step when it was seen (ISO 8601, UTC).

    `last`: what it earned when that could last be told; only of a step of which it cannot be told now.
    `probed`: as in Step.
    """

    id: str
    title: str
    holds: Holds
    checks: tuple[CheckResult, ...]
    verdict: Verdict
    earned: int
    possible: int
    seen_at: str = ""
    probed: bool = False
    last: Score | None = None


@dataclass(frozen=True)
class ExerciseResult:
    """An exercise's steps; `note` says why nothing was looked at, such as `lab start X`."""

    id: str
    title: str
    steps: tuple[StepResult, ...]
    verdict: Verdict
    note: str = ""

    @property
    def earned(self) -> int:
        """The points earned in all steps."""
        return sum(step.earned for step in self.steps)

    @property
    def possible(self) -> int:
        """The points that all steps together can earn."""
        return sum(step.possible for step in self.steps)

    @property
    def last(self) -> Score | None:
        """The points with what some steps earned when that could last be told; None where all is told now."""
        return last_score(self.steps)


@dataclass(frozen=True)
class Report:
    """What `lab verify` found. `note` says what keeps some of it from counting, `reason` the same in a stable word."""

    cluster: ClusterInfo
    exercises: tuple[ExerciseResult, ...]
    verdict: Verdict
    note: str = ""
    reason: str = ""

    @property
    def earned(self) -> int:
        """The points earned in all exercises of the report."""
        return sum(exercise.earned for exercise in self.exercises)

    @property
    def possible(self) -> int:
        """The points that all exercises of the report can earn."""
        return sum(exercise.possible for exercise in self.exercises)


def last_score(steps: Iterable[StepResult]) -> Score | None:
    """The points of steps together, as of the oldest that cannot be told now; None where all can."""
    found = [(step, step.last) for step in steps]
    times = [last.at for _, last in found if last]
    if not times:
        return None
    earned = sum(last.earned if last else step.earned for step, last in found)
    return Score(earned, sum(step.possible for step, _ in found), min(times))


def worst(verdicts: "list[Verdict] | tuple[Verdict, ...]") -> Verdict:
    """The verdict of a whole: error before fail before skip before pass; of nothing, skip."""
    for verdict in (Verdict.ERROR, Verdict.FAIL, Verdict.SKIP):
        if verdict in verdicts:
            return verdict
    return Verdict.PASS if verdicts else Verdict.SKIP
