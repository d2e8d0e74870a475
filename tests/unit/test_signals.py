"""Signals that end the program, sent to it as a program of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# `lab up`, but what it does is in WORK: a program with a child of its own, started as the builds start theirs.
PROGRAM = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import lab.course
from lab import cli, shell

folder = Path(sys.argv[1])

def child(name):
    shell.run(["sh", "-c", f"sleep 600 & echo $! > {folder}/.{name}; mv {folder}/.{name} {folder}/{name}; wait"])

def until(name):
    while not (folder / name).exists():
        time.sleep(0.02)

def up(course, from_source=False):
    with course.status.phase("Working"):
WORK

lab.course.Course.up = up
cli.cluster.say_next = lambda course: print("What next")
cli.main(["up"])
"""
ALONE = 'child("pid")'
SIDE_BY_SIDE = """
pool = ThreadPoolExecutor(2)
tasks = [pool.submit(child, "pid"), pool.submit(child, "pid2")]
try:
    tasks[0].result()
except BaseException:
    shell.stop_all()
    raise
"""
CLEANING_UP = f"""
try:
    {ALONE}
finally:
    (folder / "cleaning").touch()
    until("go")
    (folder / "cleaned").touch()
"""
FAILING_TO = f"""
try:
    {ALONE}
finally:
    raise OSError(5, "Input/output error")
"""
CODES = [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]


def until(true: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "this never came true"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts the program; it and its children are gone afterwards."""
    begun: list[subprocess.Popen[str]] = []

    def begin(work: str, unbuffered: str = "", **options) -> "subprocess.Popen[str]":
        indented = "\n".join(f"        {line}" for line in work.splitlines())
        argv = [sys.executable, "-c", PROGRAM.replace("WORK", indented), str(tmp_path)]
        environment = {**os.environ, "LAB_STATE_HOME": str(tmp_path / "state"), "PYTHONUNBUFFERED": unbuffered}
        process = subprocess.Popen(
            argv, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
        )  # fmt: skip
        begun.append(process)
        return process

    yield begin
    for process in begun:
        process.kill()
        process.communicate()
    for file in tmp_path.glob("pid*"):
        if not gone(int(file.read_text())):
            os.kill(int(file.read_text()), signal.SIGKILL)


@pytest.mark.parametrize(("number", "code"), CODES)
@pytest.mark.parametrize("work", [ALONE, SIDE_BY_SIDE], ids=["alone", "side by side"])
def test_a_signal_ends_the_program_and_its_children(begin, tmp_path, number, code, work) -> None:
    process = begin(work)
    files = [tmp_path / name for name in ("pid", "pid2") if f'"{name}"' in work]
    until(lambda: all(file.exists() for file in files))
    process.send_signal(number)
    out, said = process.communicate(timeout=20)
    assert process.returncode == code
    assert (out, said.count("Interrupted."), "Traceback" in said) == ("", 1, False)
    assert "Working: interrupted after" in said
    until(lambda: all(gone(int(file.read_text())) for file in files))
    assert not (tmp_path / "state/logs/crash.log").exists()


STUBBORN = """
import threading
for name in ("pid", "pid2", "pid3"):
    ready = f"echo $$ > {folder}/.{name}; mv {folder}/.{name} {folder}/{name}"
    script = f"trap '' TERM; {ready}; while :; do sleep 0.1; done"
    threading.Thread(target=lambda script=script: shell.run(["sh", "-c", script]), daemon=True).start()
while True:
    time.sleep(0.1)
"""


def test_programs_that_do_not_heed_it_are_ended_in_time_all_the_same(begin, tmp_path) -> None:
    process = begin(STUBBORN)
    files = [tmp_path / name for name in ("pid", "pid2", "pid3")]
    until(lambda: all(file.exists() for file in files))
    begun = time.monotonic()
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 143
    assert time.monotonic() - begun < 4  # 1.5 s for all three, and what a busy machine takes
    assert all(gone(int(file.read_text())) for file in files)


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGHUP])
def test_a_second_signal_does_not_disturb_the_clean_up(begin, tmp_path, second) -> None:
    process = begin(CLEANING_UP)
    until((tmp_path / "pid").exists)
    process.send_signal(signal.SIGHUP)
    until((tmp_path / "cleaning").exists)
    process.send_signal(second)
    (tmp_path / "go").touch()
    _, said = process.communicate(timeout=20)
    assert (process.returncode, "Traceback" in said) == (129, False)
    assert (tmp_path / "cleaned").exists()


def test_what_the_clean_up_meets_does_not_hide_the_signal(begin, tmp_path) -> None:
    process = begin(FAILING_TO)
    until((tmp_path / "pid").exists)
    process.terminate()
    _, said = process.communicate(timeout=20)
    assert (process.returncode, "Traceback" in said, "Interrupted." in said) == (143, False, True)


def test_nohup_is_respected(begin, tmp_path) -> None:
    process = begin(
        '(folder / "ready").touch()\nuntil("go")', preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )
    until((tmp_path / "ready").exists)
    process.send_signal(signal.SIGHUP)
    (tmp_path / "go").touch()
    out, _ = process.communicate(timeout=20)
    assert (process.returncode, "What next" in out) == (0, True)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_is_gone_does_not_hide_the_signal(begin, tmp_path, unbuffered) -> None:
    """As when the terminal is closed: nothing can be written any more, now or when Python exits."""
    process = begin(ALONE, unbuffered)
    until((tmp_path / "pid").exists)
    process.stdout.close()
    process.stderr.close()
    process.send_signal(signal.SIGHUP)
    assert process.wait(20) == 129
    until(lambda: gone(int((tmp_path / "pid").read_text())))
