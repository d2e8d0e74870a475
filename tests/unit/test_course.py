"""The use cases on a cluster whose node is this machine's bash and whose API server is a fake."""

import io
import shutil
import subprocess
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from stand_in import StandIn

from lab import actions, course, paths
from lab.checks.asks import ApiAsk, NodeAsk, NotYet
from lab.checks.base import REGISTRY, Check, Judgement
from lab.course import verifying
from lab.engine import docker
from lab.engine.docker import Engine
from lab.errors import (
    ClusterError,
    CommandError,
    DataError,
    EngineError,
    LabError,
    NoClusterError,
    NotStartedError,
    UsageError,
)
from lab.grading import session
from lab.images import beside_node, kind_tool, official, pins
from lab.journal.journal import Journal
from lab.k8s import lifecycle, owner
from lab.k8s.api import Response, Unreachable
from lab.k8s.kept import keep_manifest
from lab.k8s.node import Node
from lab.k8s.record import Image, Record
from lab.lock import Holder, Lock
from lab.model import Finding, Verdict
from lab.phases import Recording
from lab.report import as_json, evidence
from lab.shell import Completed

ENGINE = Engine("28.2", 2, "x86_64", 4 * 1024**3, 2, "/")
SHEET = """\
format_version: 1
title: Write files
summary: Write two files.
minutes: 5
difficulty: easy
domain: Testing
variables: {{folder: {folder}}}
start:
  - {{do: write, path: "{{{{folder}}}}/begun"}}
reset:
  - {{do: wipe, path: "{{{{folder}}}}"}}
steps:
  - id: find
    title: Write one
    holds: now
    checks:
      - {{id: one, title: One is there, check: file, with: {{path: "{{{{folder}}}}/one"}}, points: 3}}
  - id: pin
    title: Write two, once
    holds: once
    checks:
      - {{id: two, title: Two is there, check: file, with: {{path: "{{{{folder}}}}/two"}}, points: 4}}
      - {{id: alive, title: The API answers, check: alive, guard: true}}
"""


ASIDE = """\
aside:
  - {do: manifest-aside, folder: /root/x}
resume:
  - {do: manifest-resume, folder: /root/x}
"""


@dataclass(frozen=True)
class Params:
    path: str


@dataclass(frozen=True)
class None_:
    """No parameters."""


class FileCheck(Check[Params]):
    takes = Params

    def asks(self, params, facts, seen):
        return (NodeAsk(f"test -e '{params.path}'"),)

    def judge(self, params, facts, seen):
        there = seen[NodeAsk(f"test -e '{params.path}'")].code == 0
        return Judgement(Verdict.PASS if there else Verdict.FAIL, "", "there" if there else "not there", "ls")


class AliveCheck(Check[None_]):
    takes = None_

    def asks(self, params, facts, seen):
        return (ApiAsk("/readyz"),)

    def judge(self, params, facts, seen):
        ready = seen[ApiAsk("/readyz")].code == 200
        return Judgement(Verdict.PASS if ready else Verdict.FAIL, "", "ready", "")


class Write(actions.base.Action[Params]):
    takes = Params

    def run(self, params, setting):
        setting.cluster.node.run(f"echo >>{params.path}")


class Wipe(actions.base.Action[Params]):
    takes = Params

    def run(self, params, setting):
        setting.cluster.node.run(f"rm -f {params.path}/*")


class LocalNode(Node):
    def __init__(self, place) -> None:
        super().__init__("cks-lab-control-plane")
        self.place, self.now = place, "running"
        self.scripts: list[str] = []

    def state(self):
        return self.now

    def type(self, script, *, timeout=60):
        return self.run(script, timeout=timeout)

    def run(self, script, *, input=None, timeout=60, check=True):
        if self.now != "running":
            raise ClusterError("The node cannot be entered: it is stopped", "lab up")
        self.scripts.append(script)
        here = script.replace("/run/", f"{self.place}/")
        done = subprocess.run(["bash", "-c", here], input=input, capture_output=True, timeout=20, check=False)
        if check and done.returncode:
            raise CommandError(["bash"], done.returncode, (done.stdout + done.stderr).decode())
        return Completed((), done.returncode, done.stdout, done.stderr)


class Api(StandIn):
    def __init__(self) -> None:
        self.answer: Response | Exception = Response(200, "ok")

    def request(self, path, method="GET", body="", timeout=10, content_type=""):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def readiness(self):
        return "" if self.answer == Response(200, "ok") else "no answer"


class World:
    """The course, its node and API, and the exercise's folder on the node."""

    def __init__(self, root, tree) -> None:
        self.folder = root / "root"
        self.folder.mkdir()
        tree.write("exercises/010-pin/exercise.yaml", SHEET.format(folder=self.folder))
        for step, name in (("find", "one"), ("pin", "two")):
            tree.write(f"solutions/010-pin/{step}.sh", f"set -e\ntouch {{{{folder}}}}/{name}\n")
        self.tree = tree
        self.status = Recording()
        self.course = course.Course("cks-lab", self.status)
        self.cluster = self.course._context.cluster
        stands_in: Any = LocalNode(root)
        self.cluster.node = self.cluster.helper = self.node = stands_in
        self.cluster.api = self.api = Api()
        self.cleared: list[tuple[str, Path | None]] = []
        self.made("uid-1")

    def made(self, uid: str) -> None:
        """A whole cluster of that identity is there."""
        images = (Image("a/kube-apiserver:v1", "m", "c"),)
        Record("cks-lab", True, uid, "v1.36.4", "kindest/node", images=images).save(self.cluster.files.record)

    def journal(self) -> dict:
        return asdict(Journal.load(self.cluster.files.progress, "uid-1", lambda _: None)._entry("pin"))

    def earned(self) -> int:
        """The points that `lab status` shows."""
        [progress] = self.course.look().progress
        return progress.earned

    def verdicts(self, *selectors: str) -> dict[str, tuple[str, int]]:
        report = self.course.verify(selectors)
        return {step.id: (step.verdict.value, step.earned) for each in report.exercises for step in each.steps}


@pytest.fixture
def world(tmp_path, monkeypatch, tree) -> World:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(paths, "data", lambda folder: getattr(tree, folder))
    monkeypatch.setattr(docker, "find", lambda: ENGINE)
    for registry, name, kind in (
        (REGISTRY, "file", FileCheck),
        (REGISTRY, "alive", AliveCheck),
        (actions.REGISTRY, "write", Write),
        (actions.REGISTRY, "wipe", Wipe),
    ):
        monkeypatch.setitem(registry, name, kind())
    world = World(tmp_path, tree)
    clear = lambda helper, owner, status, keep: world.cleared.append((owner, keep))  # noqa: E731
    monkeypatch.setattr("lab.k8s.saved.clear", clear)
    return world


def test_what_is_not_started_is_skipped_and_not_looked_at(world) -> None:
    (world.folder / "one").touch()
    report = world.course.verify()
    assert report.verdict is Verdict.SKIP
    assert (report.earned, report.possible) == (0, 7)
    assert "lab start pin" in report.exercises[0].note
    assert world.node.scripts == []
    with pytest.raises(NotStartedError, match="pin"):
        world.course.solve("pin")
    assert not (world.folder / "two").exists()


def test_starting_twice_acts_once(world) -> None:
    world.course.start("pin")
    at = world.journal()["started_at"]
    world.course.start("pin")
    assert (world.folder / "begun").read_text() == "\n"
    assert world.journal()["started_at"] == at
    assert "lab reset pin" in world.status.lines[-1]


def golden_state(world, content: bytes | None) -> None:
    """The cluster's golden archive has this manifest; without one it is damaged."""
    buffer = io.BytesIO(b"damaged")
    if content is not None:
        with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
            entry = tarfile.TarInfo("etc/kubernetes/manifests/kube-apiserver.yaml")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    paths.write_private(world.cluster.files.golden, buffer.getvalue())


def test_checks_know_the_manifests_of_before(world, monkeypatch) -> None:
    """Those of the golden state, and the one from before an exercise that is in effect and changes them."""

    def facts():
        record = world.course._context.record()
        return verifying.facts(world.course._context, record, world.course._context.journal(record))

    assert facts().manifests == {}
    golden_state(world, None)
    assert facts().manifests == {}
    golden_state(world, b"golden")
    assert (facts().manifests, facts().kept_manifest) == ({"kube-apiserver.yaml": b"golden"}, None)
    world.tree.write("exercises/010-pin/exercise.yaml", SHEET.format(folder=world.folder) + ASIDE)
    world.course = course.Course("cks-lab", world.status)
    world.course._context.cluster = world.cluster
    assert facts().kept_manifest is None  # it is not started
    world.course.start("pin")
    assert facts().kept_manifest == b"golden"
    before = b"spec: {containers: [{image: kept}]}"
    keep_manifest(world.cluster.files, "pin", before)
    assert facts().kept_manifest == before
    world.cluster.files.kept_manifest("pin").write_bytes(b"damaged")
    assert facts().kept_manifest is None
    record = world.course._context.record()
    world.course._context.journal(record).set_aside("pin", {})
    assert facts().kept_manifest is None


