import errno
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from lab import __version__, cli, paths, shell
from lab.catalog.load import load
from lab.course import Course
from lab.course.rescue import Rescuer
from lab.errors import (
    BuildError,
    ClusterError,
    CommandError,
    DataError,
    EngineError,
    LabError,
    NoClusterError,
    NotStartedError,
)
from lab.model import (
    ClusterInfo,
    Difference,
    ExerciseProgress,
    ExerciseResult,
    Finding,
    Hint,
    Holds,
    LabStatus,
    Learner,
    Report,
    Rescue,
    StepResult,
    Verdict,
)
from lab.report import learner
from lab.request_path.station import Group, RequestPath, State, Station

CLUSTER = ClusterInfo("cks-lab", "v1.36.4", "kindest/node:v1.36.4", "kind")
PHRASE = "a sentence of the fake"


class FakeRescuer(Rescuer):
    """Says what a rescue would find, and keeps what it was asked."""

    def __init__(self, say):
        self._say = say

    def keep(self):
        pass

    def look(self):
        return self._say("look_to_rescue")

    def put_back(self):
        return self._say("put_back")

    def mine(self):
        return self._say("mine")


class FakeCourse(Course):
    """Says what the test tells it to, and keeps what it was asked; reaches nothing."""

    def __init__(self, name, status, ask=None):
        super().__init__(name, status)
        FakeCourse.world.names.append(name)

    world: SimpleNamespace
    catalog = property(lambda self: self.world.catalog)

    def _say(self, *asked):
        self.world.asked.append(asked)
        answer = self.world.answers.get(asked[0])
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def doctor(self):
        return self._say("doctor")

    def fix(self):
        self._say("fix")

    def up(self, from_source=False):
        return self._say("up", from_source)

    def webhook_up(self):
        self._say("webhook_up")

    def webhook_down(self):
        self._say("webhook_down")

    def webhook_logs_argv(self, follow):
        return self._say("webhook_logs_argv", follow)

    def down(self, purge=False):
        self._say("down", purge)

    def look(self):
        return self._say("look")

    def start(self, exercise_id):
        self._say("start", exercise_id)

    def verify(self, selectors=(), wait=0.0):
        return self._say("verify", tuple(selectors))

    def hint(self, exercise_id, step_id):
        return self._say("hint", exercise_id, step_id)

    def current_step(self, exercise_id):
        return self._say("current_step", exercise_id)

    def path(self, subject="", namespace="default"):
        return self._say("path", subject, namespace)

    def solve(self, selector):
        return self._say("solve", selector)

    def reset(self, exercise_id, keep=None):
        self._say("reset", exercise_id, keep)

    def drift(self):
        return self._say("drift") or ()

    def reset_all(self, keep=None):
        self._say("reset_all", keep)

    @property
    def rescue(self):
        return FakeRescuer(self._say)

    def shell_argv(self, command=(), tty=True):
        self._say("shell_argv", tuple(command), tty)
        return ["sh", "-c", "exit 7"]


def report(verdict=Verdict.PASS):
    return Report(CLUSTER, (ExerciseResult("pin", "Pin the image", (), verdict),), verdict)


@pytest.fixture
def world(monkeypatch, tmp_path, tree):
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("lab.course.Course", FakeCourse)
    made = SimpleNamespace(
        names=[],
        asked=[],
        answers={},
        catalog=load(tree.exercises, tree.solutions, tree.kinds),
        crash=tmp_path / "state/logs/crash.log",
    )
    FakeCourse.world = made
    return made


