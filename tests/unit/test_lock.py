"""One at a time on a cluster, in processes of their own."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.errors import LabError
from lab.lock import Lock
from lab.phases import Recording

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, time
from pathlib import Path
from lab.lock import Lock
from lab.phases import Silent
folder = Path(sys.argv[1])
with Lock(folder / ".x.lock", folder / "x").held("lab reset --all", Silent()):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[Callable[[float], "subprocess.Popen[str]"]]:
    """Starts a process that holds the lock for some seconds."""
    begun: list[subprocess.Popen[str]] = []
    (tmp_path / "x").mkdir()

    def hold(seconds: float) -> "subprocess.Popen[str]":
        argv = [sys.executable, "-c", HOLD, str(tmp_path), str(seconds)]
        process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        begun.append(process)
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        return process

    yield hold
    for process in begun:
        process.kill()
        process.communicate()


def lock(folder: Path, wait: float = 20) -> Lock:
    return Lock(folder / ".x.lock", folder / "x", wait)


def test_a_second_one_waits_and_says_for_whom(hold, tmp_path) -> None:
    process, status = hold(1), Recording()
    holder = lock(tmp_path).holder()
    assert holder
    assert (holder.command, holder.pid) == ("lab reset --all", process.pid)
    with lock(tmp_path).held("lab start pin", status):
        assert lock(tmp_path).holder() is None  # it is this process
    [waited] = status.lines
    assert waited.startswith(f"Waiting for `lab reset --all` (process {process.pid}, since ")


def test_it_waits_no_longer_than_it_should(hold, tmp_path) -> None:
    process = hold(60)
    with (
        pytest.raises(LabError, match=f"`lab reset --all`.*{process.pid}") as raised,
        lock(tmp_path, 0.5).held("", Recording()),
    ):
        pytest.fail("it is held")
    assert f"kill {process.pid}" in raised.value.hint


def test_that_of_a_dead_process_is_free(hold, tmp_path) -> None:
    process, status = hold(60), Recording()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert lock(tmp_path).holder() is None
    with lock(tmp_path).held("lab up", status):
        assert status.lines == []


def test_it_may_be_nested_but_not_by_another_thread(tmp_path) -> None:
    (tmp_path / "x").mkdir()
    mine, entered = lock(tmp_path), []

    def other() -> None:
        with mine.held("lab verify", Recording()):
            entered.append(time.monotonic())

    with mine.held("lab solve pin", Recording()), mine.held("lab start pin", Recording()):
        thread = threading.Thread(target=other)
        thread.start()
        time.sleep(0.5)
        assert entered == []
    thread.join()
    assert len(entered) == 1


def test_its_file_goes_with_the_clusters_folder(tmp_path) -> None:
    (tmp_path / "x").mkdir()
    with lock(tmp_path).held("lab up", Recording()):
        assert (tmp_path / ".x.lock").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / ".x.lock").exists()
    with lock(tmp_path).held("lab down", Recording()):
        (tmp_path / "x").rmdir()
    assert not (tmp_path / ".x.lock").exists()


def test_one_that_waited_while_the_file_went_has_the_new_one(tmp_path) -> None:
    (tmp_path / "x").mkdir()
    inside: list[str] = []

    def work(command: str) -> None:
        with lock(tmp_path).held(command, Recording()):
            inside.append(command)
            assert len(inside) == 1
            time.sleep(0.05)
            inside.remove(command)

    with lock(tmp_path).held("lab down", Recording()):
        threads = [threading.Thread(target=work, args=(f"lab up {number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        (tmp_path / "x").rmdir()
    for thread in threads:
        thread.join()
    assert inside == []


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a file system of its own")
def test_a_folder_that_cannot_be_written_is_named(tmp_path) -> None:
    file = tmp_path / "in the way"
    file.touch()
    with pytest.raises(LabError, match="in the way") as raised, Lock(file / "lock", tmp_path).held("", Recording()):
        pytest.fail("it cannot be held")
    assert "ls -la" in raised.value.hint
