import io
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lab import shell
from lab.errors import ClusterError, CommandError
from lab.k8s import helper as module
from lab.k8s.helper import Helper, program
from lab.k8s.node import Node
from lab.shell import Completed


class Engine:
    """A docker that knows one node and its helper; `exec` says what it ran in which start of the node."""

    def __init__(self) -> None:
        self.node = "running"
        self.start = 1
        self.helper: dict[str, str] = {}
        self.made: list[list[str]] = []
        self.copied: list[bytes] = []
        self.conflicts = 0

    def restart(self) -> None:
        self.start += 1
        if self.helper:
            self.helper["status"] = "exited"

    def run(self, argv, *, input=None, **_) -> Completed:
        code, out, error = getattr(self, f"_{argv[1]}")(argv[2:], input)
        return Completed(tuple(argv), code, out.encode(), error.encode())

    def _inspect(self, arguments, _):
        if arguments[-1] == "c-control-plane":
            words = f"{self.node} sha256:image node-id T{self.start}\n"
            return (0, words, "") if self.node else (1, "\n", "Error: No such container: c-control-plane")
        if not self.helper:
            return 1, "\n", "Error: No such container: c-helper"
        return 0, "{id} {status} {label}\n".format(**self.helper), ""

    def _create(self, arguments, _):
        if self.conflicts:
            self.conflicts -= 1
            self.helper = {"id": "theirs", "status": "running", "label": f"node-id T{self.start}"}
            return 125, "", 'Error response from daemon: Conflict. The container name "/c-helper" is already in use'
        label = next(word for word in arguments if word.startswith("io.cks-lab.node=")).partition("=")[2]
        self.made.append(arguments)
        self.helper = {"id": f"h{len(self.made)}", "status": "created", "label": label}
        return 0, "", ""

    def _cp(self, arguments, input):
        self.copied.append(input)
        return 0, "", ""

    def _start(self, *_):
        self.helper["status"] = "running"
        return 0, "", ""

    def _rm(self, arguments, _):
        assert arguments[-1] == self.helper["id"]
        self.helper = {}
        return 0, "", ""

    def _exec(self, arguments, input):
        if self.helper.get("status") != "running":
            return 1, "", "Error response from daemon: No such container: c-helper"
        return 0, f"{arguments[-1]} in {self.helper['id']} reads {input.decode()}", ""


@pytest.fixture
def engine(monkeypatch) -> Engine:
    engine = Engine()
    monkeypatch.setattr(shell, "run", engine.run)
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    return engine


@pytest.fixture
def helper(tmp_path) -> Helper:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text("clusters:\n- cluster:\n    server: https://127.0.0.1:40123\n  name: kind-c\n")
    return Helper("c", Node("c-control-plane"), kubeconfig)


def test_it_is_made_when_it_is_asked_first_and_only_then(engine, helper) -> None:
    assert helper.run("one", input=b"words").text == "one in h1 reads 5\nwords"
    assert helper.run("two").text == "two in h1 reads 0\n"
    [arguments] = engine.made
    assert {"--pid=container:c-control-plane", "--network=container:c-control-plane"} <= set(arguments)
    assert "io.cks-lab.name=c" in arguments
    assert "sha256:image" in arguments


def test_what_is_typed_runs_on_the_node_itself(engine, helper) -> None:
    ran: list[list[str]] = []
    engine._exec = lambda arguments, _: (ran.append(arguments), (0, "", ""))[1]
    helper.type("cat /etc/hostname")
    assert ran[-1][-4:-1] == ["--", "bash", "-c"]
    assert {"nsenter", "--target=1", "--mount"} <= set(ran[-1])
    assert ran[-1][-1].endswith("\ncat /etc/hostname")


def test_it_has_the_administrators_kubeconfig_for_the_api_server_beside_it(engine, helper) -> None:
    helper.ensure()
    with tarfile.open(fileobj=io.BytesIO(engine.copied[0])) as tar:
        [entry] = tar.getmembers()
        file = tar.extractfile(entry)
        assert file
        assert file.read() == b"clusters:\n- cluster:\n    server: https://127.0.0.1:6443\n  name: kind-c\n"
    assert (entry.name, entry.mode) == ("etc/cks-lab-kubeconfig", 0o600)


@pytest.mark.parametrize("status", ["exited", "created"])
def test_it_is_made_anew_after_a_restart_of_the_node(engine, helper, status) -> None:
    helper.run("one")
    engine.restart()
    engine.helper["status"] = status
    assert helper.run("two").text.startswith("two in h2")