@pytest.fixture
def lab(capsys, monkeypatch, world):
    """Runs the command line: exit code, standard output, standard error."""
    monkeypatch.setattr("sys.stdin", io.StringIO())

    def lab(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        seen = capsys.readouterr()
        assert "Traceback" not in seen.err + seen.out
        return ended.value.code, seen.out, seen.err

    return lab


@pytest.mark.parametrize(("outcome", "code"), [("", 0), ("admitted", 0), ("refused", 1), ("unknown", 3)])
def test_the_code_of_a_way(lab, world, outcome, code) -> None:
    station = Station("etcd", "etcd", Group.STORAGE, State.ON, words="It is reached.")
    world.answers["path"] = RequestPath("image", "nginx", "team", outcome, "", "", "A sentence.", (station,))
    ended, out, err = lab("path", "nginx", "-n", "team")
    assert (ended, err) == (code, "")
    assert out.splitlines()[-4:] == ["│ • etcd" + 38 * " " + "on", "│   It is reached.", "", "A sentence."]
    ended, out, _ = lab("path", "nginx", "--json")
    assert (ended, json.loads(out)["outcome"]) == (code, outcome)
    assert world.asked == [("path", "nginx", "team"), ("path", "nginx", "default")]


@pytest.mark.parametrize(
    ("verdict", "code"), [(Verdict.PASS, 0), (Verdict.FAIL, 1), (Verdict.SKIP, 1), (Verdict.ERROR, 3)]
)
@pytest.mark.parametrize("command", ["verify", "solve"])
def test_the_code_of_a_verdict(lab, world, verdict, code, command) -> None:
    world.answers[command] = report(verdict)
    ended, out, err = lab(command, "pin")
    assert (ended, err) == (code, "")
    assert out.endswith(f"Verdict: {verdict.upper()}\n")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LabError(PHRASE, "lab up"), 3),
        (EngineError(PHRASE, "lab up"), 3),
        (BuildError(PHRASE, "lab up"), 3),
        (ClusterError(PHRASE, "lab up"), 3),
        (CommandError(["x"], 1, PHRASE + "\nlab up"), 3),
        (NoClusterError("cks-lab"), 3),
        (NotStartedError("pin"), 1),
        (DataError(PHRASE, "lab lint"), 4),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_code_of_an_error(lab, world, error, code) -> None:
    world.answers["verify"] = error
    ended, out, err = lab("verify")
    assert (ended, out) == (code, "")
    assert err.lstrip().startswith("Interrupted." if code == 130 else "Error: ")
    assert "lab " in err or code == 130  # a next command
    assert not world.crash.exists()


@pytest.mark.parametrize("place", [["--name", "exam", "verify"], ["verify", "--name", "exam"]], ids=["before", "after"])
@pytest.mark.parametrize("error", [
    NoClusterError("exam"), NotStartedError("pin"), ClusterError("Broken.", "lab reset --all"),
    ClusterError("Broken, as `lab up` was interrupted.", "Make it anew: lab down && lab up"),
])  # fmt: skip
def test_what_an_error_advises_is_about_the_cluster_at_hand(lab, world, error, place) -> None:
    world.answers["verify"] = error
    _, _, err = lab(*place)
    assert "lab --name exam " in err
    assert not re.search(r"\blab (?!--name exam )", err)


def test_a_usage_error_too_is_about_the_cluster_at_hand(lab) -> None:
    assert "lab --name exam reset EXERCISE | lab --name exam reset --all" in lab("reset", "--name", "exam")[2]
    assert "lab --name exam show pin" in lab("show", "pin/no-step", "--name", "exam")[2]
    assert "lab list" in lab("show", "no-exercise", "--name", "exam")[2]


@pytest.mark.parametrize("error", [ValueError("of the program"), OSError(5, "Input/output error"), RecursionError()])
def test_what_was_not_foreseen_goes_to_a_log(lab, world, error) -> None:
    world.answers["verify"] = error
    ended, out, err = lab("verify")
    assert (ended, out) == (3, "")
    assert str(world.crash) in err
    assert len(err.splitlines()) == 1
    assert type(error).__name__ in world.crash.read_text()


