"""The words of the lab as values: exercises as they are written, and what checking them yields.

Nothing here reads a file or a cluster. `catalog` makes `Exercise` from data, `checks` makes
`CheckResult`, `course` makes `Report`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

FORMAT_VERSION = 1
"""Of exercise data and the JSON report: raised when a reader of the old form would err."""


class Verdict(StrEnum):
    """What a check found. `ERROR` is "could not tell": never shown as a fail, never earning."""

    PASS = "pass"
    FAIL = "fail"
    SKIP = "skip"
    ERROR = "error"


class Holds(StrEnum):
    """When a step has to be true: at the time of checking, or once, seen by any observation."""

    NOW = "now"
    ONCE = "once"


class Difficulty(StrEnum):
    """How much an exercise asks, for a learner who knows kubectl."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


@dataclass(frozen=True)
class ActionSpec:
    """One entry of `start`, `reset`, `aside` or `resume`: the verb's name and its parameters."""

    do: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckSpec:
    """One check of a step. A guard (true on an untouched cluster) has no points of its own."""

    id: str
    title: str
    check: str
    params: Mapping[str, Any] = field(default_factory=dict)
    points: int = 0
    guard: bool = False


@dataclass(frozen=True)
class Reference:
    """Where the documentation says more, and what it says there that matters in the step (Markdown)."""

    title: str
    url: str
    says: str = ""

    @property
    def item(self) -> str:
        """It as an item of a list, in Markdown."""
        return f"- {self.title}: {self.says} {self.url}" if self.says else f"- {self.title}: {self.url}"


@dataclass(frozen=True)
class Step:
    """One step: its text (Markdown, variables filled in), checks, hints (Markdown) and solution script.

    `after`: a script that tidies up once the step was seen to pass; for steps that hold `once`.
    `prepare`: what `lab solve` does first, for what a learner types on their own machine.
    `probed`: the lab's own dry run decides the step, which may pass before the learner has tried.
    """

    id: str
    title: str
    text: str
    holds: Holds
    checks: tuple[CheckSpec, ...]
    hints: tuple[str, ...]
    references: tuple[Reference, ...]
    solution: str
    why: str
    after: str = ""
    prepare: tuple[ActionSpec, ...] = ()
    probed: bool = False

    @property
    def points(self) -> int:
        """What the step can earn."""
        return sum(check.points for check in self.checks)


@dataclass(frozen=True)
class Exercise:
    """One exercise as its data says it, with variables filled into texts, checks and solutions."""

    id: str
    number: int
    title: str
    summary: str
    brief: str
    minutes: int
    difficulty: Difficulty
    domain: str
    variables: Mapping[str, str]
    start: tuple[ActionSpec, ...]
    reset: tuple[ActionSpec, ...]
    aside: tuple[ActionSpec, ...]
    resume: tuple[ActionSpec, ...]
    steps: tuple[Step, ...]
    folder: Path

    @property
    def points(self) -> int:
        """What the exercise can earn."""
        return sum(step.points for step in self.steps)

    def step(self, step_id: str) -> Step | None:
        """The step of that id, or None."""
        return next((step for step in self.steps if step.id == step_id), None)


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
class ClusterInfo:
    """Which cluster a report speaks of."""

    name: str
    kubernetes_version: str
    node_image: str
    provider: str


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


@dataclass(frozen=True)
class Finding:
    """One line of `lab doctor`: a requirement, whether it is met, what was seen and what to do."""

    name: str
    ok: bool
    seen: str
    advice: str = ""
    required: bool = True


@dataclass(frozen=True)
class Hint:
    """One hint of a step: which of how many, and what it says (Markdown)."""

    step: str
    number: int
    total: int
    text: str


@dataclass(frozen=True)
class Place:
    """Where the learner is: an exercise and a step of it; no step is the exercise's task."""

    exercise_id: str
    step_id: str = ""


@dataclass(frozen=True)
class Told:
    """A word that something changed. `detail` of `api`: `ready`, or why not; of `node`: running, stopped or absent."""

    what: Literal["node", "files", "containers", "objects", "api", "host"]
    detail: str = ""


@dataclass(frozen=True)
class ExerciseProgress:
    """How far an exercise is, as of the last verify; `aside`: its effects are set aside for another one.

    `scored_at`: when the oldest part of the points was told (ISO 8601, UTC); empty before the first verify.
    """

    id: str
    title: str
    started: bool
    earned: int
    possible: int
    aside: bool = False
    scored_at: str = ""


@dataclass(frozen=True)
class LabStatus:
    """The lab at a glance. `api_server` is `ready`, `not ready: WHY`, or empty when nothing could be asked."""

    name: str
    engine: str
    engine_ok: bool
    cluster: str
    node: str
    api_server: str
    kubernetes_version: str
    progress: tuple[ExerciseProgress, ...]


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