def test_a_start_that_fails_is_no_start(world, monkeypatch) -> None:
    def fail(*arguments: object) -> None:
        raise ClusterError("the disk is full")

    monkeypatch.setattr(Write, "run", fail)
    with pytest.raises(ClusterError):
        world.course.start("pin")
    assert world.course.verify().verdict is Verdict.SKIP


def test_points_are_for_what_is_so_now(world) -> None:
    world.course.start("pin")
    assert world.verdicts() == {"find": ("fail", 0), "pin": ("fail", 0)}
    (world.folder / "one").touch()
    assert world.verdicts()["find"] == ("pass", 3)
    assert world.earned() == 3
    (world.folder / "one").unlink()
    assert world.verdicts()["find"] == ("fail", 0)
    assert world.earned() == 0


def test_steps_that_are_verified_one_by_one_count_as_the_whole_does(world) -> None:
    world.course.start("pin")
    for file in ("one", "two"):
        (world.folder / file).touch()
    world.course.verify(["pin/find"])
    assert world.earned() == 3
    world.course.verify(["pin/pin"])
    assert world.earned() == 7
    world.course.verify()
    assert world.earned() == 7


def test_points_stay_while_the_api_server_is_away(world) -> None:
    world.course.start("pin")
    (world.folder / "one").touch()
    world.course.verify()
    assert world.course.verify().exercises[0].last is None
    world.api.answer = Unreachable("refused")
    (world.folder / "one").unlink()
    [result] = world.course.verify().exercises
    assert (result.verdict, result.earned) == (Verdict.ERROR, 0)
    assert result.last
    assert (result.last.earned, result.last.possible) == (0, 7)  # what can be told is told
    (world.folder / "one").touch()
    [result] = world.course.verify().exercises
    assert result.last
    assert (result.last.earned, world.earned()) == (3, 3)
    assert result.last.at.endswith("Z")


def test_a_once_step_is_journalled_and_held(world) -> None:
    world.course.start("pin")
    (world.folder / "two").touch()
    report = world.course.verify(["pin/pin"])
    [step] = report.exercises[0].steps
    assert (step.verdict, step.earned) == (Verdict.PASS, 4)
    assert step.seen_at.endswith("Z")
    assert world.journal()["earned"]["pin"]["evidence"] == "there; ready"
    assert world.earned() == 4
    (world.folder / "two").unlink()
    [again] = world.course.verify(["pin/pin"]).exercises[0].steps
    assert (again.verdict, again.earned, again.seen_at) == (Verdict.PASS, 4, step.seen_at)
    assert again.checks[0].verdict is Verdict.FAIL  # what is seen now is still told
    world.api.answer = Unreachable("refused")
    assert world.verdicts()["pin"] == ("pass", 4)


def test_what_a_check_that_passed_remembers_is_given_to_it_again(world, monkeypatch) -> None:
    given = []

    def judge(self, params, facts, seen):
        given.append(dict(facts.remembered))
        there = seen[NodeAsk(f"test -e '{params.path}'")].code == 0
        return Judgement(Verdict.PASS if there else Verdict.FAIL, "", "", "", remember={"uid": str(len(given))})

    monkeypatch.setattr(FileCheck, "judge", judge)
    world.course.start("pin")
    world.course.verify(["pin/find"])
    (world.folder / "one").touch()
    world.course.verify(["pin/find"])
    (world.folder / "one").unlink()
    world.course.verify(["pin/find"])
    world.course.verify(["pin/pin"])
    assert given == [{}, {}, {"uid": "2"}, {}]
    assert list(world.journal()["memory"].values()) == [{"uid": "2"}]


def test_a_once_step_is_not_earned_by_an_error_or_without_its_guard(world) -> None:
    world.course.start("pin")
    (world.folder / "two").touch()
    for answer, verdict in ((Unreachable("refused"), "error"), (Response(500, ""), "fail")):
        world.api.answer = answer
        assert world.verdicts()["pin"] == (verdict, 0)
        assert world.journal()["earned"] == {}


def test_an_api_server_that_is_away_is_no_fail(world) -> None:
    world.course.start("pin")
    (world.folder / "one").touch()
    world.api.answer = Unreachable("The API server does not answer: refused")
    assert world.verdicts() == {"find": ("pass", 3), "pin": ("error", 0)}
    assert world.course.verify().verdict is Verdict.ERROR


def test_a_node_that_is_away_is_no_fail(world) -> None:
    world.course.start("pin")
    world.node.now = "exited"
    assert world.verdicts() == {"find": ("error", 0), "pin": ("error", 0)}


def test_solving_types_each_step_and_notes_it(world) -> None:
    world.course.start("pin")
    report = world.course.solve("pin")
    assert (report.verdict, report.earned) == (Verdict.PASS, 7)
    assert world.journal()["solved"] == ("find", "pin")
    assert world.journal()["earned"].keys() == {"pin"}
    assert "Solving pin/find: Write one" in world.status.lines


