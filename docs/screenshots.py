"""Pictures of the main screens, as SVG: `make screenshots` writes docs/screens/*.svg.

The screens are the program's own, with the exercises that it has; the cluster behind them is recorded, and the
clock stands still. So the same code gives the same pictures, on any machine and without Docker.
"""

import asyncio
import os
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "tests" / "support")]

from path_scene import GATEKEEPER, Scene, asked, gatekeeper  # noqa: E402
from scripted_course import CLUSTER, ScriptedCourse, exercise_result, report, step_result  # noqa: E402
from textual.pilot import Pilot  # noqa: E402
from textual.widgets import Input  # noqa: E402

from lab import paths  # noqa: E402
from lab.catalog.load import Catalog  # noqa: E402
from lab.exercises import load  # noqa: E402
from lab.model import (  # noqa: E402
    CheckResult,
    CheckSpec,
    Exercise,
    ExerciseResult,
    Finding,
    LabStatus,
    Place,
    Report,
    Verdict,
)
from lab.request_path.station import RequestPath  # noqa: E402
from lab.tui import clock, log_tail  # noqa: E402
from lab.tui.app import LabApp  # noqa: E402
from lab.tui.widgets.terminal import TerminalPane  # noqa: E402

PROMPT = "root@cks-lab-control-plane:~# "
SESSION = f"""\
{PROMPT}crictl inspect $(crictl ps -q --name kube-apiserver) \\
> | jq -r .status.imageRef
registry.k8s.io/kube-apiserver@sha256:5f1c2ea19bb5ef2b5d2e0ab1a4a63b0d9d1e6d7f0c86c2
f4de0b8a7a1c3e9d47
{PROMPT}crictl inspect $(crictl ps -q --name kube-apiserver) \\
> | jq -r .status.imageRef > image-digest/digest
{PROMPT}cp /etc/kubernetes/manifests/kube-apiserver.yaml image-digest/
{PROMPT}cd /etc/kubernetes/manifests
root@cks-lab-control-plane:/etc/kubernetes/manifests# grep image: kube-apiserver.yaml
    \x1b[1;31mimage:\x1b[0m registry.k8s.io/kube-apiserver:v1.36.4
root@cks-lab-control-plane:/etc/kubernetes/manifests# vim kube-apiserver.yaml
root@cks-lab-control-plane:/etc/kubernetes/manifests# """
LOG = """\
k8s.io/kubernetes/pkg/apis/core/validation
k8s.io/kubernetes/pkg/registry/core/pod
go.etcd.io/etcd/server/v3/storage/mvcc
k8s.io/apiserver/pkg/admission/plugin/policy/validating
k8s.io/kubernetes/pkg/kubelet/cm
github.com/open-policy-agent/opa/v1/topdown
github.com/coredns/coredns/plugin/kubernetes
k8s.io/kubernetes/pkg/kubelet
k8s.io/kubernetes/cmd/kube-apiserver/app
k8s.io/kubernetes/cmd/kubelet
""".splitlines()
FINDINGS = (
    Finding("engine", False, "No Docker engine answers: connection refused", "Start it with: lab doctor --fix"),
    Finding("memory", True, "15.6 GiB"),
    Finding("disk", True, "84 GiB free under /"),
    Finding("cgroups", True, "version 2", required=False),
    Finding("inotify", False, "100 instances", "For more clusters: sysctl fs.inotify.max_user_instances=512", False),
    Finding("image registry", True, "answers: the node image can be pulled", required=False),
)
OBSERVED = {
    "manifest": (
        "image: registry.k8s.io/kube-apiserver@sha256:... with the digest of the running image",
        "kube-apiserver.yaml says image: registry.k8s.io/kube-apiserver:v1.36.4, which names no digest",
        "grep image: /etc/kubernetes/manifests/*",
    ),
}
"""What checks that do not pass say: expected, observed, and a command to look with."""


def _exercises() -> Catalog:
    return load()


@dataclass
class Recorded(ScriptedCourse):
    """A course whose cluster is a recording: one exercise is started, its first step done."""

    _catalog: Catalog = field(default_factory=_exercises, init=False)
    exists_: bool = True
    passing: set[str] = field(default_factory=lambda: {"answer"})
    started: set[str] = field(default_factory=lambda: {"image-digest"})
    taken: dict[str, int] = field(default_factory=lambda: {"pin": 1})
    where: Place | None = field(default_factory=lambda: Place("image-digest", "pin"))
    ask: Callable[[str], bool] = lambda question: False
    middle: threading.Event = field(default_factory=threading.Event)
    gate: threading.Event = field(default_factory=threading.Event)
    shell: Sequence[str] = ("cat",)

    def exists(self) -> bool:
        return self.exists_

    def up(self) -> object:
        self.status.ahead(655)
        self.status.note("Building the node image from source. Full logs: ~/.local/state/cks-lab/logs/build-*.log")
        with self.status.phase("Compiling Kubernetes, etcd, CoreDNS, crictl, kind and Gatekeeper", 500):
            with self.status.phase("Making the node's file system from Debian's packages", 75):
                self.middle.wait()
            with self.status.phase("Making the webhook's file system from Debian's packages", 12):
                self.gate.wait()
        return CLUSTER

    def look(self) -> LabStatus:
        return self._glance("running" if self.exists_ else "absent")

    def doctor(self) -> Sequence[Finding]:
        return FINDINGS

    def remember(self, place: Place) -> None:
        """Nothing is kept."""

    def verify(self, selectors: Sequence[str] = ()) -> Report:
        return report([self._result(exercise) for exercise, _ in self.catalog.select(selectors)])

    def path(self, subject: str = "", namespace: str = "default") -> RequestPath:
        """Gatekeeper refuses whatever is tried."""
        before, after = (asked("validation.gatekeeper.sh", 3, no) for no in (0, 1))
        refused = GATEKEEPER.answer("refused")
        return Scene(objects=gatekeeper(), dry_run=refused, before=before, after=after).path(subject, namespace)

    def shell_argv(self, command: Sequence[str] = (), tty: bool = True) -> list[str]:
        return list(self.shell)

    def _result(self, exercise: Exercise) -> ExerciseResult:
        steps = [step_result(step, [self._check(spec) for spec in step.checks]) for step in exercise.steps]
        return exercise_result(exercise, steps)

    def _check(self, spec: CheckSpec) -> CheckResult:
        verdict = Verdict.PASS if spec.guard or spec.id in self.passing else Verdict.FAIL
        expected, observed, command = OBSERVED.get(spec.id, ("", "", ""))
        return CheckResult(spec.id, spec.title, verdict, expected, observed, command, spec.points, spec.guard)


