"""A course without a cluster: it says what it is told to say, and keeps what it was asked.

Nothing of it takes time. What shall take long waits at a gate that the test opens: `gate = course.hold("start")`,
later `gate.set()`.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab.errors import LabError
from lab.model import (
    CheckResult,
    CheckSpec,
    ClusterInfo,
    Difficulty,
    Exercise,
    ExerciseResult,
    Finding,
    Holds,
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

API_CHECKS = {"ready", "template"}
"""Checks that need the API server; the others look at the node alone."""

CLUSTER = ClusterInfo("cks-lab", "v1.36.4", "kindest/node:v1.36.4", "kind")


@dataclass(frozen=True)
class FakeHint:
    number: int
    total: int
    text: str


@dataclass(frozen=True)
class FakeProgress:
    id: str
    started: bool
    earned: int
    possible: int


@dataclass(frozen=True)
class FakeLook:
    engine: str = "Docker 29.1"
    engine_ok: bool = True
    cluster: str = "running"
    api_server: str = "ready"
    kubernetes_version: str = "v1.36.4"
    progress: tuple[FakeProgress, ...] = ()


@dataclass(frozen=True)
class FakeCatalog:
    overview: str
    exercises: tuple[Exercise, ...]


def _check(id: str, title: str, points: int = 0) -> CheckSpec:
    return CheckSpec(id, title, "fake", points=points, guard=not points)


def _step(id: str, title: str, checks: Sequence[CheckSpec], holds: Holds = Holds.NOW) -> Step:
    look = "```bash\ncrictl images --digests\n```\n\n```\nIMAGE  TAG  DIGEST\n```\n\n"
    look += "```sh\nfor n in 1 2; do\n  echo $n\ndone\n```\n\n"
    text = f"## {title}\n\nLook with `crictl ps` on the node, then write what you found.\n\n{look}" + "\n".join(
        f"{n}. Do the thing of number {n}, as the page says." for n in range(1, 9)
    )
    hints = ("Look at what *runs*.", "Try `crictl inspect`.", "```bash\ncrictl images --digests\n```")
    links = (Reference("Images", "https://kubernetes.io/docs/concepts/containers/images/"),)
    return Step(id, title, text, holds, tuple(checks), hints, links, f"echo {id} > /root/{id}\n", f"Why {id} works.")


def digest_exercise() -> Exercise:
    steps = (
        _step("find", "Find the digest that the kube-apiserver runs", [
            _check("answer", "The answer file holds the digest of the running kube-apiserver", 3),
        ]),
        _step("pin", "Pin the static pod to that digest", [
            _check("manifest", "The manifest names the kube-apiserver's image by its own digest", 3),
            _check("one-manifest", "The manifest directory holds one manifest for the kube-apiserver"),
        ]),
        _step("run", "See the kube-apiserver run from the digest", [
            _check("container", "The running container was started from the digest", 4),
            _check("ready", "The API server is ready"),
        ], Holds.ONCE),
    )  # fmt: skip
    return _exercise("image-digest", 10, "Pin the kube-apiserver to its image digest", steps)


def whitelist_exercise() -> Exercise:
    steps = (_step("template", "Write the template", [_check("template", "The template is there", 5)]),)
    return _exercise("opa-whitelist", 20, "Let only trusted registries in", steps)


def _exercise(id: str, number: int, title: str, steps: tuple[Step, ...]) -> Exercise:
    brief = f"# {title}\n\nThe brief of {id}."
    return Exercise(
        id,
        number,
        title,
        "A summary.",
        brief,
        15,
        Difficulty.EASY,
        "Supply Chain Security",
        {},
        (),
        (),
        (),
        (),
        steps,
        Path(),
    )


class FakeWatching:
    """A watch that tells what the test says."""

    def __init__(self, told: Callable[[Told], None]) -> None:
        self.told = told
        self.stopped = False

    def stop(self) -> None:
        self.stopped = True


@dataclass
class FakeCourse:
    """`failures` maps a method's name to errors that it raises, one a call; `passing` holds check ids.

    `late` holds ids of checks that cannot tell yet, `phases` what `up` does: title, estimate, and a gate or None.
    """

    made: bool = True
    name: str = "cks-lab"
    cluster: str = ""
    api_server: str = "ready"
    phases: Sequence[tuple[str, float, threading.Event | None]] = (
        ("Making the node image", 3, None),
        ("Creating the control plane", 0, None),
    )
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    passing: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)
    started: set[str] = field(default_factory=set)
    aside: set[str] = field(default_factory=set)
    webhook: bool = False
    calls: list[str] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)
    solved: list[str] = field(default_factory=list)
    where: Place | None = None
    findings: tuple[Finding, ...] = (Finding("engine", True, "Docker 29.1"),)
    gate: threading.Event | None = None
    ask: Callable[[str], bool] = lambda question: False
    status: Status = field(default_factory=Silent)
    watches: list[FakeWatching] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        overview = "# Supply chain\n\nThree exercises on a real control plane."
        self._catalog = FakeCatalog(overview, (digest_exercise(), whitelist_exercise()))
        self._gates: dict[str, threading.Event] = {}

    # -- what a test does

    def hold(self, method: str) -> threading.Event:
        """From now on, calls of a method wait until the test sets what this returns."""
        self._gates[method] = threading.Event()
        return self._gates[method]

    def tell(self, what: str, detail: str = "") -> None:
        """Tell all who watch, in this thread."""
        for watching in self.watches:
            if not watching.stopped:
                watching.told(Told(what, detail))  # type: ignore[arg-type]

    def change(self, *check_ids: str) -> None:
        """The learner does what makes these checks pass, and no others; and the change is told."""
        self.passing = set(check_ids)
        self.tell("files")

    def looks(self, selector: str = "image-digest") -> int:
        """How often that was looked at."""
        return self.calls.count(f"verify {selector}")

    # -- what the TUI asks

    @property
    def catalog(self) -> FakeCatalog:
        self._fail("catalog")
        return self._catalog

    def exists(self) -> bool:
        self._called("exists")
        return self.made

    def up(self) -> ClusterInfo:
        self._called("up")
        self.status.note("Full log: /state/logs/up.log")
        for title, estimate, gate in self.phases:
            with self.status.phase(title, estimate):
                _wait(gate)
                self._fail("phase")
        _wait(self.gate)
        self.made, self.cluster, self.api_server = True, "", "ready"
        return CLUSTER

    def look(self) -> FakeLook:
        rows = tuple(
            FakeProgress(e.id, e.id in self.started, self._result(e).earned, self._result(e).possible)
            for e in self.catalog.exercises
        )
        cluster = self.cluster or ("running" if self.made else "absent")
        return FakeLook(cluster=cluster, api_server=self.api_server, progress=rows)

    def watch(self, told: Callable[[Told], None]) -> FakeWatching:
        self._called("watch")
        self.watches.append(FakeWatching(told))
        return self.watches[-1]

    def doctor(self) -> tuple[Finding, ...]:
        self._called("doctor")
        return self.findings

    def fix(self) -> None:
        self._called("fix")

    def place(self) -> Place | None:
        return self.where

    def remember(self, place: Place) -> None:
        self.where = place

    def start(self, exercise_id: str) -> None:
        self._called(f"start {exercise_id}")
        self.status.note("Other exercises are set aside.")
        self._phase("start", "Putting the starting state in place")
        self.started.add(exercise_id)
        self.aside.discard(exercise_id)

    def verify(self, selectors: Sequence[str] = ()) -> Report:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self._called(f"verify {' '.join(selectors)}")
            _wait(self._gates.get("verify"))
            results = tuple(result for e in self.catalog.exercises if (result := self._selected(e, selectors)))
            return Report(CLUSTER, results, worst([result.verdict for result in results]))
        finally:
            self.at_once -= 1

    def hint(self, exercise_id: str, step_id: str) -> FakeHint:
        self._called(f"hint {exercise_id}/{step_id}")
        self.taken[step_id] = self.taken.get(step_id, 0) + 1
        hints = self._step(exercise_id, step_id).hints
        return FakeHint(self.taken[step_id], len(hints), hints[self.taken[step_id] - 1])

    def hints_taken(self, exercise_id: str, step_id: str) -> tuple[str, ...]:
        return self._step(exercise_id, step_id).hints[: self.taken.get(step_id, 0)]

    def solution(self, exercise_id: str, step_id: str) -> str:
        self._called(f"solution {exercise_id}/{step_id}")
        self.solved.append(step_id)
        return self._step(exercise_id, step_id).solution

    def solutions_taken(self, exercise_id: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.solved))

    def solve(self, selector: str) -> Report:
        self._called(f"solve {selector}")
        exercise_id, _, step_id = selector.partition("/")
        self._phase("solve", "Typing the solution")
        self.passing |= {check.id for check in self._step(exercise_id, step_id).checks}
        self.solved.append(step_id)
        return Report(CLUSTER, (), Verdict.PASS)

    def reset(self, exercise_id: str) -> None:
        self._called(f"reset {exercise_id}")
        self._phase("reset", "Putting the manifests back")
        self.passing.clear()

    def reset_all(self) -> None:
        self._called("reset all")
        self._phase("reset", "Putting the golden state back")
        self.passing.clear()
        self.started.clear()

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
        return ["docker", "exec", "-it", "cks-lab-control-plane", "bash", "-l"]

    # -- inside

    def _phase(self, method: str, title: str) -> None:
        with self.status.phase(title):
            _wait(self._gates.get(method))

    def _called(self, what: str) -> None:
        self.calls.append(what)
        self._fail(what.split()[0])

    def _fail(self, what: str) -> None:
        if self.failures.get(what):
            raise self.failures[what].pop(0)

    def _step(self, exercise_id: str, step_id: str) -> Step:
        exercise = next(e for e in self.catalog.exercises if e.id == exercise_id)
        step = exercise.step(step_id)
        if step is None:
            raise LabError(f"no step {step_id}")
        return step

    def _selected(self, exercise: Exercise, selectors: Sequence[str]) -> ExerciseResult | None:
        if not selectors or exercise.id in selectors:
            return self._result(exercise)
        steps = tuple(step for step in exercise.steps if f"{exercise.id}/{step.id}" in selectors)
        return self._result(exercise, steps) if steps else None

    def _result(self, exercise: Exercise, steps: Sequence[Step] | None = None) -> ExerciseResult:
        results = tuple(self._step_result(step) for step in (exercise.steps if steps is None else steps))
        note = f"set aside; take it up again with: lab start {exercise.id}" if exercise.id in self.aside else ""
        return ExerciseResult(exercise.id, exercise.title, results, worst([step.verdict for step in results]), note)

    def _step_result(self, step: Step) -> StepResult:
        checks = tuple(self._check_result(spec) for spec in step.checks)
        verdict = worst([check.verdict for check in checks])
        earned = step.points if verdict is Verdict.PASS else 0
        seen = "2026-01-02T10:11:12+00:00" if earned and step.holds is Holds.ONCE else ""
        return StepResult(step.id, step.title, step.holds, checks, verdict, earned, step.points, seen)

    def _check_result(self, spec: CheckSpec) -> CheckResult:
        verdict = Verdict.PASS if spec.id in self.passing or spec.guard else Verdict.FAIL
        expected = f"what {spec.id} asks for: registry.k8s.io/kube-apiserver@sha256:" + "0123456789abcdef" * 4
        command = f"grep image: /etc/kubernetes/manifests/kube-apiserver.yaml # {spec.id}"
        observed, reason = f"nothing of {spec.id}", ""
        if spec.id in API_CHECKS and self.api_server != "ready":
            verdict, expected, observed, command = Verdict.ERROR, "", f"could not tell: {self.api_server}", ""
        elif spec.id in self.late:
            verdict, expected, command, reason = Verdict.ERROR, "", "", "not-yet"
            observed = "could not tell yet: the audit has not come round"
        return CheckResult(spec.id, spec.title, verdict, expected, observed, command, spec.points, spec.guard, reason)


def _wait(gate: threading.Event | None) -> None:
    """Wait at a gate; not for ever, should a test fail before it opens it."""
    if gate:
        gate.wait(60)
