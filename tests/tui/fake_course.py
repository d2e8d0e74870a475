"""A course without a cluster: it says what it is told to say, and keeps what it was asked.

Nothing of it takes time. What shall take long waits at a gate that the test opens: `gate = course.hold("start")`,
later `gate.set()`.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from path_scene import Scene
from scripted_course import (
    CLUSTER,
    SEEN_AT,
    ScriptedCourse,
    ScriptedWatching,
    exercise,
    exercise_result,
    report,
    step_result,
)

from lab.catalog.load import Catalog
from lab.model import (
    CheckResult,
    CheckSpec,
    ClusterInfo,
    Exercise,
    ExerciseResult,
    Finding,
    Holds,
    LabStatus,
    Reference,
    Report,
    Score,
    Step,
    StepResult,
    Told,
    Verdict,
)
from lab.request_path.station import RequestPath

API_CHECKS = {"ready", "template"}
"""Checks that need the API server; the others look at the node alone."""

_WORKS = {
    "start": "Putting the starting state in place",
    "solve": "Typing the solution",
    "reset": "Putting the manifests back",
}


def _check(id: str, title: str, points: int = 0) -> CheckSpec:
    return CheckSpec(id, title, "fake", points=points, guard=not points)


def _step(id: str, title: str, checks: Sequence[CheckSpec], holds: Holds = Holds.NOW) -> Step:
    look = "```bash\ncrictl images --digests\n```\n\n```\nIMAGE  TAG  DIGEST\n```\n\n"
    look += "```sh\nfor n in 1 2; do\n  echo $n\ndone\n```\n\n"
    text = f"## {title}\n\nLook with `crictl ps` on the node, then write what you found.\n\n{look}" + "\n".join(
        f"{n}. Do the thing of number {n}, as the page says." for n in range(1, 9)
    )
    if id == "run":
        text += "\n\n```yaml\n    image: of@sha256:1\n    tty: true\n```"
    hints = ("Look at what *runs*.", "Try `crictl inspect`.", "```bash\ncrictl images --digests\n```")
    images = "https://kubernetes.io/docs/concepts/containers/images/"
    links = Reference("Images", images, "A `digest` cannot be moved."), Reference("All", "https://kubernetes.io/docs/")
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


def _exercise(id: str, number: int, title: str, steps: Sequence[Step]) -> Exercise:
    return exercise(id, number, title, f"# {title}\n\nThe brief of {id}.", steps)


def catalog() -> Catalog:
    overview = "# Supply chain\n\nThree exercises on a real control plane."
    return Catalog(overview, (digest_exercise(), whitelist_exercise()))


@dataclass
class FakeCourse(ScriptedCourse):
    """`late` holds ids of checks that cannot tell yet, `last` what steps had earned.

    `phases` is what `up` does: title, estimate, and a gate or None. `ways`: the way of a request, by its subject; the
    others find an untouched cluster.
    """

    _catalog: Catalog = field(default_factory=catalog, init=False)
    made: bool = True
    cluster: str = ""
    phases: Sequence[tuple[str, float, threading.Event | None]] = (
        ("Making the node image", 3, None),
        ("Creating the control plane", 0, None),
    )
    late: set[str] = field(default_factory=set)
    last: dict[str, Score] = field(default_factory=dict)
    findings: tuple[Finding, ...] = (Finding("engine", True, "Docker 29.1"),)
    ways: dict[str, RequestPath] = field(default_factory=dict)
    gate: threading.Event | None = None
    at_once: int = 0
    paths_at_once: int = 0
    most_paths: int = 0
    most_at_once: int = 0
    _gates: dict[str, threading.Event] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.ask: Callable[[str], bool] = lambda question: False

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

    def exists(self) -> bool:
        self._called("exists")
        return self.made

    def up(self, from_source: bool = False) -> ClusterInfo:
        self._called("up")
        self.status.note("Full log: /state/logs/up.log")
        for title, estimate, gate in self.phases:
            with self.status.phase(title, estimate):
                _wait(gate)
                self._fail("phase")
        _wait(self.gate)
        self.made, self.cluster, self.api_server = True, "", "ready"
        return CLUSTER

    def look(self) -> LabStatus:
        return self._glance(self.cluster or ("running" if self.made else "absent"))

    def watch(self, told: Callable[[Told], None]) -> ScriptedWatching:
        self._called("watch")
        return super().watch(told)

    def doctor(self) -> tuple[Finding, ...]:
        self._called("doctor")
        return self.findings

    def fix(self) -> None:
        self._called("fix")

    def verify(self, selectors: Sequence[str] = (), wait: float = 0.0) -> Report:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self._called(f"verify {' '.join(selectors)}")
            _wait(self._gates.get("verify"))
            return report([found for each in self.catalog.exercises if (found := self._selected(each, selectors))])
        finally:
            self.at_once -= 1

    def path(self, subject: str = "", namespace: str = "default") -> RequestPath:
        self._called(f"path {subject} -n {namespace}")
        self.paths_at_once += 1
        self.most_paths = max(self.most_paths, self.paths_at_once)
        _wait(self._gates.get("path"))
        self.paths_at_once -= 1
        return self.ways.get(subject) or Scene().path(subject, namespace)

    def reset_all(self, keep: Path | None = None) -> None:
        self._called("reset all")
        self._phase("reset", "Putting the golden state back")
        self.passing.clear()
        self.started.clear()

    # -- inside

    def _works(self, method: str) -> None:
        if method == "start":
            self.status.note("Other exercises are set aside.")
        self._phase(method, _WORKS[method])

    def _phase(self, method: str, title: str) -> None:
        with self.status.phase(title):
            _wait(self._gates.get(method))

    def _selected(self, exercise: Exercise, selectors: Sequence[str]) -> ExerciseResult | None:
        if not selectors or exercise.id in selectors:
            return self._result(exercise)
        steps = [step for step in exercise.steps if f"{exercise.id}/{step.id}" in selectors]
        return self._result(exercise, steps) if steps else None

    def _result(self, exercise: Exercise, steps: Sequence[Step] | None = None) -> ExerciseResult:
        note = f"set aside; take it up again with: lab start {exercise.id}" if exercise.id in self.aside else ""
        chosen = exercise.steps if steps is None else steps
        return exercise_result(exercise, [self._step_result(step) for step in chosen], note)

    def _step_result(self, step: Step) -> StepResult:
        checks = [self._check_result(spec) for spec in step.checks]
        passes = all(check.verdict is Verdict.PASS for check in checks)
        result = step_result(step, checks, SEEN_AT if passes and step.holds is Holds.ONCE else "")
        return replace(result, last=self.last.get(step.id)) if result.verdict is Verdict.ERROR else result

    def _check_result(self, spec: CheckSpec) -> CheckResult:
        verdict = Verdict.PASS if spec.id in self.passing or spec.guard else Verdict.FAIL
        expected = f"what {spec.id} asks for: registry.k8s.io/kube-apiserver@sha256:" + "0123456789abcdef" * 4
        command = f"grep image: /etc/kubernetes/manifests/kube-apiserver.yaml # {spec.id}"
        observed, reason, waits_for = f"nothing of {spec.id}", "", ""
        if spec.id in API_CHECKS and self.api_server != "ready":
            verdict, expected, observed, command = Verdict.ERROR, "", f"could not tell: {self.api_server}", ""
        elif spec.id in self.late:
            verdict, expected, command, reason = Verdict.ERROR, "", "", "not-yet"
            waits_for = "the audit has not come round"
            observed = f"could not tell yet: {waits_for}"
        return CheckResult(
            spec.id, spec.title, verdict, expected, observed, command, spec.points, spec.guard, reason, waits_for
        )


def _wait(gate: threading.Event | None) -> None:
    """Wait at a gate; not for ever, should a test fail before it opens it."""
    if gate:
        gate.wait(60)