async def _see(pilot: Pilot[None], *texts: str) -> None:
    """Wait until the screen shows all of these, and is at rest."""
    deadline, before = time.monotonic() + 60, ""
    while True:
        await pilot.pause(0.3)
        now = "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
        if now == before and all(text in now for text in texts):
            return
        before = now
        if time.monotonic() > deadline:
            raise SystemExit(f"{texts} never came; the screen says:\n{now}")


def _set_clock(seconds: float) -> None:
    clock.now = lambda: 1000 + seconds
    clock.wall = lambda: datetime(2026, 11, 28, 14, 2, 31, tzinfo=UTC)


async def picture(
    name: str, size: tuple[int, int], course: Recorded, act: Callable[[Pilot[None]], Awaitable[None]]
) -> None:
    """Run the app on a recorded course, do something, and write what is shown then."""
    _set_clock(0)
    app = LabApp(course)
    async with app.run_test(size=size, notifications=False) as pilot:
        await act(pilot)
        drawn = app.export_screenshot(title="cks-lab").replace("<svg ", '<svg xml:space="preserve" ', 1)
        (HERE / "screens" / f"{name}.svg").write_text(drawn, encoding="utf-8")  # librsvg strips blanks without it
        course.gate.set()


async def home(pilot: Pilot[None]) -> None:
    await _see(pilot, "Go on with", "✓ ready")


async def making(pilot: Pilot[None]) -> None:
    await _see(pilot, "Making the node's file system", "cmd/kubelet")
    course = pilot.app.session.course
    assert isinstance(course, Recorded)
    _set_clock(71)
    course.middle.set()
    await _see(pilot, "Making the webhook's file system", "1 m 11 s of about 10 m 55 s")
    _set_clock(80)
    await _see(pilot, "1 m 20 s of about 10 m 55 s", "9 s of about 12 s")


async def doctor(pilot: Pilot[None]) -> None:
    await _see(pilot, "Go on with")
    await pilot.press("d")
    await _see(pilot, "image registry")


async def palette(pilot: Pilot[None]) -> None:
    await _see(pilot, "Go on with")
    await pilot.press("ctrl+p")
    await _see(pilot, "Search for commands")
    pilot.app.screen.query_one(Input).cursor_blink = False
    await pilot.press(*"step")
    await _see(pilot, "Open step 1")


async def work(pilot: Pilot[None]) -> None:
    await _see(pilot, "Go on with")
    await pilot.press("enter")
    await _see(pilot, "which names no", "# vim kube-apiserver.yaml")
    pilot.app.screen.query_one(TerminalPane).focus()
    await _see(pilot, "which names no")


async def small(pilot: Pilot[None]) -> None:
    await _see(pilot, "Go on with")
    await pilot.press("enter")
    await _see(pilot, "Step 2 of 3", "✗ fails")


async def hint(pilot: Pilot[None]) -> None:
    await _see(pilot, "Go on with")
    await pilot.press("enter")
    await _see(pilot, "which names no", "# vim kube-apiserver.yaml")
    await pilot.press("h")
    await _see(pilot, "Hint 1 of")


async def keys(pilot: Pilot[None]) -> None:
    await _see(pilot, "Go on with")
    await pilot.press("question_mark")
    await _see(pilot, "Keys and help")


async def path(pilot: Pilot[None]) -> None:
    await _see(pilot, "Go on with")
    await pilot.press("a")
    await _see(pilot, "seen at 14:02:31")
    await pilot.press("slash", *"quay.io/acme/reports:1.4", "enter")
    await _see(pilot, "The pod was refused by", "Here the request ends")


async def main() -> None:
    """Take all pictures."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(LAB_STATE_HOME=folder, XDG_CONFIG_HOME=folder, TZ="UTC")
        os.environ.pop("NO_COLOR", None)
        paths.settings_file = lambda: Path("~/.config/cks-lab/tui.yaml")
        log_tail.newest = lambda *_: Path("~/.local/state/cks-lab/logs/build-go.log")
        log_tail.tail = lambda *_: LOG
        session = Path(folder) / "session"
        session.write_text(SESSION.replace("\n", "\r\n"), newline="")
        shell = ("sh", "-c", f"stty -echo; cat {session}; exec sleep 600")
        await picture("home", (120, 36), Recorded(), home)
        await picture("work", (160, 45), Recorded(shell=shell), work)
        await picture("work-small", (80, 24), Recorded(shell=shell), small)
        await picture("hint", (160, 45), Recorded(shell=shell), hint)
        await picture("making", (120, 36), Recorded(exists_=False), making)
        await picture("doctor", (120, 30), Recorded(), doctor)
        await picture("palette", (120, 36), Recorded(), palette)
        await picture("path", (120, 36), Recorded(), path)
        await picture("keys", (120, 36), Recorded(), keys)


if __name__ == "__main__":
    asyncio.run(main())
