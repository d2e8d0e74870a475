"""The results of verifying: verdicts, points, and a report of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lab.model.exercise import Holds


class Verdict(StrEnum):
    """The verdict of a check. `ERROR` is "could not tell": never shown as a fail, never earning."""

    PASS = "pass"
    FAIL = "fail"
    SKIP = "skip"
    ERROR = "error"


@dataclass(frozen=True)
class ClusterInfo:
    """The cluster of a report. `node_image_digest`: the id of the node's image in Docker, `sha256:...`."""

    name: str
    kubernetes_version: str
    node_image: str
    provider: str
    uid: str = ""
    node_image_digest: str = ""


@dataclass(frozen=True)
class Learner:
    """Who works on a cluster, as `lab verify --learner` was given."""

    id: str = ""
    name: str = ""


@dataclass(frozen=True)
class Evidence:
    """The progress journal that a report rests on, as its file has it, and the key of its digests."""

    key: str
    journal: bytes


@dataclass(frozen=True)
class CheckResult:
    """A check's verdict with what a learner needs to act on it.

    `reason` is a short stable word for one way of being wrong (`truncated-digest`), for tests and
    scripts; `observed` says the same in a sentence. `command` can be pasted into the node's shell.
    `waits_for`: why the verdict is not known yet, where checking again some seconds later may find it.
    `remember`: values that the journal keeps for the check's next run, when it passed.
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
    """The last known points, and when they were found (ISO 8601, UTC)."""

    earned: int
    possible: int
    at: str


@dataclass(frozen=True)
class StepResult:
    """A step's checks, what it earned, and for a `once` step when it passed (ISO 8601, UTC).

    `last`: the last known points; only of a step whose points cannot be found now.
    `probed`: as in Step. `hints_taken`: how many of its hints. `solution_taken`: its solution was shown or typed; both
    also before a reset of the exercise. `passed_at`: when it first earned everything (ISO 8601, UTC).
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
    hints_taken: int = 0
    solution_taken: bool = False
    passed_at: str = ""


@dataclass(frozen=True)
class ExerciseResult:
    """An exercise's steps; `note` says why nothing was checked, such as `lab start X`.

    `started_at`: ISO 8601, UTC; empty when it was not started.
    """

    id: str
    title: str
    steps: tuple[StepResult, ...]
    verdict: Verdict
    note: str = ""
    started_at: str = ""

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
        """The points with the last known ones of some steps; None where those of all steps are known now."""
        return last_score(self.steps)


@dataclass(frozen=True)
class Report:
    """The report of `lab verify`. `note` says what keeps some of it from counting, `reason` that in a stable word.

    `at`: when its verdicts were found, `begun_at`: when the learner began on the cluster (ISO 8601, UTC). `no_help`:
    steps whose solution was taken earn nothing in it. `evidence` reads the journal when it is called.
    """

    cluster: ClusterInfo
    exercises: tuple[ExerciseResult, ...]
    verdict: Verdict
    note: str = ""
    reason: str = ""
    at: str = ""
    learner: Learner = Learner()
    evidence: Callable[[], Evidence] | None = None
    begun_at: str = ""
    no_help: bool = False

    @property
    def earned(self) -> int:
        """The points earned in all exercises of the report."""
        return sum(exercise.earned for exercise in self.exercises)

    @property
    def possible(self) -> int:
        """The points that all exercises of the report can earn."""
        return sum(exercise.possible for exercise in self.exercises)


def last_score(steps: Iterable[StepResult]) -> Score | None:
    """The points of steps together, as of the oldest that is not known now; None where all are known."""
    found = [(step, step.last) for step in steps]
    times = [last.at for _, last in found if last]
    if not times:
        return None
    earned = sum(last.earned if last else step.earned for step, last in found)
    return Score(earned, sum(step.possible for step, _ in found), min(times))


def worst(verdicts: "list[Verdict] | tuple[Verdict, ...]") -> Verdict:
    """The verdict of several together: error before fail before skip before pass; of nothing, skip."""
    for verdict in (Verdict.ERROR, Verdict.FAIL, Verdict.SKIP):
        if verdict in verdicts:
            return verdict
    return Verdict.PASS if verdicts else Verdict.SKIP
