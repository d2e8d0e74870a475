"""A course for the walk in lines of text: no cluster, two small exercises, and it keeps what it was asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from scripted_course import CLUSTER, SEEN_AT, ScriptedCourse, exercise, exercise_result, report, step_result

from lab.catalog.load import Catalog
from lab.model import (
    CheckResult,
    CheckSpec,
    ClusterInfo,
    Exercise,
    ExerciseResult,
    Holds,
    LabStatus,
    Reference,
    Report,
    Step,
    StepResult,
    Verdict,
)

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
    return exercise(id, number, title, f"## Task\n\nThe brief of {id}.", steps)


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
class WalkCourse(ScriptedCourse):
    """`looks` are called one a verify, before it looks: what happens on the cluster meanwhile."""

    _catalog: Catalog = field(default_factory=catalog, init=False)
    cluster: str = "running"
    seen_once: set[str] = field(default_factory=set)
    looks: list[Callable[[], object]] = field(default_factory=list)

    def up(self, from_source: bool = False) -> ClusterInfo:
        self._called("up")
        with self.status.phase("Creating the control plane"):
            self.cluster = "running"
        return CLUSTER

    def look(self) -> LabStatus:
        return self._glance(self.cluster)

    def verify(self, selectors: Sequence[str] = (), wait: float = 0.0) -> Report:
        self._called(f"verify {' '.join(selectors)}")
        if self.looks:
            self.looks.pop(0)()
        return report([self._result(each) for each in self.catalog.exercises if each.id in selectors])

    def _result(self, exercise: Exercise) -> ExerciseResult:
        note = ""
        if exercise.id not in self.started:
            note = f"not started; start it with: lab start {exercise.id}"
        elif exercise.id in self.aside:
            note = f"set aside for another exercise; take it up again with: lab start {exercise.id}"
        return exercise_result(exercise, [self._step_result(step, bool(note)) for step in exercise.steps], note)

    def _step_result(self, step: Step, skip: bool) -> StepResult:
        checks = [self._check_result(spec, skip) for spec in step.checks]
        return step_result(step, checks, SEEN_AT if step.id in self.seen_once else "")

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