def test_what_was_not_foreseen_where_no_log_can_be_written(lab, world, monkeypatch) -> None:
    world.answers["verify"] = ValueError("of the program")
    monkeypatch.setattr("lab.paths.log_file", lambda what: Path("/proc/no-such-folder"))
    ended, out, err = lab("verify")
    assert (ended, out, len(err.splitlines())) == (3, "", 1)
    assert "ValueError: of the program" in err


def test_an_interrupt_ends_what_runs(lab, world, monkeypatch) -> None:
    stopped = []
    monkeypatch.setattr(shell, "stop_all", lambda: stopped.append(True))
    world.answers["up"] = KeyboardInterrupt()
    assert lab("up")[0] == 130
    assert stopped == [True]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["verfy"], 'did you mean "verify"?'),
        (["xyzzy"], "known: "),
        (["verify", "--format", "xml"], "'xml'"),
        (["verify", "--output", "/"], "directory"),
        (["list", "--nonsense"], "--nonsense"),
        (["start"], "EXERCISE"),
        (["start", "a", "b"], "b"),
        (["solve"], "EXERCISE"),
        (["hint"], "EXERCISE"),
        (["show", "pni"], 'did you mean "pin"?'),
        (["show", "pin/fnid"], 'did you mean "find"?'),
        (["reset"], "lab reset --all"),
        (["reset", "pin", "--all"], "lab reset --all"),
        (["reset", "pin", "--prove"], "lab reset --all --prove"),
        (["--name", "A", "list"], '"A" is no cluster name: lower-case letters'),
        (["list", "--name", "a/b"], '"a/b" is no cluster name'),
        (["--name", "", "list"], "no cluster name"),
        (["--name", "-x", "list"], "no cluster name"),
        (["--name", "a_b", "list"], "no cluster name"),
        (["--name", "é", "list"], "no cluster name"),
        (["--name", "²", "list"], "no cluster name"),
        (["--name", "a\n", "list"], "no cluster name"),
        (["--name", "a..b", "list"], "no cluster name"),
        (["--name", "a-.b", "list"], "no cluster name"),
        (["--name", "a.-b", "list"], "no cluster name"),
        (["--name", "a.", "list"], "no cluster name"),
        (["--name", "x" * 50, "list"], "it has 50 characters, and 49 is the limit"),
        (["list", "--name", "x" * 5000], "it has 5000 characters"),
        (["--name", "host", "list"], "Docker or kind has a network of that name"),
        (["--name", "kind", "list"], "Docker or kind has a network of that name"),
    ],
)
def test_words_that_are_off(lab, world, arguments, said) -> None:
    code, out, err = lab(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert world.asked == []


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["status"], "cks-lab"),
        (["--name", "exam", "status"], "exam"),
        (["status", "--name", "exam"], "exam"),
        (["status", "--json", "--name=exam-2.b"], "exam-2.b"),
        (["--name", "x" * 49, "status"], "x" * 49),
        (["--name", "7", "status"], "7"),
        (["--name", "a-", "status"], "a-"),
        (["--name", "one", "status", "--name", "two"], "two"),
    ],
)
def test_the_name_before_and_after_the_command(lab, world, arguments, name) -> None:
    world.answers["look"] = LabStatus(name, "Docker 28", True, "running", "n", "ready", "v1", ())
    assert lab(*arguments)[0] == 0
    assert world.names[-1] == name


def test_every_command_takes_a_name(lab) -> None:
    for command in cli.cli.commands:
        code, out, _ = lab(command, "--help")
        assert code == 0
        assert "--name" in out, command


def test_version_and_help(lab, world) -> None:
    assert lab("--version")[:2] == (0, f"lab, version {__version__}\n")
    assert lab("-h")[0] == 0
    assert world.asked == []


def test_verify_as_json(lab, world, tmp_path) -> None:
    world.answers["verify"] = report(Verdict.FAIL)
    code, out, err = lab("verify", "pin", "pin/find", "--format", "json")
    assert (code, err, json.loads(out)["verdict"]) == (1, "", "fail")
    assert world.asked == [("verify", ("pin", "pin/find"))]
    file = tmp_path / "report.json"
    assert lab("verify", "--format", "json", "--output", str(file)) == (1, "", "")
    assert file.read_text() == out


def on_a_terminal(monkeypatch, typed):
    stream = io.StringIO(typed)
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", stream)


@pytest.mark.parametrize(
    ("typed", "who"),
    [("Ada <ada>\n", Learner("ada", "Ada")), ("\n", Learner()), ("Ada\x20Lovelace\nada\n", Learner("ada"))],
)
def test_who_works_here_is_asked_once_on_a_terminal(lab, world, monkeypatch, typed, who) -> None:
    world.answers["verify"] = report()
    lab("verify")
    assert not learner.asked()  # nobody was at the terminal, and no report names a learner
    on_a_terminal(monkeypatch, typed)
    code, _, err = lab("verify", "--format", "json")
    assert (code, err.count("Who works here?"), learner.recall()) == (0, 1, who)
    on_a_terminal(monkeypatch, "eve\n")
    assert lab("verify", "--format", "json")[2] == ""
    assert learner.recall() == who
    lab("verify", "--learner", "bob")
    assert learner.recall() == Learner("bob")


def test_verify_without_help(lab, world) -> None:
    world.answers["verify"] = report()
    assert json.loads(lab("verify", "--no-help", "--format", "json")[1])["no_help"] is True


def test_a_report_that_cannot_be_written(lab, world, tmp_path) -> None:
    world.answers["verify"] = report()
    code, out, err = lab("verify", "--output", str(tmp_path / "none" / "report"))
    assert (code, out) == (3, "")
    assert "No such file or directory" in err
    assert "--output" in err


@pytest.mark.parametrize(("cluster", "code"), [("running", 0), ("stopped", 3), ("absent", 3), ("unknown", 3)])
def test_status(lab, world, cluster, code) -> None:
    progress = (ExerciseProgress("pin", "Pin it", True, 3, 7, True), ExerciseProgress("opa", "Trust", False, 0, 5))
    world.answers["look"] = LabStatus("cks-lab", "Docker 28.2", True, cluster, "", "ready", "v1.36.4", progress)
    ended, out, err = lab("status")
    assert (ended, err) == (code, "")
    assert f"cks-lab: {cluster} (v1.36.4)" in out
    assert "pin: 3 of 7 points, set aside\n" in out
    assert "opa: not started" in out
    ended, out, err = lab("status", "--json")
    assert (ended, err) == (code, "")
    seen = json.loads(out)
    assert (seen["cluster"], seen["engine_ok"], seen["api_server"]) == (cluster, True, "ready")
    assert seen["progress"][0] == {
        "id": "pin",
        "title": "Pin it",
        "started": True,
        "earned": 3,
        "possible": 7,
        "aside": True,
        "scored_at": "",
        "steps": {},
    }


FINE = (Finding("engine", True, "Docker 28"), Finding("registry", False, "silent", "nothing to do", required=False))


@pytest.mark.parametrize(("findings", "code"), [(FINE, 0), ((*FINE, Finding("disk", False, "1 GiB", "Free some.")), 1)])
def test_doctor(lab, world, findings, code) -> None:
    world.answers["doctor"] = findings
    ended, out, err = lab("doctor")
    assert (ended, err) == (code, "")
    assert out.splitlines()[:3] == [
        "ok      engine          Docker 28",
        "note    registry        silent",
        "                        -> nothing to do",
    ]
    assert ("MISSING disk" in out) == bool(code)
    ended, out, err = lab("doctor", "--json")
    assert (ended, err) == (code, "")
    assert json.loads(out)[1] == {
        "name": "registry", "ok": False, "seen": "silent", "advice": "nothing to do", "required": False
    }  # fmt: skip
    assert ("fix",) not in world.asked


def test_doctor_mends_before_it_looks(lab, world) -> None:
    world.answers["doctor"] = FINE
    assert lab("doctor", "--fix")[0] == 0
    assert world.asked == [("fix",), ("doctor",)]


def test_list(lab) -> None:
    code, out, _ = lab("list")
    assert code == 0
    assert out.startswith("pin ")
    assert "15 min  easy" in out
    code, out, _ = lab("list", "--json")
    assert code == 0
    [exercise] = json.loads(out)
    assert list(exercise) == ["id", "title", "summary", "minutes", "difficulty", "domain", "steps"]
    assert exercise["difficulty"] == "easy"
    assert exercise["steps"][1] == {"id": "pin", "title": "Pin it", "points": 4}


def test_show(lab, world) -> None:
    assert lab("show")[:2] == (0, "# The lab\n")
    code, out, _ = lab("show", "pin")
    assert code == 0
    assert "Work in /root/pin." in out
    assert "- pin/find: Find the digest (3 points)" in out
    assert out.splitlines()[-3:] == [
        "What next:",
        "  lab start pin       put its starting state in place",
        "  lab show pin find   read the first step",
    ]
    for arguments in (["pin", "find"], ["pin/find"]):
        code, out, _ = lab("show", *arguments)
        assert code == 0
        assert out.startswith("# Find the digest\n\nDo find.")
        assert "- Images: Not out of /root/pin. https://kubernetes.io/" in out
        assert out.splitlines()[-5:] == [
            "What next:",
            "  lab shell             work on the node",
            "  lab verify pin/find   check it",
            "  lab hint pin/find     the next hint",
            "  lab show pin pin      read the next step",
        ]
    assert lab("show", "pin", "pin")[1].endswith("lab hint pin/pin     the next hint\n")  # the last step
    assert world.asked == []  # needs no cluster


def test_up_says_what_is_next(lab, world) -> None:
    code, out, _ = lab("up", "--from-source", "--name", "exam")
    assert code == 0
    assert world.asked == [("up", True)]
    assert out == (
        'The cluster "exam" is ready. What next:\n'
        "  lab --name exam             the TUI\n"
        "  lab --name exam show        what this is about\n"
        "  lab --name exam start pin   the first exercise\n"
        "  lab --name exam shell       root on the control-plane node\n"
    )


@pytest.mark.parametrize("name", ["cks-lab", "x" * 49])
@pytest.mark.parametrize(
    "arguments", [["up"], ["start", "pin"], ["show", "pin"], ["show", "pin", "find"], ["show", "pin", "pin"]]
)
def test_what_to_type_next_is_in_columns_and_can_be_typed(lab, world, arguments, name) -> None:
    world.answers["look"] = LabStatus(name, "Docker 28", True, "running", "n", "ready", "v1", ())
    code, out, _ = lab(*arguments, "--name", name)
    assert code == 0
    advice = out.partition("What next:\n")[2].splitlines()
    assert len(advice) >= 2
    rows = [re.fullmatch(r"  (lab\b.*?) {3,}(\S.*)", line) for line in advice]
    assert len({row and row.start(2) for row in rows}) == 1  # one column
    for row in rows:
        assert row
        words = row[1].split()
        assert (words[1:3] == ["--name", name]) == (name != "cks-lab")
        assert not (rest := words[1 if name == "cks-lab" else 3 :]) or rest[0] in cli.cli.commands


def test_without_a_terminal_no_command_means_up(lab, world) -> None:
    code, out, _ = lab()
    assert code == 0
    assert world.asked == [("up", False)]
    assert "lab start pin" in out


def test_a_hint_without_a_step(lab, world) -> None:
    world.answers |= {"hint": Hint("find", 1, 3, "Look."), "current_step": "find"}
    assert lab("hint", "pin")[:2] == (0, "Hint 1 of 3 for pin/find:\n\nLook.\n")
    assert world.asked == [("current_step", "pin"), ("hint", "pin", "find")]