def test_one_step_alone_can_be_solved(world) -> None:
    world.course.start("pin")
    assert world.course.solve("pin/find").earned == 3
    assert world.journal()["solved"] == ("find",)
    assert not (world.folder / "two").exists()


def test_a_solution_that_does_not_work_says_why(world) -> None:
    world.tree.write("solutions/010-pin/find.sh", "echo the reason >&2; exit 4\n")
    world.course.start("pin")
    with pytest.raises(ClusterError, match="the reason") as raised:
        world.course.solve("pin")
    assert "lab reset pin" in raised.value.hint
    assert world.journal()["solved"] == ()


def test_a_reset_begins_again(world) -> None:
    world.course.start("pin")
    world.course.solve("pin")
    world.course.hint("pin", "find")
    world.course.reset("pin", world.folder.parent / "kept")
    assert world.cleared == [("pin", world.folder.parent / "kept")]
    assert [path.name for path in world.folder.iterdir()] == ["begun"]
    assert (world.journal()["earned"], world.journal()["solved"], world.journal()["hints"]) == ({}, (), {})
    assert world.verdicts() == {"find": ("fail", 0), "pin": ("fail", 0)}


def test_a_reset_of_what_was_not_started_leaves_nothing(world) -> None:
    (world.folder / "one").touch()
    world.course.reset("pin")
    assert list(world.folder.iterdir()) == []
    assert world.course.verify().verdict is Verdict.SKIP


def test_a_reset_of_the_cluster_forgets_all(world, monkeypatch) -> None:
    put_back: list[str] = []
    monkeypatch.setattr(lifecycle, "put_back", lambda cluster, record, status: put_back.append(record.uid))
    world.course.start("pin")
    with pytest.raises(ClusterError, match=r"golden\.tar\.gz is gone"):
        world.course.reset_all()
    assert world.course.verify().verdict is Verdict.FAIL  # nothing was changed
    golden_state(world, b"golden")
    world.course.reset_all()
    assert put_back == ["uid-1"]
    assert world.course.verify().verdict is Verdict.SKIP


def test_a_reset_of_the_cluster_that_was_interrupted_is_done_again(world, monkeypatch) -> None:
    put_back: list[str] = []

    def interrupted(cluster, record, status):
        raise KeyboardInterrupt

    monkeypatch.setattr(lifecycle, "put_back", interrupted)
    golden_state(world, b"golden")
    world.course.start("pin")
    with pytest.raises(KeyboardInterrupt):
        world.course.reset_all()
    for act in (world.course.verify, lambda: world.course.start("pin"), lambda: world.course.reset("pin")):
        with pytest.raises(ClusterError, match="reset of the whole cluster was interrupted") as raised:
            act()
        assert "lab reset --all" in raised.value.hint
    monkeypatch.setattr(lifecycle, "put_back", lambda cluster, record, status: put_back.append(record.uid))
    world.course.reset_all()
    assert put_back == ["uid-1"]
    assert world.course.verify().verdict is Verdict.SKIP


def test_a_node_that_cannot_be_put_back_is_made_anew(world, monkeypatch, tmp_path) -> None:
    copied = world.cluster.files.before_reset / "root" / "mine"

    def broken(cluster, record, status):
        paths.write_private(copied, b"mine")
        raise ClusterError("It is read-only.\nMore.", "lab down")

    def made(cluster, tool, image, stock, version, status):
        shutil.rmtree(cluster.files.folder)
        world.made("uid-2")
        return cluster.record()

    monkeypatch.setattr(lifecycle, "put_back", broken)
    monkeypatch.setattr(lifecycle, "make", made)
    monkeypatch.setattr(pins, "load", lambda: None)
    monkeypatch.setattr(kind_tool, "ensure", lambda workshop: "kind")
    monkeypatch.setattr(beside_node, "ensure", lambda workshop, origin: None)
    golden_state(world, b"golden")
    world.course.start("pin")
    world.course.reset_all(tmp_path / "kept")
    assert (
        "The node cannot be put back, so the cluster is made anew from its image: It is read-only."
        in world.status.lines
    )
    assert copied.read_bytes() == (tmp_path / "kept" / "root" / "mine").read_bytes() == b"mine"
    assert not world.cluster.files.half_reset.exists()
    assert world.course.verify().verdict is Verdict.SKIP


def test_where_files_cannot_be_kept_nothing_is_reset(world, tmp_path) -> None:
    world.course.start("pin")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written"):
        world.course.reset("pin", tmp_path / "file" / "kept")
    assert (world.folder / "begun").exists()


