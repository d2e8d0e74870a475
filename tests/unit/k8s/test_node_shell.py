"""The shell on a node's terminal, with a `docker` of our own that runs things here."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from lab.k8s import node_shell

DOCKER = """#!/bin/sh
# exec [flags] CONTAINER COMMAND...: in a session of its own, so that it outlives the client as an engine's does
shift
while :; do case $1 in
    -it) stty rows 0 cols 0; shift ;;  # the engine's client tells the size later
    -i) shift ;;
    -e) export "$2"; shift 2 ;;
    --detach-keys|-w) shift 2 ;;
    *) break ;;
esac; done
shift
exec 3<&0  # dash gives what it puts into the background /dev/null, though "<&0" is said
[ -t 3 ] || { setsid "$@" <&3 3<&- & wait $!; exit; }
setsid env --default-signal=HUP "$@" <&3 3<&- &
while kill -0 $! 2>/dev/null; do [ -t 3 ] || exit 1; sleep 0.02; done  # as the engine's client without its terminal
wait $!
"""


@pytest.fixture
def spawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Starts a command as on a node; gives the client's terminal and the mark of what was started."""
    (tmp_path / "docker").write_text(DOCKER)
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    clients: list[pexpect.spawn[str]] = []
    marks = []

    def start(*command: str, ignore_sighup: bool = False, folder: str = "") -> "tuple[pexpect.spawn[str], str]":
        argv = node_shell.argv("n", command, folder)
        client = pexpect.spawn(
            argv[0], argv[1:], timeout=30, dimensions=(33, 77), encoding="utf-8", ignore_sighup=ignore_sighup
        )
        clients.append(client)
        marks.append(argv[5])
        return clients[-1], marks[-1]

    yield start
    for client in clients:
        client.close(force=True)
    for mark in marks:
        for process in _own(mark):
            os.kill(process, 9)


def _own(mark: str) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def _guarded(mark: str) -> bool:
    """Whether the program that waits for the end has been started."""
    done = subprocess.run(["pgrep", "-f", f"^bash -c .*{mark}$"], capture_output=True, check=False)
    return done.returncode == 0


def _wait(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def _gone(mark: str) -> bool:
    return _wait(lambda: not _own(mark))


def test_the_exit_code_is_the_commands(spawn) -> None:
    client, _ = spawn("sh", "-c", "echo out; exit 7")
    client.expect("out")
    client.expect(pexpect.EOF)
    client.close()
    assert client.exitstatus == 7


def test_the_command_finds_the_terminals_size(spawn) -> None:
    client, _ = spawn("sh", "-c", 'stty size; echo "left: $LAB_SIZE"')
    client.expect("33 77\r\n")
    client.expect("left: \r\n")


def test_the_command_begins_in_its_folder_if_that_is_there(spawn, tmp_path: Path) -> None:
    for folder, begins in ((tmp_path, tmp_path), (tmp_path / "missing", Path.cwd())):
        client, _ = spawn("sh", "-c", 'echo "in $PWD, left: $LAB_FOLDER"', folder=str(folder))
        client.expect_exact(f"in {begins}, left: \r\n")


def test_what_runs_in_a_shell_is_named_one_name_a_job(spawn) -> None:
    client, mark = spawn("bash", "-c", "set -m; sleep 61 & sleep 62 | sleep 63 & echo there; wait; sleep 60")
    client.expect("there")
    assert _wait(lambda: len(_own(mark)) == 4)
    assert _wait(lambda: _programs(mark) == ["sleep", "sleep"])
    for process in _own(mark):
        if b"sleep" in Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")[0]:
            os.kill(process, 9)
    assert _wait(lambda: _programs(mark) == [])


def test_of_what_is_no_shell_on_a_terminal_nothing_is_asked() -> None:
    assert node_shell.programs_command(["docker", "exec", "-i", "n", "bash"]) == []


def _programs(mark: str) -> list[str]:
    command = node_shell.programs_command(["sh", "-c", "", "lab-shell", "n", mark])
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_what_was_put_into_the_background_stays_when_the_learner_leaves(spawn) -> None:
    client, mark = spawn("sh", "-c", "sleep 60 </dev/null >/dev/null 2>&1 & echo there")
    client.expect("there")
    client.expect(pexpect.EOF)
    client.close()
    assert client.exitstatus == 0
    assert [Path(f"/proc/{process}/comm").read_text() for process in _own(mark)] == ["sleep\n"]


@pytest.mark.parametrize("signal", [1, 15, 9])
def test_nothing_is_left_when_the_program_is_killed(spawn, signal: int) -> None:
    client, mark = spawn("sh", "-c", "echo there; sleep 60; sleep 60")
    client.expect("there")
    assert _wait(lambda: _guarded(mark))
    os.killpg(client.pid, signal)  # all that shares the terminal
    assert _gone(mark)


def test_nothing_is_left_when_the_client_fails_before_the_hangup_ends_it(spawn) -> None:
    client, mark = spawn("sh", "-c", "echo there; sleep 60; sleep 60", ignore_sighup=True)
    client.expect("there")
    client.ptyproc.fileobj.close()
    assert _gone(mark)


def test_the_command_waits_for_its_guard(spawn, tmp_path: Path) -> None:
    """Else a client that is killed at once leaves it behind."""
    slow = tmp_path / "bash"
    slow.write_text('#!/bin/sh\ntouch "$0.called"; while [ ! -e "$0.go" ]; do sleep 0.05; done\nexec /bin/bash "$@"\n')
    slow.chmod(0o755)
    client, mark = spawn("touch", str(tmp_path / "ran"))
    assert _wait((tmp_path / "bash.called").exists)
    assert _wait(lambda: _lines(mark) != [])
    assert not (tmp_path / "ran").exists()
    (tmp_path / "bash.go").touch()
    client.expect(pexpect.EOF)
    assert (tmp_path / "ran").exists()
    assert _wait(lambda: not Path("/dev/shm", mark).exists())


def test_what_ignores_sighup_stays_as_on_any_terminal(spawn) -> None:
    line = "nohup sleep 60 >/dev/null 2>&1 & echo there; exec sleep 61"
    client, mark = spawn("sh", "-c", line)
    client.expect("there")
    both = ["sleep\x0060\x00", "sleep\x0061\x00"]  # nohup has begun to ignore the signal
    assert _wait(lambda: _guarded(mark) and _lines(mark) == both)
    os.killpg(client.pid, 9)
    assert _wait(lambda: _lines(mark) == ["sleep\x0060\x00"])


def _lines(mark: str) -> list[str]:
    lines = []
    for process in _own(mark):
        try:
            lines.append(Path(f"/proc/{process}/cmdline").read_text())
        except OSError:
            continue
    return sorted(lines)
