import os
import queue
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from stand_in import StandIn

from lab.k8s.helper import Helper
from lab.k8s.node import Node
from lab.k8s.watch import node_changes
from lab.k8s.watch.node_changes import ALWAYS, NodeWatch, parse, program, roots
from lab.model import Told
from lab.shell import Stream, processes

here = pytest.mark.skipif(sys.platform != "linux", reason="the program is for the node, which is Linux")


def test_roots_are_what_is_always_watched_and_what_lies_elsewhere() -> None:
    files = ("/root/answer", "/etc/kubernetes/admission/x", "/srv/a", "/srv/a/b", "/rooted")
    assert roots(files) == (*ALWAYS, "/rooted", "/srv/a")
    assert roots(()) == ALWAYS


def test_lines() -> None:
    assert parse("files /root/a b") == Told("files", "/root/a b")
    assert parse("containers /tasks/start") == Told("containers", "/tasks/start")
    assert parse("ready") is None
    assert parse("Error response from daemon: container abc is not running") is None


class Program:
    """The node's program, run here on folders of the test, with a `ctr` that says what it is told to."""

    def __init__(self, folder: Path, *watched: Path) -> None:
        self.said: queue.Queue[str] = queue.Queue()
        self.stream = Stream(["perl", "-e", program(), "/", *map(str, watched)])
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.until("ready")

    def _read(self) -> None:
        for line in self.stream:
            self.said.put(line)

    def until(self, wanted: str) -> list[str]:
        """What it says until a line that it has to say."""
        lines = []
        while wanted not in lines:
            lines.append(self.said.get(timeout=30))
        return lines