def test_a_journal_that_was_edited_earns_nothing_and_verify_says_so(world) -> None:
    world.course.start("pin")
    (world.folder / "two").touch()
    world.course.verify()
    (world.folder / "two").unlink()
    assert world.verdicts()["pin"] == ("pass", 4)
    file = world.cluster.files.progress
    file.write_text(file.read_text().replace('"there; ready"', '"there, ready"'))
    for _ in range(2):
        report = world.course.verify()
        assert (report.earned, report.verdict, report.reason) == (0, Verdict.FAIL, "broken-journal")
        assert f"{file} was changed" in report.note
    assert world.status.lines.count(report.note) == 1  # said once, and in every report
    (world.folder / "two").touch()
    assert world.verdicts()["pin"] == ("pass", 4)  # it is seen anew
    (world.folder / "two").unlink()
    assert world.verdicts()["pin"] == ("pass", 4)


def test_a_cluster_made_anew_begins_without_progress(world) -> None:
    world.course.start("pin")
    world.made("uid-2")
    assert world.course.verify().verdict is Verdict.SKIP
    assert "of a cluster that is gone" in world.status.lines[-1]


def test_hints_come_one_by_one_and_the_last_stays(world) -> None:
    texts = [world.course.hint("pin", "find").text for _ in range(3)]
    assert texts[0] != texts[1] == texts[2]
    assert world.course.hint("pin", "find").number == 2
    assert world.course.hints_taken("pin", "find") == tuple(texts[:2])
    assert world.course.hints_taken("pin", "pin") == ()


def test_a_report_tells_the_help_that_was_taken_and_checks(world) -> None:
    """Also of an exercise that is not started, or was reset since."""
    world.course.hint("pin", "find")
    world.course.solution("pin", "find")
    begun = world.course.verify().begun_at
    for act in (
        lambda: world.course.start("pin"),
        lambda: world.course.solve("pin"),
        lambda: world.course.reset("pin"),
    ):
        report = world.course.verify()
        first = report.exercises[0].steps[0]
        assert (first.hints_taken, first.solution_taken) == (1, True)
        assert evidence.problems(as_json.as_object(report)) == []
        assert report.begun_at == begun != ""
        act()
    report = world.course.verify()
    assert [step.solution_taken for step in report.exercises[0].steps] == [True, True]
    assert [step.passed_at for step in report.exercises[0].steps] == ["", ""]


def test_a_solution_that_is_shown_is_noted(world) -> None:
    assert world.course.solutions_taken("pin") == ()
    assert world.course.solution("pin", "find") == world.course.catalog.find("pin").steps[0].solution
    assert world.course.solutions_taken("pin") == ("find",)
    with pytest.raises(UsageError):
        world.course.solution("pin", "fnid")


def test_the_current_step_is_the_first_that_does_not_pass(world) -> None:
    world.course.start("pin")
    assert world.course.current_step("pin") == "find"
    world.course.solve("pin/find")
    assert world.course.current_step("pin") == "pin"
    world.course.solve("pin")
    assert world.course.current_step("pin") == "pin"
    (world.folder / "one").unlink()
    assert world.course.current_step("pin") == "find"


def test_names_that_name_nothing(world) -> None:
    for act in (
        lambda: world.course.start("pni"),
        lambda: world.course.reset("pni"),
        lambda: world.course.verify(["pni"]),
        lambda: world.course.solve("pni"),
        lambda: world.course.hint("pni", "find"),
        lambda: world.course.hint("pin", "fnid"),
    ):
        with pytest.raises(UsageError, match="did you mean"):
            act()


def test_without_a_cluster(world) -> None:
    world.cluster.files.record.unlink()
    world.node.now = ""
    assert not world.course.exists()
    for act in (
        world.course.verify,
        world.course.reset_all,
        world.course.shell_argv,
        lambda: world.course.start("pin"),
        lambda: world.course.solve("pin"),
        lambda: world.course.reset("pin"),
        lambda: world.course.hint("pin", "find"),
    ):
        with pytest.raises(NoClusterError) as raised:
            act()
        assert raised.value.hint == "Make it with: lab up"


def test_without_an_engine_that_is_what_is_said(world, monkeypatch) -> None:
    def find() -> Engine:
        raise EngineError("No Docker engine answers.", "lab doctor --fix")

    monkeypatch.setattr(docker, "find", find)
    for act in (world.course.verify, world.course.exists, world.course.down, world.course.shell_argv):
        with pytest.raises(EngineError):
            act()
    seen = world.course.look()
    assert (seen.engine_ok, seen.cluster, seen.engine) == (False, "unknown", "No Docker engine answers.")
    assert [each.id for each in seen.progress] == ["pin"]


