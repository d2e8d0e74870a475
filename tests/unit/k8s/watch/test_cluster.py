import os
import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_scene import Scene, serving, thing

from lab.course import Course
from lab.k8s.watch import api_server
from lab.k8s.watch.cluster import Interest, Watching
from lab.model import Told
from lab.paths import ClusterPaths
from lab.phases import Silent
from lab.shell import processes

PODS = "/api/v1/pods"
DOCKER = """#!/bin/sh
case $1 in
info) echo 2026-01-01T00:00:00Z ;;
inspect)
    case $* in
    *StartedAt*) echo "$(cat {folder}/state) image node T1" ;;
    *Labels*) echo 'helper running node T1' ;;
    *) cat {folder}/state ;;
    esac ;;
events) exec tail -n +1 -s 0.02 -f {folder}/events ;;
exec) echo ready; exec cat >/dev/null ;;
esac
"""


class Ears:
    def __init__(self) -> None:
        self._news: queue.Queue[Told] = queue.Queue()
        self.told = self._news.put

    def until(self, *wanted: Told) -> None:
        """Wait until all of these were told, in any order, with others between them."""
        missing = set(wanted)
        while missing:
            missing.discard(self._news.get(timeout=30))

    def silent(self) -> bool:
        return self._news.empty()


@pytest.fixture
def engine(tmp_path: Path, monkeypatch) -> Path:
    """A folder with a stand-in for docker: `state` has the node's state, `events` what the engine tells."""
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path / "state-home"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(api_server, "AWAY", 0.02)
    folder = tmp_path / "engine"
    folder.mkdir()
    (folder / "docker").write_text(DOCKER.format(folder=folder))
    (folder / "docker").chmod(0o755)
    (folder / "state").write_text("running\n")
    (folder / "events").touch()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


@pytest.fixture
def scene(engine: Path) -> Iterator[Scene]:
    kubeconfig = ClusterPaths("exam").kubeconfig
    kubeconfig.parent.mkdir(parents=True)
    with serving(kubeconfig) as scene:
        scene.put(PODS, thing("a"))
        yield scene


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def watching(scene, ears) -> Iterator[Watching]:
    watching = Watching("exam", Interest((), (PODS,)), ears.told)
    ears.until(Told("node", "running"), Told("files", "all"), Told("api", "ready"), Told("objects", "pods"))
    yield watching
    watching.stop()


def happen(engine: Path, event: str) -> None:
    with (engine / "events").open("a") as events:
        events.write(f"{event}\n")


def test_every_source_is_heard(engine, scene, ears, watching) -> None:
    happen(engine, "die exam-webhook")
    ears.until(Told("host", "exam-webhook die"))
    scene.send(PODS, "ADDED", thing("b"))
    ears.until(Told("objects", "pods"))
    (engine / "state").write_text("exited\n")
    happen(engine, "die exam-control-plane")
    scene.go("away")  # as it does when its node stops
    ears.until(Told("node", "stopped"), Told("api", "the node does not run"))
    scene.go("up")
    (engine / "state").write_text("running\n")
    happen(engine, "start exam-control-plane")
    ears.until(Told("node", "running"), Told("api", "ready"))


def test_after_a_stop_no_thread_and_no_program_is_left(scene, ears, watching) -> None:
    watching.stop()
    for thread in threading.enumerate():
        if thread.name.startswith("watching-"):
            thread.join(30)
            assert not thread.is_alive(), thread.name
    assert not processes._live
    while not ears.silent():
        ears._news.get()
    scene.put(PODS)
    assert ears.silent()


def test_the_course_watches_what_its_exercises_ask_for(scene, ears) -> None:
    scene.put("/apis/constraints.gatekeeper.sh/v1beta1/k8strustedimages")
    watching = Course("exam", Silent()).watch(ears.told)
    try:
        ears.until(Told("api", "ready"))
        scene.send("/apis/constraints.gatekeeper.sh/v1beta1/k8strustedimages", "ADDED", thing("c", namespace=""))
        ears.until(Told("objects", "k8strustedimages"))
    finally:
        watching.stop()