def test_a_solution_says_why_it_works(lab, world) -> None:
    world.answers["solve"] = report()
    code, out, _ = lab("solve", "pin/find")
    assert code == 0
    assert out.startswith("# Find the digest\n\nWhy find works.\n")
    code, out, _ = lab("solve", "pin/find", "--format", "json")
    assert json.loads(out)["verdict"] == "pass"


def test_the_other_commands(lab, world) -> None:
    world.answers["hint"] = Hint("find", 2, 3, "Look *there*.")
    assert lab("down", "--purge")[0] == 0
    code, out, _ = lab("start", "pin")
    assert (code, "lab show pin find" in out) == (0, True)
    assert lab("hint", "pin/find")[:2] == (0, "Hint 2 of 3 for pin/find:\n\nLook *there*.\n")
    assert lab("reset", "pin")[0] == 0
    assert lab("reset", "--all")[0] == 0
    assert world.asked == [
        ("down", True),
        ("start", "pin"),
        ("hint", "pin", "find"),
        ("reset", "pin", None),
        ("reset_all", None),
    ]


def test_a_rescue_shows_the_difference_and_what_was_done(lab, world) -> None:
    found = Rescue(True, False, "-a\n+b", ("/etc/x",), (), "at 12:00:00")
    world.answers |= {"look_to_rescue": found, "put_back": replace(found, kept_in="/var/y", seconds=14)}
    code, out, _ = lab("rescue", "--name", "exam")
    assert code == 0
    assert out.startswith("-a\n+b\n\nPut back as they were at 12:00:00: /etc/x.\n")
    assert out.endswith("in /var/y\nPut them on again with: lab --name exam rescue --mine\n")
    assert world.asked == [("look_to_rescue",), ("put_back",)]


def test_where_nothing_is_to_rescue_nothing_is_done(lab, world) -> None:
    world.answers["look_to_rescue"] = Rescue(False, True, "-a", ("/etc/x",))
    code, out, _ = lab("rescue")
    assert (code, out.split(":")[0], world.asked) == (0, "Nothing to rescue", [("look_to_rescue",)])


def test_the_learners_files_are_put_on_again(lab, world) -> None:
    world.answers["mine"] = Rescue(True, True, files=("/etc/x",), kept_in="/var/y")
    assert lab("rescue", "--mine")[1].startswith("Put on again from /var/y: /etc/x.\n")
    assert world.asked == [("mine",)]


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ([], ()),
        (["kubectl", "get", "-A", "pods", "--name"], ("kubectl", "get", "-A", "pods", "--name")),
        (["--", "ls", "-la"], ("ls", "-la")),
        (["--name", "exam", "ps", "-a"], ("ps", "-a")),
    ],
)
def test_shell_passes_words_and_exit_code_on(lab, world, arguments, command) -> None:
    assert lab("shell", *arguments)[0] == 7
    assert world.asked == [("shell_argv", command, False)]


def test_lint(lab, monkeypatch, tree) -> None:
    monkeypatch.setattr("lab.exercises.paths.data", lambda folder: getattr(tree, folder))
    tree.sheet("check: file", "check: no-such-check")
    code, out, err = lab("lint")
    assert code == 4
    assert "no-such-check" in out
    assert f"{len(out.splitlines())} problems" in err


def test_lint_of_the_labs_own_data(lab) -> None:
    assert lab("lint")[:2] == (0, "The exercise data is in order.\n")


def run(*arguments: str, **options) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, *arguments], cwd=Path(__file__).parents[2], timeout=30, check=False, **options
    )


@pytest.fixture
def nobody():
    """A pipe that is written to and that nobody reads."""
    read, write = os.pipe()
    os.close(read)
    yield write
    os.close(write)