def test_at_a_glance(world) -> None:
    world.course.start("pin")
    world.course.solve("pin")
    seen = world.course.look()
    assert (seen.engine, seen.engine_ok, seen.cluster, seen.api_server) == ("Docker 28.2", True, "running", "ready")
    assert seen.node == "cks-lab-control-plane (running)"
    assert [(each.started, each.earned, each.possible) for each in seen.progress] == [(True, 7, 7)]
    world.api.answer = Unreachable("refused")
    assert world.course.look().api_server == "not ready: no answer"
    world.node.now = "exited"
    assert (world.course.look().cluster, world.course.look().api_server) == ("stopped", "")
    world.node.now = ""
    assert world.course.look().cluster == "absent"


def test_the_shell(world) -> None:
    begin = ["docker", "exec", "-i", "-w", "/root", "cks-lab-control-plane", "bash"]
    assert world.course.shell_argv((), tty=False) == begin
    assert world.course.shell_argv(["ls | wc -l"], tty=False) == [*begin, "-c", "ls | wc -l"]
    assert world.course.shell_argv(["ls", "a b"], tty=False) == [*begin, "-c", "ls 'a b'"]


def test_a_shell_begins_in_the_folder_of_the_exercise_at_hand_and_a_command_does_not(world) -> None:
    folder = f"LAB_FOLDER={world.course.catalog.find('pin').node_folder}"
    assert "LAB_FOLDER=" in world.course.shell_argv()
    world.course.start("pin")
    assert folder != "LAB_FOLDER="
    assert folder in world.course.shell_argv()
    assert "LAB_FOLDER=" in world.course.shell_argv(["ls"])


def test_data_that_is_wrong(world) -> None:
    world.tree.write("exercises/010-pin/exercise.yaml", "nonsense: [")
    with pytest.raises(DataError):
        _ = world.course.catalog


def test_the_doctor_asks_for_go_only_where_a_build_is_needed(world, monkeypatch, tmp_path) -> None:
    (tmp_path / "pins").mkdir()
    monkeypatch.setattr("lab.images.pins.load", lambda: None)
    for answers in (True, False):
        monkeypatch.setattr(official, "finding", lambda pins, ok=answers: Finding("r", ok, "", required=False))
        found = {finding.name: finding for finding in world.course.doctor()}
        assert found["engine"].ok
        assert found["Go"].required is not answers


def test_down_and_purge(world, monkeypatch) -> None:
    done: list[str] = []
    monkeypatch.setattr("lab.k8s.owner.there", lambda name: True)
    monkeypatch.setattr(lifecycle, "clear", lambda cluster: done.append("clear"))
    monkeypatch.setattr("lab.images.node.purge", lambda: done.append("images"))
    monkeypatch.setattr("lab.images.kind_tool.purge", lambda: done.append("programs"))
    world.course.down()
    assert done == ["clear"]
    world.course.down(purge=True)
    assert done == ["clear", "clear", "images", "programs"]


OTHER = """\
format_version: 1
title: Another
summary: Another exercise.
minutes: 5
difficulty: easy
domain: Testing
start:
  - {{do: write, path: "{folder}/other"}}
steps:
  - id: only
    title: Write three
    holds: now
    checks:
      - {{id: three, title: Three is there, check: file, with: {{path: "{folder}/three"}}, points: 1}}
"""


@pytest.fixture
def two(world) -> World:
    """A second exercise, for which the first is set aside: its files are removed, and written again."""
    sheet = world.tree.exercises / "010-pin" / "exercise.yaml"
    aside = 'aside:\n  - {do: wipe, path: "{{folder}}"}\nresume:\n  - {do: write, path: "{{folder}}/again"}\n'
    sheet.write_text(sheet.read_text().replace("steps:\n", aside + "steps:\n", 1))
    world.tree.write("exercises/020-other/exercise.yaml", OTHER.format(folder=world.folder))
    for file in ("brief.en.md", "steps/only.en.md"):
        world.tree.write(f"exercises/020-other/{file}", "text\n")
    world.tree.write("exercises/020-other/steps/only.hints.en.md", "one\n---\ntwo\n")
    world.tree.write("solutions/020-other/only.en.md", "why\n")
    world.tree.write("solutions/020-other/only.sh", f"set -e\ntouch {world.folder}/three\n")
    return world