def test_one_of_an_earlier_start_that_seems_to_run_is_made_anew(engine, helper) -> None:
    helper.ensure()
    engine.start += 1
    helper.ensure()
    assert engine.helper["id"] == "h2"


def test_another_lab_may_make_it_at_the_same_moment(engine, helper) -> None:
    engine.conflicts = 1
    assert helper.run("one").text.startswith("one in theirs")


@pytest.mark.parametrize(("state", "said"), [("exited", "it is exited"), ("paused", "paused"), ("", "No such")])
def test_without_a_node_that_runs(engine, helper, state, said) -> None:
    engine.node = state
    with pytest.raises(ClusterError, match=f"c-control-plane cannot be entered.*{said}") as raised:
        helper.run("one", check=False)
    assert raised.value.hint == "lab up"


def test_a_script_that_fails_or_hangs(helper, monkeypatch) -> None:
    monkeypatch.setattr(shell, "run", lambda argv, **_: Completed(tuple(argv), 3, b"", b"trouble"))
    assert helper.run("x", check=False).returncode == 3
    with pytest.raises(CommandError, match="trouble") as raised:
        helper.run("x")
    assert raised.value.argv == ("docker", "exec", "c-helper", "bash")

    def late(argv, **_):
        raise CommandError(argv, None, "", "late")

    monkeypatch.setattr(shell, "run", late)
    with pytest.raises(CommandError, match="helper of the lab took longer than 5 s"):
        helper.run("x", timeout=5)


def _run(*command: str, input: bytes = b"", timeout: float = 30) -> Completed:
    framed = b"%d\n%b" % (len(input), input)
    return shell.run(["perl", "-e", program(), *command], input=framed, leash=True, timeout=timeout, check=False)


def _gone(pid: int) -> bool:
    try:
        return " Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


here = pytest.mark.skipif(sys.platform != "linux", reason="the program is for the node, which is Linux")


@here
def test_the_program_passes_input_output_and_exit_code_on() -> None:
    done = _run("bash", "-c", "wc -c; echo no >&2; exit 7", input=b"x" * 300_000)
    assert (done.text.strip(), done.stderr, done.returncode) == ("300000", b"no\n", 7)
    assert _run("sh", "-c", "kill -9 $$").returncode == 137
    assert _run("/nowhere").returncode == 127


@here
@pytest.mark.parametrize("how", ["time-out", signal.SIGKILL])
def test_all_that_was_started_ends_when_nobody_waits_for_it(tmp_path, how) -> None:
    script = f"""
        trap 'echo tidy >{tmp_path}/said' EXIT
        (trap '' TERM; while :; do sleep 0.1; done) & echo $! >>{tmp_path}/pids
        timeout 600 sh -c 'echo $$ >>{tmp_path}/pids; sleep 600'
    """
    if how == "time-out":
        with pytest.raises(CommandError):
            _run("bash", "-c", script, timeout=2)
    else:
        _ended_while_it_waits(script, tmp_path, how)
    _wait(lambda: all(_gone(int(pid)) for pid in _lines(tmp_path / "pids")))
    assert _lines(tmp_path / "said") == ["tidy"]


@here
def test_ctrl_c_ends_within_two_seconds_and_leaves_whole_what_the_script_tidies(tmp_path) -> None:
    script = f"""
        trap 'sleep 0.2; echo tidy >{tmp_path}/said' EXIT
        echo $$ >>{tmp_path}/pids
        bash -c 'trap "" TERM; echo $$ >>{tmp_path}/pids; while :; do sleep 0.1; done'
    """
    begun = time.monotonic()
    _run("true")
    one = time.monotonic() - begun  # how slow this machine is now
    took = _ended_while_it_waits(script, tmp_path, signal.SIGINT)
    begun = time.monotonic() - took
    _wait(lambda: all(_gone(int(pid)) for pid in _lines(tmp_path / "pids")))
    assert time.monotonic() - begun < 2 + 5 * one
    assert _lines(tmp_path / "said") == ["tidy"]


def _ended_while_it_waits(script: str, folder: Path, number: int) -> float:
    """Run a script that writes two process ids, and send a signal to who waits for it; gives the seconds from then."""
    code = (
        "import sys; from lab import shell; from lab.k8s.helper import program\n"
        "try: shell.run(['perl', '-e', program(), 'bash', '-c', sys.argv[1]], input=b'0\\n', leash=True)\n"
        "except KeyboardInterrupt: pass"
    )
    waiter = subprocess.Popen([sys.executable, "-c", code, script])
    _wait(lambda: len(_lines(folder / "pids")) == 2)
    begun = time.monotonic()
    waiter.send_signal(number)
    waiter.wait()
    return time.monotonic() - begun


def _wait(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _lines(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []
