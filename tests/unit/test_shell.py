import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

import pytest

from lab import shell
from lab.errors import CommandError
from lab.shell import processes


@pytest.fixture(autouse=True)
def _impatient(monkeypatch) -> None:
    monkeypatch.setattr(processes, "_GRACE", 0.3)


def gone(pid: int) -> bool:
    """Whether a process ended; a zombie that nobody has waited for counts."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):  # the second: between opening and reading
        return True


def until(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_output_and_exit_code() -> None:
    done = shell.run(["sh", "-c", "echo out; echo err >&2; printf '\\377'"])
    assert (done.returncode, done.stdout, done.stderr) == (0, b"out\n\xff", b"err\n")
    assert (done.text, done.output) == ("out\n\ufffd", "out\n\ufffderr\n")
    assert shell.run(["sh", "-c", "exit 3"], check=False).returncode == 3


def test_a_program_that_fails() -> None:
    with pytest.raises(CommandError) as raised:
        shell.run(["sh", "-c", "echo 'what went wrong'; exit 3"])
    error = raised.value
    assert (error.returncode, error.argv[0]) == (3, "sh")
    assert "exit code 3" in error.message
    assert "what went wrong" in error.message


@pytest.mark.parametrize("argv", [["no-such-program"], ["/etc/passwd"], ["/"]])
def test_a_program_that_cannot_be_started(argv, tmp_path) -> None:
    for start in (
        lambda: shell.run(argv),
        lambda: shell.Background(argv, tmp_path / "log"),
        lambda: shell.interact(argv),
        lambda: shell.spawn_daemon(argv, tmp_path / "log"),
    ):
        with pytest.raises(CommandError, match=f"Could not start {argv[0]}") as raised:
            start()
        assert raised.value.returncode is None
    assert not shell.succeeds(argv)


def test_words_are_never_read_by_a_shell() -> None:
    assert shell.run(["printf", "%s|", "$HOME; ls *", "a  b"]).text == "$HOME; ls *|a  b|"


def test_standard_input(tmp_path) -> None:
    assert shell.run(["cat"]).stdout == b""  # an end of file, never the terminal
    big = bytes(range(256)) * 4096
    assert shell.run(["cat"], input=big).stdout == big
    assert shell.run(["cat"], input=b"").stdout == b""
    (tmp_path / "in").write_bytes(b"from a file")
    with (tmp_path / "in").open("rb") as stream:
        assert shell.run(["cat"], stdin=stream).stdout == b"from a file"


def test_folder_and_variables(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LAB_TEST_KEPT", "kept")
    done = shell.run(["sh", "-c", "pwd; echo $LAB_TEST_KEPT $LAB_TEST_NEW"], cwd=tmp_path, env={"LAB_TEST_NEW": "new"})
    assert done.text == f"{tmp_path}\nkept new\n"
    assert "LAB_TEST_NEW" not in os.environ


def test_a_log_gets_everything_and_is_added_to(tmp_path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    done = shell.run(["sh", "-c", "echo one; echo two >&2"], log=log)
    assert (done.stdout, done.stderr) == (b"", b"")
    assert log.read_text() == "before\n\n$ sh -c 'echo one; echo two >&2'\none\ntwo\n"
    with pytest.raises(CommandError, match="the reason"):
        shell.run(["sh", "-c", "seq 5000; echo the reason; exit 1"], log=log)


def test_too_long_ends_the_children_too(tmp_path) -> None:
    script = f"sleep 60 & echo $! >{tmp_path}/child; echo partly; wait"
    begun = time.monotonic()
    with pytest.raises(CommandError, match="took longer than 0 s") as raised:
        shell.run(["sh", "-c", script], timeout=0.3)
    assert raised.value.returncode is None
    assert time.monotonic() - begun < 3
    until(lambda: gone(int((tmp_path / "child").read_text())))


def test_who_does_not_hear_is_killed() -> None:
    begun = time.monotonic()
    with pytest.raises(CommandError, match="was stopped"):
        shell.run(["sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"], timeout=0.2)
    assert time.monotonic() - begun < 3


def test_an_interrupt_ends_the_program(tmp_path) -> None:
    pid = tmp_path / "pid"

    def interrupt() -> None:
        until(lambda: pid.exists() and pid.read_text() and processes._live)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        shell.run(["sh", "-c", f"echo $$ >{pid}; exec sleep 60"])
    thread.join()
    until(lambda: gone(int(pid.read_text())))
    assert not processes._live


def test_a_signal_while_a_program_is_started_waits_until_it_can_be_ended(tmp_path, monkeypatch) -> None:
    begun: list[subprocess.Popen[bytes]] = []

    class Slow(subprocess.Popen):
        def __init__(self, *arguments, **options) -> None:
            super().__init__(*arguments, **options)
            begun.append(self)
            signal.raise_signal(signal.SIGINT)  # it runs, and nobody knows of it yet

    monkeypatch.setattr(subprocess, "Popen", Slow)
    with pytest.raises(KeyboardInterrupt):
        shell.run(["sleep", "60"])
    assert begun[0].returncode == -signal.SIGTERM
    assert begun[0] not in processes._live


def test_background(tmp_path) -> None:
    log = tmp_path / "log"
    work = shell.Background(["sh", "-c", "echo begun; sleep 60 & wait"], log)
    until(lambda: "begun" in log.read_text())
    assert work.running()
    assert not work.succeeded()
    with pytest.raises(CommandError, match="took longer"):
        work.wait(0.05)
    work.stop()
    assert not work.running()
    assert not work.succeeded()
    work.stop()  # twice does no harm
    good = shell.Background(["true"], log)
    good.wait(5)
    assert good.succeeded()
    good.stop()
    assert not processes._live


def test_variables_of_a_program_in_the_background(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LAB_TEST_KEPT", "kept")
    log = tmp_path / "log"
    work = shell.Background(["sh", "-c", "echo $LAB_TEST_KEPT $LAB_TEST_NEW"], log, {"LAB_TEST_NEW": "new"})
    work.wait(5)
    work.stop()
    assert log.read_text().splitlines()[-1] == "kept new"
    assert "LAB_TEST_NEW" not in os.environ


def test_stop_all_ends_what_other_threads_run(tmp_path) -> None:
    failed: list[BaseException] = []

    def work(name: str) -> None:
        try:
            shell.run(["sh", "-c", f"touch {tmp_path}/{name}; sleep 60"])
        except CommandError as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    background = shell.Background(["sh", "-c", f"touch {tmp_path}/c; sleep 60"], tmp_path / "log")
    until(lambda: all((tmp_path / name).exists() for name in "abc"))
    shell.stop_all()
    for thread in threads:
        thread.join(5)
    assert not background.running()
    background.stop()
    assert len(failed) == 2
    shell.stop_all()  # nothing left


def test_succeeds() -> None:
    assert shell.succeeds(["true"])
    assert not shell.succeeds(["false"])
    assert not shell.succeeds(["sleep", "60"], timeout=0.1)


def test_interact_uses_this_process_own_streams() -> None:
    script = "import sys; from lab import shell; sys.exit(shell.interact(['sh', '-c', 'read x; echo got $x; exit 5']))"
    done = subprocess.run([sys.executable, "-c", script], input=b"word\n", capture_output=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (5, b"got word\n")


def test_interact_leaves_the_interrupt_to_the_program() -> None:
    before = signal.getsignal(signal.SIGINT)
    script = f"kill -INT {os.getpid()}; trap 'exit 9' INT; kill -INT $$"
    assert shell.interact(["sh", "-c", script]) == 9  # this process did not mind
    assert signal.getsignal(signal.SIGINT) is before


def test_interact_ends_the_program_when_this_process_is_ended(tmp_path) -> None:
    def end(number: int, frame: FrameType | None) -> None:
        callers = set()
        while frame:
            callers.add(frame.f_code.co_name)
            frame = frame.f_back
        if "_wait_for" in callers and "_end" not in callers:  # it is asked again and again, and obeys once
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, end)
    try:
        with pytest.raises(KeyboardInterrupt):
            shell.interact(
                ["sh", "-c", f"echo $$ > {tmp_path}/pid; while kill -USR1 {os.getpid()}; do sleep 0.1; done"]
            )
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert gone(int((tmp_path / "pid").read_text()))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_daemon_outlives_its_starter(tmp_path) -> None:
    script = (
        "from pathlib import Path; from lab import shell; "
        f"print(shell.spawn_daemon(['sh', '-c', 'echo up; pwd; exec sleep 60'], Path('{tmp_path}/log')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=20, check=True)
    pid = int(done.stdout)
    try:
        until(lambda: (tmp_path / "log").read_text() == "up\n/\n")
        assert not gone(pid)
        assert os.getsid(pid) == pid  # the terminal's signals do not reach it
    finally:
        os.kill(pid, signal.SIGKILL)


def test_a_stream_gives_lines_of_both_streams_until_it_ends() -> None:
    stream = shell.Stream(["sh", "-c", "echo out; echo err >&2; printf '\\377'; read -r word; echo $word"])
    lines = iter(stream)
    assert [next(lines), next(lines)] == ["out", "err"]
    assert stream._process.stdin
    stream._process.stdin.write(b"in\n")
    stream._process.stdin.flush()
    assert list(lines) == ["\ufffdin"]
    stream.stop()
    with pytest.raises(CommandError, match="no-such-program"):
        shell.Stream(["no-such-program"])


@pytest.mark.parametrize("leash", [False, True])
def test_a_stream_is_stopped_while_it_is_read(leash) -> None:
    stream = shell.Stream(["sh", "-c", "echo $$; exec sleep 60"], leash)
    lines = iter(stream)
    pid = int(next(lines))
    stopper = threading.Timer(0.05, shell.stop_all if leash else stream.stop)
    stopper.start()
    assert list(lines) == []
    until(lambda: gone(pid))
    stopper.join()
    stream.stop()
    assert not processes._live


def test_a_leash_gives_the_programs_output_and_its_end() -> None:
    stream = shell.Stream(["sh", "-c", "echo out; exit 3"], leash=True)
    assert list(stream) == ["out"]
    stream.stop()


@pytest.mark.parametrize(("leash", "program"), [(True, "exec sleep 60"), (False, "cat >/dev/null")])
def test_a_program_ends_with_a_process_that_is_killed(leash, program, tmp_path) -> None:
    script = (
        "import os, signal; from lab.shell import Stream; "
        f"print(next(iter(Stream(['sh', '-c', 'echo $$; {program}'], {leash}))), flush=True); "
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, timeout=20, check=False)
    assert done.returncode == -signal.SIGKILL
    until(lambda: gone(int(done.stdout)))


def test_which_looks_into_the_sbin_folders(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shell.which("no-such-program") is None
    program = tmp_path / "own"
    program.touch(0o755)
    assert shell.which("own") == str(program)
    asked: list[str] = []
    monkeypatch.setattr("shutil.which", lambda program, path: asked.append(path))
    shell.which("dockerd")
    assert asked[0].split(":") == [str(tmp_path), "/usr/local/sbin", "/usr/sbin", "/sbin"]