def test_starting_another_exercise_sets_the_first_aside_and_keeps_what_it_earned(two) -> None:
    two.course.start("pin")
    (two.folder / "one").touch()
    two.course.start("other")
    assert not (two.folder / "one").exists()  # its effects are gone
    assert (two.folder / "other").exists()
    assert any("pin was set aside" in line for line in two.status.lines)
    report = two.course.verify(["pin"])
    assert (report.earned, report.exercises[0].verdict) == (3, Verdict.SKIP)  # one step earned, one open
    assert "lab start pin" in report.exercises[0].note
    assert report.exercises[0].steps[0].seen_at
    assert [each.aside for each in two.course.look().progress] == [True, False]
    two.course.start("pin")
    assert [each.aside for each in two.course.look().progress] == [False, False]
    assert (two.folder / "again").exists()
    assert two.verdicts("pin/find") == {"find": ("fail", 0)}  # a step that holds now is looked at again


def test_one_that_was_not_started_is_not_set_aside(two) -> None:
    (two.folder / "one").touch()
    two.course.start("other")
    assert (two.folder / "one").exists()


@pytest.mark.parametrize("shared", ["", "the folder"])
def test_a_reset_sets_aside_what_would_be_lost_with_it(two, monkeypatch, shared: str) -> None:
    monkeypatch.setattr(actions.REGISTRY["wipe"], "shared", shared)  # of reset and aside alike
    sheet = two.tree.exercises / "020-other" / "exercise.yaml"
    reset = f'reset:\n  - {{do: wipe, path: "{two.folder}"}}\n'
    sheet.write_text(sheet.read_text().replace("steps:\n", reset + "steps:\n", 1))
    two.course.start("other")
    two.course.start("pin")
    (two.folder / "one").touch()
    two.course.reset("other")
    assert any("pin was set aside" in line for line in two.status.lines) is bool(shared)
    assert two.course.verify(["pin"]).earned == (3 if shared else 0)


class SoonCheck(FileCheck):
    """Can tell at the third look."""

    looks = 0

    def judge(self, params, facts, seen):
        SoonCheck.looks += 1
        if SoonCheck.looks < 3:
            raise NotYet("the audit comes round every 15 s")
        return Judgement(Verdict.PASS, "", "there", "")


def test_waiting_for_what_takes_a_moment(world, monkeypatch) -> None:
    monkeypatch.setitem(REGISTRY, "file", SoonCheck())
    monkeypatch.setattr(session, "_PAUSE", 0.01)
    world.course.start("pin")
    SoonCheck.looks = 0
    report = world.course.verify(["pin/find"])
    check = report.exercises[0].steps[0].checks[0]
    assert (check.verdict, check.reason) == (Verdict.ERROR, "not-yet")
    assert check.waits_for == "the audit comes round every 15 s"  # by which the TUI knows it, too
    assert report.earned == 0
    SoonCheck.looks = 0
    assert world.course.verify(["pin/find"], wait=5).earned == 3
    assert any("the audit comes round" in line for line in world.status.lines)


def test_a_solution_tidies_up_after_it_was_seen(world) -> None:
    world.tree.write("solutions/010-pin/pin.after.sh", "set -e\nrm {{folder}}/two\n")
    world.course.start("pin")
    report = world.course.solve("pin")
    assert not (world.folder / "two").exists()
    assert report.earned == 7  # the step holds once, and was seen


def test_solving_what_is_set_aside_takes_it_up_first(two) -> None:
    two.course.start("pin")
    two.course.start("other")
    assert two.course.solve("pin").earned == 7
    assert (two.folder / "again").exists()
    assert not any(each.aside for each in two.course.look().progress if each.id == "pin")


def test_while_another_lab_is_at_work_nothing_can_be_told(world, monkeypatch) -> None:
    world.course.start("pin")
    (world.folder / "one").touch()
    (world.folder / "two").touch()
    busy = [None, Holder("lab reset pin", 7, "12:00:00")]
    monkeypatch.setattr(world.course._context.lock, "holder", lambda: busy.pop(0) if len(busy) > 1 else busy[0])
    for _ in range(2):  # it begins meanwhile, then it is at work from the start
        [result] = world.course.verify().exercises
        assert [(step.verdict, step.earned) for step in result.steps] == [(Verdict.ERROR, 0)] * 2
        assert "`lab reset pin` (process 7, since 12:00:00) is at work" in result.steps[0].checks[0].observed
    busy[:] = [None]
    assert world.course.verify().earned == 7


def test_what_changes_the_cluster_is_one_at_a_time(world) -> None:
    for act in ("start", "solve", "reset"):
        getattr(world.course, act)("pin")
    assert world.cluster.files.lock.exists()
    world.course._context.lock._wait = 0.3
    with Lock(world.cluster.files.lock, world.cluster.files.folder).held("lab reset --all", Recording()):
        for act in (world.course.up, world.course.down, world.course.reset_all, world.course.webhook_down):
            with pytest.raises(LabError, match="`lab reset --all`"):
                act()
        with pytest.raises(LabError, match="`lab reset --all`"):
            world.course.start("pin")


