import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_scene import Scene, serving, thing
from stand_in import StandIn

from lab.k8s.watch import api_server, list_watch
from lab.k8s.watch.api_server import ApiWatch
from lab.k8s.watch.kinds import kinds_of
from lab.k8s.watch.notifier import loop

PODS = "/api/v1/pods"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
POLICIES = "/apis/constraints.gatekeeper.sh/v1beta1/policies"


def first(audited: str = "then") -> dict:
    """The pod that is there from the start."""
    return thing("a", spec=1, status={"auditTimestamp": audited})


class Listener(StandIn):
    """A notifier that keeps what is told and what is noise, one after the other."""

    def __init__(self) -> None:
        self.news: queue.Queue[tuple[str, str]] = queue.Queue()

    def notify(self, told) -> None:
        self.news.put((told.what, told.detail))

    def notify_noise(self, told) -> None:
        self.news.put(("notify_noise", told.detail))

    def hear(self, *wanted: tuple[str, str]) -> None:
        """Wait for just these, in any order."""
        heard = {self.news.get(timeout=30) for _ in wanted}
        assert heard == set(wanted)

    def nothing_else(self) -> None:
        assert self.news.empty()


@pytest.fixture(autouse=True)
def _quick(monkeypatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(api_server, "AWAY", 0.02)
    monkeypatch.setattr(list_watch, "_TROUBLE", 0.02)
    monkeypatch.setattr(list_watch, "_BREATH", 0.0)


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with serving(tmp_path / "kubeconfig") as scene:
        scene.put(PODS, first())
        scene.put(CRDS)
        yield scene


@pytest.fixture
def watching(tmp_path: Path, listener: Listener) -> Iterator[ApiWatch]:
    """Not started; `runs` of it is whether the node runs."""
    requests = ("/api/v1/namespaces/default/pods/x", f"{CRDS}/x", f"{POLICIES}/x")
    watching = ApiWatch(tmp_path / "kubeconfig", kinds_of(requests), listener, lambda: watching.runs)  # type: ignore[attr-defined]
    watching.runs = True  # type: ignore[attr-defined]
    yield watching
    watching.stop()


def start(watching: ApiWatch) -> threading.Thread:
    return loop("test", watching.stopped, watching.turn)


@pytest.fixture
def listening(scene: Scene, watching: ApiWatch, listener: Listener) -> Scene:
    """A scene that is watched, its first words heard."""
    start(watching)
    listener.hear(("api", "ready"), ("objects", "pods"))
    scene.watch_of(PODS)
    scene.watch_of(CRDS)
    return scene


def test_changes_of_objects_are_told(listening, listener) -> None:
    listening.send(PODS, "ADDED", thing("b", spec=1))
    listener.hear(("objects", "pods"))
    listening.send(PODS, "MODIFIED", thing("b", spec=2))
    listener.hear(("objects", "pods"))
    listening.send(PODS, "DELETED", thing("b", spec=2))
    listener.hear(("objects", "pods"))


def test_noise_is_not_told_and_what_comes_by_itself_is_only_noise(listening, listener) -> None:
    listening.send(PODS, "MODIFIED", first())
    listening.send(PODS, "BOOKMARK", {"metadata": {}})
    listening.send(PODS, "ADDED", thing("c", namespace="kube-system"))
    listening.send(PODS, "MODIFIED", first("now"))
    listener.hear(("notify_noise", "pods"))
    listener.nothing_else()


def test_a_watch_that_ended_goes_on_where_it_stood(listening, listener) -> None:
    listening.send(PODS, "BOOKMARK", {"metadata": {}})
    before = len([path for path in listening.seen if path == PODS])
    listening.end_watches()
    listening.send(PODS, "ADDED", thing("b"))
    listener.hear(("objects", "pods"))
    assert len([path for path in listening.seen if path == PODS]) == before  # it was not listed again
    assert any("resourceVersion=11" in path for path in listening.seen)


@pytest.mark.parametrize("code", [410, 500])
def test_a_version_that_is_too_old_leads_to_a_new_list(listening, listener, code) -> None:
    listening.put(PODS, thing("a", spec=2))
    listening.send(PODS, "ERROR", {"kind": "Status", "code": code})
    listener.hear(("objects", "pods"))


def test_a_watch_or_a_list_that_is_refused_is_tried_again(listening, listener) -> None:
    listening.refuse = {f"{PODS}?watch=1": [410, 500, 403], PODS: [503, 403]}
    listening.put(PODS, thing("b"))
    listening.end_watches()
    listener.hear(("objects", "pods"))
    listening.send(PODS, "DELETED", thing("b"))
    listener.hear(("objects", "pods"))
    listener.nothing_else()


def test_the_api_server_goes_away_and_comes_back(listening, listener) -> None:
    listening.go("away")
    listener.hear(("api", "no answer"))
    listening.go("starting")
    listener.hear(("api", "not ready (/readyz says 500)"))
    listening.put(PODS, {**first(), "metadata": thing("a", version=99)["metadata"]})
    listening.go("up")
    listener.hear(("api", "ready"))
    listening.send(PODS, "ADDED", thing("b"))
    listener.hear(("objects", "pods"))  # and not for the list, which is as it was
    listening.go("away")
    listener.hear(("api", "no answer"))
    listening.put(PODS, thing("a", spec=2), thing("b"))
    listening.go("up")
    listener.hear(("api", "ready"), ("objects", "pods"))


def test_an_api_server_that_ends_its_watches_and_is_not_ready_is_away(listening, listener) -> None:
    listening.mode = "starting"
    listening.end_watches()
    listener.hear(("api", "not ready (/readyz says 500)"))


def test_a_nudge_sees_what_no_watch_does(listening, listener, watching) -> None:
    watching.nudge()
    listening.mode = "starting"
    watching.nudge()
    listener.hear(("api", "not ready (/readyz says 500)"))


def test_a_kind_that_is_made_later_is_watched_then(listening, listener) -> None:
    listening.put(POLICIES, thing("p", namespace=""))
    listening.send(CRDS, "ADDED", thing("crd"))
    listener.hear(("objects", "customresourcedefinitions"), ("objects", "policies"))
    listening.send(POLICIES, "MODIFIED", thing("p", namespace="", spec=1))
    listener.hear(("objects", "policies"))
    listening.drop(POLICIES)
    listening.send(POLICIES, "ERROR", {"code": 404})
    listener.hear(("objects", "policies"))


def test_a_cluster_that_is_remade_is_found_at_its_new_address(tmp_path, listening, listener, watching) -> None:
    listening.go("away")
    listener.hear(("api", "no answer"))
    with serving(tmp_path / "kubeconfig") as other:
        other.put(PODS, thing("z"))
        other.put(CRDS)
        listener.hear(("api", "ready"), ("objects", "pods"))
        watching.stop()


def test_without_a_cluster_it_waits_for_one(tmp_path, watching, listener) -> None:
    start(watching)
    listener.hear(("api", "there is no cluster"))
    with serving(tmp_path / "kubeconfig") as scene:
        scene.put(PODS)
        scene.put(CRDS)
        listener.hear(("api", "ready"))
        watching.stop()


def test_a_half_written_kubeconfig_is_read_again(tmp_path, watching, listener) -> None:
    (tmp_path / "kubeconfig").write_text("clusters: [")
    start(watching)
    listener.hear(("api", "no answer"))
    with serving(tmp_path / "kubeconfig"):
        listener.hear(("api", "ready"))
        watching.stop()


def test_a_node_that_does_not_run_is_not_asked(scene, watching, listener) -> None:
    watching.runs = False
    start(watching)
    listener.hear(("api", "the node does not run"))
    watching.runs = True
    watching.nudge()
    listener.hear(("api", "ready"), ("objects", "pods"))


def test_a_fault_of_its_own_goes_to_the_log_and_it_starts_again(tmp_path, monkeypatch, listening, listener) -> None:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("lab.k8s.watch.api_server.time.sleep", lambda seconds: None)
    listening.put(PODS, thing("a", spec=3))
    listening.send(PODS, "ADDED", {"metadata": {"namespace": "default"}})
    listener.hear(("objects", "pods"))
    assert "KeyError" in (tmp_path / "logs" / "watching.log").read_text()


def test_it_ends_while_its_watches_wait(listening, watching) -> None:
    watching.stop()
    mine = [thread for thread in threading.enumerate() if thread.name in ("watching-test", "watching-kind")]
    for thread in mine:
        thread.join(30)
        assert not thread.is_alive()
