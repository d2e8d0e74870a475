"""Being told of changes on the real cluster: of files, containers, objects, the API server, the node."""

import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from live_program import Lab

from lab.course import Course
from lab.model import Told
from lab.phases import Silent

OUT = "mv /etc/kubernetes/manifests/kube-apiserver.yaml /root/"
BACK = "mv /root/kube-apiserver.yaml /etc/kubernetes/manifests/"
LEFT = "ps -eo args | grep -e '[c]ks-lab: tells' -e '[c]tr -n k8s.io events' || true"
WATCH = """
import sys, time
from lab.course import Course
from lab.phases import Silent
Course(sys.argv[1], Silent()).watch(lambda told: print(told.what, told.detail, flush=True))
time.sleep(600)
"""


class Ears:
    """Hears what a watch tells."""

    def __init__(self) -> None:
        self._news: queue.Queue[Told] = queue.Queue()
        self.told = self._news.put

    def until(self, what: str, *details: str) -> list[Told]:
        """All that is told until something is, with one of the details where any are asked for."""
        heard: list[Told] = []
        while not heard or heard[-1].what != what or (details and heard[-1].detail not in details):
            heard.append(self._news.get(timeout=120))
        return heard

    def rest(self) -> None:
        """Wait until all is told that is at the start."""
        last = {Told("api", "ready"), Told("containers", "again")}
        while last:
            last.discard(self._news.get(timeout=120))


@pytest.fixture
def course(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Course:
    monkeypatch.setenv("LAB_STATE_HOME", str(lab.state))
    return Course(lab.name, Silent())


@pytest.fixture
def ears(lab: Lab, course: Course) -> Iterator[Ears]:
    """A watch that has come to rest."""
    ears = Ears()
    watching = course.watch(ears.told)
    ears.rest()
    yield ears
    watching.stop()
    lab.node("rm -rf /root/told*")


def change_an_object(lab: Lab, ears: Ears) -> None:
    lab.node("kubectl -n default create deployment told --image=registry.k8s.io/pause:3.10 --replicas=0")
    ears.until("objects", "deployments", "replicasets")
    lab.node("kubectl -n default delete deployment told")
    ears.until("objects", "deployments", "replicasets")


def test_a_change_of_a_file_is_told(lab: Lab, ears: Ears) -> None:
    lab.node("echo 1 >/root/told")
    ears.until("files", "/root/told")
    lab.node("mkdir -p /root/told.d/a; echo 1 >/root/told.d/a/b")
    ears.until("files", "/root/told.d", "/root/told.d/a", "/root/told.d/a/b")
    lab.node("echo 2 >/root/told.d/a/b")
    ears.until("files", "/root/told.d/a/b")
    lab.node("touch /etc/kubernetes/manifests/.told; rm /etc/kubernetes/manifests/.told")
    ears.until("files", "/etc/kubernetes/manifests/.told")


def test_the_restart_of_a_static_pods_container_is_told(lab: Lab, ears: Ears) -> None:
    lab.node("crictl stop $(crictl ps -q --name '^kube-scheduler$')")
    ears.until("containers", "/tasks/exit")
    ears.until("containers", "/tasks/start")


def test_a_change_of_an_object_is_told(lab: Lab, ears: Ears) -> None:
    change_an_object(lab, ears)


def test_a_look_is_no_change(lab: Lab, course: Course, ears: Ears) -> None:
    lab("start", "image-digest")
    lab.node("touch /root/told")
    ears.until("files", "/root/told")
    assert course.verify(["image-digest"]).possible
    lab.node("touch /root/told.2")
    assert ears.until("files", "/root/told.2") == [Told("files", "/root/told.2")]


def test_the_api_server_goes_and_comes_back(lab: Lab, course: Course, ears: Ears) -> None:
    lab.node(OUT)
    try:
        ears.until("api", "no answer")
    finally:
        lab.node(BACK)
    ears.until("api", "ready")
    assert course.look().api_server == "ready"
    change_an_object(lab, ears)


def test_the_node_stops_and_runs_again(lab: Lab, ears: Ears) -> None:
    node = f"{lab.name}-control-plane"
    subprocess.run(["docker", "pause", node], check=True, stdout=subprocess.DEVNULL)
    try:
        ears.until("node", "stopped")
    finally:
        subprocess.run(["docker", "unpause", node], check=True, stdout=subprocess.DEVNULL)
    ears.until("node", "running")
    lab.node("touch /root/told")
    ears.until("files", "/root/told")


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.long)])
def test_nothing_is_left_on_the_node_when_the_reader_is_killed(lab: Lab, times: int) -> None:
    for _ in range(times):
        reader = subprocess.Popen(
            [sys.executable, "-c", WATCH, lab.name], env=lab.environment, stdout=subprocess.PIPE, text=True
        )
        assert reader.stdout
        assert any(line.startswith("files all") for line in reader.stdout)
        os.kill(reader.pid, signal.SIGKILL)
        reader.wait()
        reader.stdout.close()
    deadline = time.monotonic() + 30
    while left := lab.node(LEFT):
        assert time.monotonic() < deadline, left
        time.sleep(0.2)
