"""What the courses without a cluster share: they say what they are told to say, and keep what they were asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.catalog.load import Catalog
from lab.errors import LabError
from lab.model import (
    FORMAT_VERSION,
    CheckResult,
    ClusterInfo,
    Difficulty,
    Exercise,
    ExerciseProgress,
    ExerciseResult,
    Hint,
    LabStatus,
    Place,
    Report,
    Rescue,
    Score,
    Step,
    StepResult,
    Told,
    Verdict,
    worst,
)
from lab.phases import Silent, Status
from lab.request_path.station import Group, RequestPath, State, Station
from lab.why.diagnosis import Diagnosis
from lab.why.diagnosis import State as Health
from lab.why.fault import Finding
from lab.why.records import Line

if TYPE_CHECKING:  # mypy holds them to the real ones' signatures; at run time nothing of those can be reached
    from lab.course import Course
    from lab.course.rescue import Rescuer
    from lab.k8s.watch.cluster import Watching
else:
    Course = Rescuer = Watching = object

CLUSTER = ClusterInfo("cks-lab", "v1.36.4", "kindest/node:v1.36.4", "kind")
NOT_YAML = Diagnosis(
    Health.FAULTY,
    "One fault was found.",
    (
        Finding(
            "manifest-not-yaml",
            "The manifest is not YAML, in line 7.",
            (Line("/etc/kubernetes/manifests/kube-apiserver.yaml:7", "\t- --v=1"),),
            "vi +7 kube-apiserver.yaml",
        ),
    ),
)
SEEN_AT = "2026-01-02T10:11:12+00:00"


def exercise(id: str, number: int, title: str, brief: str, steps: Sequence[Step]) -> Exercise:
    domain = "Supply Chain Security"
    return Exercise(
        id, number, title, "A summary.", brief, 15, Difficulty.EASY, domain, tuple(steps), Path(), FORMAT_VERSION
    )


def lab_status(**said: Any) -> LabStatus:
    """A lab that is well, but for what is said."""
    well = LabStatus("cks-lab", "Docker 29.1", True, "running", "node", "ready", CLUSTER.kubernetes_version, ())
    return replace(well, **said)


def step_result(step: Step, checks: Sequence[CheckResult], seen_at: str = "") -> StepResult:
    """What a step earns: all or nothing. One that was seen passes, whatever its checks say."""
    verdict = Verdict.PASS if seen_at else worst([check.verdict for check in checks])
    earned = step.points if verdict is Verdict.PASS else 0
    return StepResult(step.id, step.title, step.holds, tuple(checks), verdict, earned, step.points, seen_at)


def exercise_result(exercise: Exercise, steps: Sequence[StepResult], note: str = "") -> ExerciseResult:
    return ExerciseResult(exercise.id, exercise.title, tuple(steps), worst([step.verdict for step in steps]), note)


def report(results: Sequence[ExerciseResult]) -> Report:
    return Report(CLUSTER, tuple(results), worst([result.verdict for result in results]))


class ScriptedWatching(Watching):
    """A watch that tells what the test says."""

    def __init__(self, told: Callable[[Told], None]) -> None:
        self.told = told
        self.stopped = False

    def stop(self) -> None:
        self.stopped = True


class ScriptedRescuer(Rescuer):
    """A rescue that finds what the test says."""

    def __init__(self, course: "ScriptedCourse") -> None:
        self._course = course

    def look(self) -> Rescue:
        self._course._called("look to rescue")
        return self._course.rescues

    def keep(self) -> None:
        pass

    def put_back(self) -> Rescue:
        self._course._called("rescue")
        self._course.api_server = "ready"
        return replace(self._course.rescues, kept_in="/var/lib/cks-lab/saved/rescue/1", seconds=14)


@dataclass
class ScriptedCourse(Course):
    """`failures` maps a method's name to what it raises, one a call; `passing` holds ids of checks.

    `taken` counts the hints by step, `solved` has the steps whose solution was taken.
    """

    _catalog: Catalog = field(init=False)
    name: str = "cks-lab"
    api_server: str = "ready"
    status: Status = field(default_factory=Silent)
    passing: set[str] = field(default_factory=set)
    started: set[str] = field(default_factory=set)
    aside: set[str] = field(default_factory=set)
    taken: dict[str, int] = field(default_factory=dict)
    solved: list[str] = field(default_factory=list)
    failures: dict[str, list[BaseException]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    watches: list[ScriptedWatching] = field(default_factory=list)
    where: Place | None = None
    restart: str = ""
    webhook: bool = False
    diagnosis: Diagnosis = NOT_YAML
    rescues: Rescue = field(default_factory=lambda: Rescue(False, True))
    shell: Sequence[str] = ("docker", "exec", "-it", "cks-lab-control-plane", "bash", "-l")
    programs: tuple[str, ...] = ()

    @property
    def catalog(self) -> Catalog:
        self._fail("catalog")
        return self._catalog

    @property
    def rescue(self) -> ScriptedRescuer:
        return ScriptedRescuer(self)

    def watch(self, told: Callable[[Told], None]) -> ScriptedWatching:
        self.watches.append(ScriptedWatching(told))
        return self.watches[-1]

    def place(self) -> Place | None:
        return self.where

    def remember(self, place: Place) -> None:
        self.where = place

    def start(self, exercise_id: str) -> None:
        self._called(f"start {exercise_id}")
        self._works("start")
        self.started.add(exercise_id)
        self.aside.discard(exercise_id)

    def hint(self, exercise_id: str, step_id: str) -> Hint:
        self._called(f"hint {exercise_id}/{step_id}")
        number = self.taken[step_id] = self.taken.get(step_id, 0) + 1
        hints = self._step(exercise_id, step_id).hints
        return Hint(step_id, number, len(hints), hints[number - 1])

    def hints_taken(self, exercise_id: str, step_id: str) -> tuple[str, ...]:
        return self._step(exercise_id, step_id).hints[: self.taken.get(step_id, 0)]

    def solution(self, exercise_id: str, step_id: str) -> str:
        self._called(f"solution {exercise_id}/{step_id}")
        self.solved.append(step_id)
        return self._step(exercise_id, step_id).solution

    def solutions_taken(self, exercise_id: str) -> tuple[str, ...]:
        return tuple(step.id for step in self.catalog.find(exercise_id).steps if step.id in self.solved)

    def solve(self, selector: str) -> Report:
        self._called(f"solve {selector}")
        exercise_id, _, step_id = selector.partition("/")
        self._works("solve")
        self.passing |= {check.id for check in self._step(exercise_id, step_id).checks}
        self.solved.append(step_id)
        return report(())

    def reset(self, exercise_id: str, keep: Path | None = None) -> None:
        self._called(f"reset {exercise_id}")
        self._works("reset")
        self.passing.clear()

    def why(self) -> Diagnosis:
        self._called("why")
        return self.diagnosis

    def path(self, subject: str = "", namespace: str = "default") -> RequestPath:
        self._called(f"path {subject}")
        station = Station("etcd", "etcd", Group.STORAGE, State.ON, words="It is reached.")
        return RequestPath("image", subject, namespace, "admitted", "", "", "It would be let in.", (station,))

    def webhook_up(self) -> None:
        self._called("webhook up")
        self.webhook = True

    def webhook_down(self) -> None:
        self._called("webhook down")
        self.webhook = False

    def webhook_log(self) -> str:
        self._called("webhook log")
        if not self.webhook:
            raise LabError("The webhook does not run.", "Start it with: lab webhook up")
        return '{"event":"decision","images":["nginx"],"allowed":false}'

    def shell_argv(self, command: Sequence[str] = (), tty: bool = True) -> list[str]:
        self._called("shell")
        return list(self.shell)

    def shell_programs(self, shell: Sequence[str]) -> tuple[str, ...]:
        self._called("programs")
        return self.programs if list(shell) == list(self.shell) else ()

    # -- for the courses that are made of this

    def _result(self, exercise: Exercise) -> ExerciseResult:
        """What a look at an exercise finds."""
        raise NotImplementedError

    def _works(self, method: str) -> None:
        """What goes on between a call and its effect."""

    def _glance(self, cluster: str) -> LabStatus:
        """The lab at a glance, with its cluster in that state."""
        rows = [self._result(each) for each in self.catalog.exercises]
        progress = tuple(
            ExerciseProgress(
                r.id,
                r.title,
                r.id in self.started,
                r.earned,
                r.possible,
                r.id in self.aside,
                steps={step.id: Score(step.earned, step.possible, SEEN_AT) for step in r.steps},
            )
            for r in rows
        )
        said = {"api_server": self.api_server, "restart": self.restart}
        return lab_status(name=self.name, cluster=cluster, progress=progress, **said)

    def _called(self, what: str) -> None:
        self.calls.append(what)
        self._fail(what.split()[0])

    def _fail(self, what: str) -> None:
        if waiting := self.failures.get(what):
            raise waiting.pop(0)

    def _step(self, exercise_id: str, step_id: str) -> Step:
        step = self.catalog.find(exercise_id).step(step_id)
        assert step, f"no step {step_id}"
        return step