@pytest.fixture
def ctr(tmp_path: Path, monkeypatch) -> Path:
    """What the stand-in for ctr prints, line by line; its process id is in `pid`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    said = folder / "said"
    said.touch()
    script = f"#!/bin/sh\necho $$ >{folder}/pid\nexec tail -n +1 -s 0.02 -f {said}\n"
    (folder / "ctr").write_text(script)
    (folder / "ctr").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return said


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    (tree / "deep" / "er").mkdir(parents=True)
    return tree


@pytest.fixture
def node(tree: Path, ctr: Path, tmp_path: Path) -> Iterator[Program]:
    running = Program(tmp_path, tree, tmp_path / "later" / "on")
    yield running
    running.stream.stop()


@here
def test_files_are_told(node, tree) -> None:
    (tree / "deep" / "er" / "a").write_text("1")
    node.until(f"files {tree}/deep/er/a")
    (tree / "deep" / "er" / "a").chmod(0o600)
    node.until(f"files {tree}/deep/er/a")
    (tree / "deep" / "er" / "a").rename(tree / "b")
    node.until(f"files {tree}/b")
    (tree / "b").unlink()
    node.until(f"files {tree}/b")


@here
def test_new_and_moved_folders_are_watched_too(node, tree) -> None:
    (tree / "new" / "one").mkdir(parents=True)
    node.until(f"files {tree}/new")
    (tree / "mark").touch()
    node.until(f"files {tree}/mark")  # by now it has looked into what was made before
    (tree / "new" / "one" / "a").touch()
    node.until(f"files {tree}/new/one/a")
    (tree / "new").rename(tree / "other")
    node.until(f"files {tree}/other")
    (tree / "other" / "one" / "b").touch()
    node.until(f"files {tree}/other/one/b")


@here
def test_what_is_made_later_or_made_anew_is_watched(node, tree, tmp_path) -> None:
    later = tmp_path / "later" / "on"
    later.mkdir(parents=True)
    node.until(f"files {tmp_path}/later")
    tree.rename(tmp_path / "gone")
    node.until(f"files {tree}")
    tree.mkdir()
    node.until(f"files {tree}")
    (later / "a").touch()
    (tree / "b").touch()
    assert {f"files {later}/a"} <= set(node.until(f"files {tree}/b"))


@here
def test_noise_is_not_told(node, tree, tmp_path) -> None:
    (tree / ".kube" / "cache").mkdir(parents=True)
    (tree / ".kube" / "cache" / "x").touch()
    for name in (".answer.swp", ".answer.swx", "4913", ".viminfo", ".bash_history"):
        (tree / name).touch()
    (tmp_path / "beside").touch()
    (tree / "answer").touch()
    assert node.until(f"files {tree}/answer")[-1:] == [f"files {tree}/answer"]
    (tree / "answer\nfiles x").touch()
    lines = node.until(f"files {tree}/answer?files x")
    assert not any("cache" in line or "beside" in line or ".sw" in line for line in lines)


@here
def test_containers_are_told_and_what_runs_inside_them_is_not(node, ctr) -> None:
    inside = '/tasks/exit {"container_id":"a","id":"b"}'
    own = '/tasks/exit {"container_id":"a","id":"a"}'
    with ctr.open("a") as said:
        said.write(f"2026 k8s.io {inside}\n")
        said.flush()
        said.write('2026 k8s.io /images/delete {"name":"x"}\n')
        said.flush()
        assert "containers /tasks/exit" not in node.until("containers /images/delete")
        said.write(f"2026 k8s.io {own}\n2026 k8s.io {own}\n")
        said.flush()
    node.until("containers /tasks/exit")


@here
def test_containerd_may_go_and_come_back(node, ctr) -> None:
    node.until("containers again")
    first = (ctr.parent / "pid").read_text()
    os.kill(int(first), 9)
    lines = node.until("containers again")
    assert "containers away" in lines
    assert (ctr.parent / "pid").read_text() != first


@here
@pytest.mark.parametrize("how", ["stop", "end of input"])
def test_it_ends_with_its_reader_and_ends_what_it_started(node, ctr, how) -> None:
    node.until("containers again")
    child = int((ctr.parent / "pid").read_text())
    if how == "stop":
        node.stream.stop()
    else:
        node.stream._process.stdin.close()
        assert node.stream._process.wait(30) == 0
    deadline = time.monotonic() + 30
    while Path(f"/proc/{child}").exists() and " Z " not in Path(f"/proc/{child}/stat").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Ears(StandIn):
    def __init__(self) -> None:
        self.heard: queue.Queue[Told] = queue.Queue()

    def notify(self, told: Told) -> None:
        self.heard.put(told)


class Beside(Helper):
    """The helper of a node that runs."""

    def __init__(self) -> None:
        super().__init__("n", Node("n-control-plane"), Path("/nowhere"))

    def ensure(self) -> None:
        pass


@pytest.fixture
def stand_in(monkeypatch, tmp_path) -> Path:
    """A script in place of `docker exec`."""
    file = tmp_path / "docker"
    monkeypatch.setattr(node_changes, "Stream", lambda argv: Stream(["sh", str(file)]))
    monkeypatch.setattr(node_changes, "_SOONEST", 0.0)
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    return file


def test_what_is_heard(stand_in) -> None:
    stand_in.write_text(
        "echo ready; echo files /root/a; echo containers /tasks/exit; echo 'perl: not found' >&2; exit 1"
    )
    ears, nudges = Ears(), []
    watch = NodeWatch(Beside(), (), ears)
    watch.on_containers = lambda: nudges.append(1)
    watch.wake()
    watch.turn()
    heard = [ears.heard.get_nowait() for _ in range(3)]
    assert heard == [Told("files", "all"), Told("files", "/root/a"), Told("containers", "/tasks/exit")]
    assert len(nudges) == 1
    assert "perl: not found" in (stand_in.parent / "logs" / "watching.log").read_text()


def test_a_node_that_does_not_run_is_no_fault(stand_in) -> None:
    stand_in.write_text("echo 'Error response from daemon: container abc is not running' >&2; exit 1")
    watch = NodeWatch(Beside(), (), Ears())
    watch.wake()
    watch.turn()
    assert not (stand_in.parent / "logs").exists()


def test_it_ends_while_it_listens(stand_in) -> None:
    stand_in.write_text("echo ready; exec sleep 600")
    ears = Ears()
    watch = NodeWatch(Beside(), (), ears)
    thread = threading.Thread(target=watch.turn)
    thread.start()
    assert ears.heard.get(timeout=30) == Told("files", "all")
    watch.stop()
    thread.join(30)
    assert not thread.is_alive()
    assert not processes._live