def test_a_reader_that_leaves_is_no_error(nobody) -> None:
    done = run("-m", "lab", "list", stdout=nobody, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_reader_that_leaves_does_not_change_the_verdict(nobody) -> None:
    script = (
        "from lab import cli, course, model; course.Course.verify = lambda self, selectors, wait: model.Report("
        "model.ClusterInfo('a', 'b', 'c', 'd'), (), model.Verdict.ERROR); cli.main(['verify'])"
    )
    done = run("-c", script, stdout=nobody, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (3, b"")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(("words", "code"), [("no-such-command", 2), ("show no-such-exercise", 2), ("list", 0)])
def test_readers_that_leave_do_not_change_the_code(nobody, words, code, unbuffered) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    assert run("-m", "lab", *words.split(), stdout=nobody, stderr=nobody, env=environment).returncode == code


@pytest.mark.parametrize("closed", [(1,), (2,), (1, 2)], ids=str)
@pytest.mark.parametrize(("words", "code"), [("no-such-command", 2), ("show no-such-exercise", 2), ("list", 0)])
def test_streams_closed_from_the_start_do_not_change_the_code(words, code, closed) -> None:
    def close() -> None:
        for number in closed:
            os.close(number)

    done = run("-m", "lab", *words.split(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=close)
    assert (done.returncode, b"Traceback" in done.stdout + done.stderr) == (code, False)


def test_a_full_disk_is_said_in_words() -> None:
    with Path("/dev/full").open("w") as full:
        done = run("-m", "lab", "list", stdout=full, stderr=subprocess.PIPE)
        assert (done.returncode, done.stderr[:32]) == (3, b"Error: No space left on device. ")
        assert run("-m", "lab", "list", stdout=full, stderr=full).returncode == 3


def test_the_command_line_loads_neither_the_tui_nor_the_client() -> None:
    script = (
        "import sys; import lab.cli; "
        "print([name for name in ('textual', 'rich', 'kubernetes', 'urllib3', 'pexpect') if name in sys.modules])"
    )
    done = run("-c", script, stdout=subprocess.PIPE)
    assert done.stdout == b"[]\n"


def test_the_webhook_beside_the_cluster(lab, world) -> None:
    code, out, _ = lab("webhook", "up", "--name", "exam")
    assert (code, world.asked) == (0, [("webhook_up",)])
    assert "lab --name exam webhook logs" in out
    assert lab("webhook", "down")[0] == 0
    world.answers["webhook_logs_argv"] = ["sh", "-c", "exit 7"]
    assert lab("webhook", "logs", "--follow")[0] == 7
    assert world.asked[1:] == [("webhook_down",), ("webhook_logs_argv", True)]


def test_the_webhook_anywhere_says_what_is_wrong_with_its_files(lab, tmp_path) -> None:
    files = {name: str(tmp_path / name) for name in ("cert", "key", "client-ca", "policy")}
    options = [word for name, file in files.items() for word in (f"--{name}", file)]
    code, out, err = lab("webhook", "serve", "--listen", "127.0.0.1:0", *options)
    assert (code, out) == (2, "")
    assert files["cert"] in err
    assert lab("webhook", "serve", *options)[0] == 2
    assert lab("webhook", "srve")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "command", "name"),
    [
        (["ls", "--name", "exam"], ("ls",), "exam"),
        (["k get pods", "--name=exam"], ("k get pods",), "exam"),
        (["--name", "exam", "crictl", "ps", "--name", "x"], ("crictl", "ps", "--name", "x"), "exam"),
        (["crictl", "ps", "--name", "x"], ("crictl", "ps", "--name", "x"), "cks-lab"),
        (["--", "ls", "--name", "x"], ("ls", "--name", "x"), "cks-lab"),
    ],
)
def test_the_name_of_a_shells_cluster_and_that_of_its_command(lab, world, arguments, command, name) -> None:
    assert lab("shell", *arguments)[0] == 7
    assert (world.asked, world.names[-1]) == ([("shell_argv", command, False)], name)


def test_a_report_that_cannot_be_written_fails_before_the_work(lab, world, tmp_path) -> None:
    world.answers["verify"] = report()
    assert lab("verify", "--output", str(tmp_path / "none" / "report"))[0] == 3
    assert world.asked == []
    (tmp_path / "report").write_text("earlier")
    world.answers["verify"] = ClusterError("Broken.")
    assert lab("verify", "--output", str(tmp_path / "report"))[0] == 3
    assert (tmp_path / "report").read_text() == "earlier"
    assert lab("verify", "--output", str(tmp_path / "new"))[0] == 3
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("arguments", [["--name", "exam"], ["practice", "--plain", "--name", "exam"]])
def test_another_name_that_never_was_is_not_made_by_the_way(lab, world, arguments) -> None:
    code, _, err = lab(*arguments)
    assert (code, world.asked) == (3, [])
    assert "Make it with: lab up --name exam\n" in err
    assert lab("up", "--name", "exam")[0] == 0


def test_another_name_that_was_is_gone_on_with(lab, world) -> None:
    paths.ClusterPaths("exam").folder.mkdir(parents=True)
    assert lab("--name", "exam")[0] == 0
    assert world.asked == [("up", False)]


def test_an_archive_that_ends_too_soon_is_no_interrupt(lab, world) -> None:
    world.answers["verify"] = EOFError("Compressed file ended before the end-of-stream marker was reached")
    code, _, err = lab("verify")
    assert (code, "Interrupted" in err, str(world.crash) in err) == (3, False, True)


@pytest.mark.parametrize("number", [errno.EROFS, errno.ENOSPC, errno.EACCES])
def test_a_file_that_cannot_be_written_is_named(lab, world, number) -> None:
    world.answers["verify"] = OSError(number, os.strerror(number), "/some/file")
    code, _, err = lab("verify")
    assert (code, err.startswith(f"Error: /some/file: {os.strerror(number)}. ")) == (3, True)


def test_progress_that_is_not_known_is_told_so(lab, world) -> None:
    world.answers["look"] = LabStatus("cks-lab", "No Docker engine answers.", False, "unknown", "", "", "", ())
    assert "exercises   not known\n" in lab("status")[1]


OWN = Difference("files", "added", "/opt/own", "lab shell rm -rf /opt/own")


def test_what_differs_is_listed_with_its_command(lab, world) -> None:
    assert lab("status", "--drift")[:2] == (0, "Nothing differs from the state right after `lab up`.\n")
    world.answers["drift"] = (OWN,)
    code, out, _ = lab("status", "--drift")
    assert (code, out) == (1, "files\n  added    /opt/own\n           lab shell rm -rf /opt/own\n")
    code, out, _ = lab("status", "--drift", "--json")
    [found] = json.loads(out)
    assert (code, found["change"], found["command"]) == (1, "added", "lab shell rm -rf /opt/own")


def test_a_reset_is_proven_by_scores_and_by_what_differs(lab, world) -> None:
    def report(earned: int, verdict: Verdict) -> Report:
        step = StepResult("find", "Find", Holds.NOW, (), verdict, earned, 3)
        return Report(CLUSTER, (ExerciseResult("pin", "Pin", (step,), verdict),), verdict)

    world.answers["verify"] = report(0, Verdict.SKIP)
    code, out, _ = lab("reset", "--all", "--prove")
    assert (code, out) == (0, "pin: 0 of 3 points\nNothing differs from the state right after `lab up`.\n")
    assert [asked[0] for asked in world.asked] == ["reset_all", "verify", "drift"]
    world.answers["verify"] = report(0, Verdict.ERROR)
    assert lab("reset", "--all", "--prove")[0] == 3
    world.answers["verify"] = report(1, Verdict.PASS)
    assert lab("reset", "--all", "--prove")[0] == 1
    world.answers |= {"verify": report(0, Verdict.SKIP), "drift": (OWN,)}
    code, out, _ = lab("reset", "--all", "--prove")
    assert code == 1
    assert "/opt/own" in out