def test_a_reset_that_is_at_work_is_not_told_as_interrupted(world, monkeypatch) -> None:
    asked: list[bool] = []
    record = world.course._context.cluster.record

    def spied(half_reset: bool = False):
        asked.append(half_reset)
        return record()

    monkeypatch.setattr(world.course._context.cluster, "record", spied)
    world.course.verify()
    with Lock(world.cluster.files.lock, world.cluster.files.folder).held("lab reset --all", Recording()):
        world.course.verify()
        world.course.look()
    assert asked == [False, True, True]


class Needy(Write):
    """An action whose file on the host is damaged."""

    def check(self, params, setting):
        raise ClusterError("kept.yaml is gone.", f"started: {setting.started}")


@pytest.mark.parametrize("place", ["start", "reset", "prepare"])
def test_what_is_damaged_is_found_before_anything_is_changed(world, monkeypatch, place) -> None:
    monkeypatch.setitem(actions.REGISTRY, "needy", Needy())
    needs = f'{{do: needy, path: "{world.folder}/needy"}}'
    if place == "prepare":
        world.tree.sheet("    holds: once\n", f"    holds: once\n    prepare:\n      - {needs}\n")
    else:
        first = f'{{do: write, path: "{world.folder}/first"}}'
        world.tree.sheet(f"{place}:\n", f"{place}:\n  - {first}\n  - {needs}\n")
    if place == "start":
        with pytest.raises(ClusterError, match=r"kept\.yaml is gone"):
            world.course.start("pin")
    else:
        world.course.start("pin")
        with pytest.raises(ClusterError, match="started: True"):
            (world.course.reset if place == "reset" else world.course.solve)("pin")
    assert not (world.folder / "first").exists()
    assert not (world.folder / "one").exists()


def test_a_kubeconfig_that_cannot_be_used_is_found_first(world) -> None:
    del world.cluster.api
    with pytest.raises(ClusterError, match="kubeconfig is gone") as raised:
        world.course.start("pin")
    assert raised.value.hint == "lab up"
    assert list(world.folder.iterdir()) == []


@pytest.mark.parametrize("damaged", [False, True])
def test_without_an_engine_the_progress_is_what_is_kept(world, monkeypatch, damaged) -> None:
    world.course.start("pin")

    def find() -> Engine:
        raise EngineError("No Docker engine answers.", "lab doctor --fix")

    monkeypatch.setattr(docker, "find", find)
    if damaged:
        world.cluster.files.record.write_text("{")
    seen = world.course.look()
    assert (seen.cluster, [each.started for each in seen.progress]) == ("unknown", [] if damaged else [True])


def test_a_damaged_record_is_not_told_to_be_no_cluster(world) -> None:
    world.cluster.files.record.write_text("{")
    seen = world.course.look()
    assert seen.cluster == "unknown"
    assert "cluster.json is no JSON. Make the cluster anew: lab down && lab up" in seen.node
    with pytest.raises(ClusterError, match=r"cluster\.json is no JSON"):
        world.course.verify()


def test_taking_down_what_never_was_says_so(world, monkeypatch) -> None:
    monkeypatch.setattr(owner, "docker", lambda *_, **__: Completed((), 1, b"", b""))
    never = course.Course("never", world.status)
    never.down()
    assert world.status.lines == ['There is no cluster "never".']


OWNERS = {
    "this lab's": ("own", True, ""),
    "this lab's, whose folder is gone": ("own", False, ""),
    "that of a lab that is gone": ("/gone", False, ""),
    "another lab's": ("other", False, "that of another lab"),
    "another lab's, though there is a record": ("other", True, "that of another lab"),
    "no lab's": ("", False, "no record of"),
    "of an older version": ("", True, ""),
}


@pytest.mark.parametrize("who", OWNERS)
def test_whose_cluster_is_taken_down(world, monkeypatch, tmp_path, who) -> None:
    label, record, refused = OWNERS[who]
    if label == "other":
        label = str(tmp_path / "other")
        Record("cks-lab").save(tmp_path / "other/clusters/cks-lab/cluster.json")
    label = str(paths.state_home().resolve()) if label == "own" else label
    if not record:
        shutil.rmtree(world.cluster.files.folder)
    answer = Completed((), 0, f"{label}\n".encode(), b"")
    monkeypatch.setattr(
        owner, "docker", lambda *words, **_: answer if words[0] == "network" else Completed((), 0, b"a", b"")
    )
    cleared: list[str] = []
    monkeypatch.setattr(lifecycle, "clear", lambda cluster: cleared.append(cluster.name))
    if refused:
        with pytest.raises(ClusterError, match=refused):
            world.course.down()
    else:
        world.course.down()
    assert cleared == ([] if refused else ["cks-lab"])
