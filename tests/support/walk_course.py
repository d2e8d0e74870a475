"""A course for the walk in lines of text: no cluster, two small exercises, and it keeps what it was asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab.catalog import Catalog
from lab.model import (
    CheckResult,
    CheckSpec,
    ClusterInfo,
    Difficulty,
    Exercise,
    ExerciseProgress,
    ExerciseResult,
    Hint,
    Holds,
    LabStatus,
    Place,
    Reference,
    Report,
    Step,
    StepResult,
    Told,
    Verdict,
    worst,
)
from lab.status import Silent, Status

CLUSTER = ClusterInfo("cks-lab", "v1.36.4", "kindest/node:v1.36.4", "kind")
FIND = """\
Look which image the **running** kube-apiserver has. Its manifest names a tag, and a tag can be moved. In 2021
`k -n kube-system get pod -oyaml | grep image:` showed it; see [the document](https://example.org/2021).

```
crictl images --digests
  crictl ps -a      # two blanks stay
```

1. Write the digest into `/root/digest`, on one line.
2. Nothing else is in the file:
   - no tag
   - no name
"""
PIN = """\
## One edit

Change the manifest's line *image*.
"""
SCRIPT = """\
set -euo pipefail
cat >/root/digest <<'EOF'
sha256:0123
EOF
"""


def _step(id: str, title: str, text: str, checks: Sequence[CheckSpec], holds: Holds = Holds.NOW) -> Step:
    hints = (f"Look at what *runs* for {id}.", f"```\ncrictl inspect {id}\n```")
    links = (Reference("Images", "https://kubernetes.io/docs/concepts/containers/images/#image-names"),)
    return Step(id, title, text, holds, tuple(checks), hints, links, SCRIPT, f"Why the solution of `{id}` works.")


def _exercise(id: str, number: int, title: str, steps: Sequence[Step]) -> Exercise:
    brief, domain = f"## Task\n\nThe brief of {id}.", "Supply Chain Security"
    return Exercise(
        id, number, title, "Short.", brief, 15, Difficulty.EASY, domain, {}, (), (), (), (), tuple(steps), Path()
    )


def catalog() -> Catalog:
    answer = CheckSpec("answer", "The answer file holds the digest of the running kube-apiserver", "fake", points=3)
    manifest = CheckSpec("manifest", "The manifest names the digest", "fake", points=1)
    guard = CheckSpec("ready", "The API server is ready", "fake", guard=True)
    refused = CheckSpec("refused", "A pod is refused", "fake", points=5)
    digest = [_step("find", "Find the digest", FIND, [answer]), _step("pin", "Pin it", PIN, [manifest, guard])]
    trust = [_step("refuse", "See it refused", "Run a pod.", [refused], Holds.ONCE)]
    exercises = (
        _exercise("image-digest", 10, "Pin the kube-apiserver to its image digest", digest),
        _exercise("opa-whitelist", 20, "Let only trusted registries in", trust),
    )
    return Catalog("# Supply chain\n\nThree controls.", exercises)


@dataclass
class Watching:
    stopped: bool = False

    def stop(self) -> None:
        self.stopped = True


@dataclass
class WalkCourse:
    """`failures` maps a method's name to what it raises, one a call; `passing` holds ids of checks.

    `looks` are called one a verify, before it looks: what happens on the cluster meanwhile.
    """

    name: str = "cks-lab"
    cluster: str = "running"
    api_server: str = "ready"
    catalog: Catalog = field(default_factory=catalog)
    status: Status = field(default_factory=Silent)
    passing: set[str] = field(default_factory=set)
    seen_once: set[str] = field(default_factory=set)
    started: set[str] = field(default_factory=set)
    aside: set[str] = field(default_factory=set)
    hints: dict[str, int] = field(default_factory=dict)
    solutions: dict[str, list[str]] = field(default_factory=dict)
    failures: dict[str, list[BaseException]] = field(default_factory=dict)
    looks: list[Callable[[], object]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    watches: list[Watching] = field(default_factory=list)
    where: Place | None = None

    def up(self) -> ClusterInfo:
        self._called("up")
        with self.status.phase("Creating the control plane"):
            self.cluster = "running"
        return CLUSTER

    def look(self) -> LabStatus:
        rows = [self._result(each) for each in self.catalog.exercises]
        progress = tuple(ExerciseProgress(r.id, r.title, r.id in self.started, r.earned, r.possible) for r in rows)
        return LabStatus(self.name, "Docker 29", True, self.cluster, "node", self.api_server, "v1.36.4", progress)

    def watch(self, told: Callable[[Told], None]) -> Watching:
        self.watches.append(Watching())
        return self.watches[-1]

    def place(self) -> Place | None:
        return self.where

    def remember(self, place: Place) -> None:
        self.where = place

    def start(self, exercise_id: str) -> None:
        self._called(f"start {exercise_id}")
        self.started.add(exercise_id)
        self.aside.discard(exercise_id)

    def verify(self, selectors: Sequence[str] = ()) -> Report:
        self._called(f"verify {' '.join(selectors)}")
        if self.looks:
            self.looks.pop(0)()
        results = tuple(self._result(each) for each in self.catalog.exercises if each.id in selectors)
        return Report(CLUSTER, results, worst([result.verdict for result in results]))

    def hint(self, exercise_id: str, step_id: str) -> Hint:
        self._called(f"hint {exercise_id}/{step_id}")
        number = self.hints[step_id] = self.hints.get(step_id, 0) + 1
        return Hint(step_id, number, 2, self._step(exercise_id, step_id).hints[number - 1])

    def hints_taken(self, exercise_id: str, step_id: str) -> tuple[str, ...]:
        return self._step(exercise_id, step_id).hints[: self.hints.get(step_id, 0)]

    def solution(self, exercise_id: str, step_id: str) -> str:
        self._called(f"solution {exercise_id}/{step_id}")
        self.solutions.setdefault(exercise_id, []).append(step_id)
        return self._step(exercise_id, step_id).solution

    def solutions_taken(self, exercise_id: str) -> tuple[str, ...]:
        return tuple(sorted({*self.solutions.get(exercise_id, [])}))

    def solve(self, selector: str) -> Report:
        self._called(f"solve {selector}")
        exercise_id, _, step_id = selector.partition("/")
        self.solutions.setdefault(exercise_id, []).append(step_id)
        self.passing |= {check.id for check in self._step(exercise_id, step_id).checks}
        return Report(CLUSTER, (), Verdict.PASS)

    def reset(self, exercise_id: str) -> None:
        self._called(f"reset {exercise_id}")
        self.passing.clear()

    def shell_argv(self) -> list[str]:
        self._called("shell")
        return ["docker", "exec", "-it", "node", "bash"]

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if waiting := self.failures.get(what.split()[0]):
            raise waiting.pop(0)

    def _step(self, exercise_id: str, step_id: str) -> Step:
        step = self.catalog.find(exercise_id).step(step_id)
        assert step
        return step

    def _result(self, exercise: Exercise) -> ExerciseResult:
        note = ""
        if exercise.id not in self.started:
            note = f"not started; start it with: lab start {exercise.id}"
        elif exercise.id in self.aside:
            note = f"set aside for another exercise; take it up again with: lab start {exercise.id}"
        steps = tuple(self._step_result(step, bool(note)) for step in exercise.steps)
        return ExerciseResult(exercise.id, exercise.title, steps, worst([step.verdict for step in steps]), note)

    def _step_result(self, step: Step, skip: bool) -> StepResult:
        checks = tuple(self._check_result(spec, skip) for spec in step.checks)
        verdict = Verdict.PASS if step.id in self.seen_once else worst([check.verdict for check in checks])
        seen_at = "2026-01-02T10:11:12+00:00" if step.id in self.seen_once else ""
        earned = step.points if verdict is Verdict.PASS else 0
        return StepResult(step.id, step.title, step.holds, checks, verdict, earned, step.points, seen_at)

    def _check_result(self, spec: CheckSpec, skip: bool) -> CheckResult:
        verdict = Verdict.PASS if spec.id in self.passing or spec.guard else Verdict.FAIL
        if spec.id in ("ready", "refused") and self.api_server != "ready":
            verdict = Verdict.ERROR
        verdict = Verdict.SKIP if skip else verdict
        observed = {Verdict.FAIL: f"there is no {spec.id}", Verdict.ERROR: "could not tell: connection refused"}
        command = f"grep {spec.id} /etc/kubernetes/manifests/kube-apiserver.yaml | tr -d ' ' | sort | uniq -c | tail"
        return CheckResult(
            spec.id, spec.title, verdict, f"what {spec.id} asks for: registry.k8s.io/kube-apiserver@sha256:0123456789",
            observed.get(verdict, "as expected"), command, spec.points, spec.guard, f"no-{spec.id}",
        )  # fmt: skip
