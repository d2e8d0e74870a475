"""What the use case does with what the node says; the node's own scripts are for the live tests."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from rescue_scene import API_SERVER, FILES, MANIFESTS, Cluster, Helper, pod

from lab.course.rescue import Rescuer
from lab.errors import ClusterError
from lab.k8s.record import Record
from lab.phases import Recording
from lab.rescue import last_good, put_back

BROKEN = {**FILES, API_SERVER: pod("kube-apiserver", "--nonsense")}
KEPT = "/var/lib/cks-lab/saved/rescue/20260101T000000"


@pytest.fixture
def world(monkeypatch, tmp_path):
    """A cluster whose last good files are known, and all that is put on its node."""
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    cluster = Cluster(Helper())
    last_good.keep(cluster)
    cluster.api = SimpleNamespace(readiness=lambda: "")
    made = SimpleNamespace(cluster=cluster, put=[], newest=KEPT, learners=BROKEN, taken=False)
    lock = SimpleNamespace(held=lambda *_: nullcontext(), taken=lambda: made.taken)
    known = {"name": "exam", "record": lambda: Record("rescue"), "status": Recording(), "lock": lock}
    context: Any = SimpleNamespace(cluster=cluster, **known)
    made.rescuer = Rescuer(context)
    monkeypatch.setattr("lab.k8s.lifecycle.wake", lambda *_: None)
    monkeypatch.setattr("lab.k8s.saved.newest", lambda *_: made.newest)
    monkeypatch.setattr("lab.k8s.saved.contents", lambda *_: {API_SERVER: made.learners[API_SERVER]})
    monkeypatch.setattr(put_back, "wait", lambda *_: 0.0)

    def put(_, files, differ, status, owner, again):
        made.put.append((dict(files), tuple(differ), owner, again))

    monkeypatch.setattr(put_back, "put", put)
    return made


def test_a_broken_manifest_is_replaced(world) -> None:
    world.cluster.helper = Helper(BROKEN, started=0)
    world.cluster.api.readiness = lambda: "no answer"
    found = world.rescuer.put_back()
    assert world.put == [(FILES, (API_SERVER,), "rescue", True)]
    assert (found.needed, found.ready, found.files, found.kept_in) == (True, False, (API_SERVER,), KEPT)
    assert "-    - --nonsense" in found.difference


def test_a_manifest_that_the_kubelet_has_not_taken_up_is_replaced(world) -> None:
    world.cluster.helper = Helper(BROKEN, changed=950)
    assert world.rescuer.put_back().needed
    world.cluster.helper = Helper({**FILES, f"{API_SERVER}.bak": b""})
    assert world.rescuer.look().aside == (f"{MANIFESTS}/kube-apiserver.yaml.bak",)


def test_an_edit_with_which_the_api_server_is_ready_stays(world) -> None:
    world.cluster.helper = Helper(BROKEN)
    found = world.rescuer.put_back()
    assert (found.needed, found.files, world.put) == (False, (API_SERVER,), [])


def test_a_kubelet_that_is_stopped_is_started(world) -> None:
    world.cluster.helper = Helper(kubelet=False)
    found = world.rescuer.put_back()
    assert (found.needed, found.started, found.kept_in) == (True, ("kubelet",), "")
    assert world.put == [(FILES, (), "rescue", False)]


def test_files_are_kept_while_the_api_server_is_ready_and_nobody_changes_the_cluster(world) -> None:
    def good() -> object:
        found = last_good.load(world.cluster.files)
        return found and found.contents

    last_good.forget(world.cluster.files)
    world.taken = True
    world.rescuer.keep()
    world.taken, world.cluster.api.readiness = False, lambda: "no answer"
    world.rescuer.keep()
    assert good() is None
    world.cluster.api.readiness = lambda: ""
    world.rescuer.keep()
    assert good() == FILES


def test_a_node_that_does_not_answer(world) -> None:
    world.cluster.helper = Helper(strange=1)
    with pytest.raises(ClusterError, match="does not say"):
        world.rescuer.look()


def test_the_learners_files_are_put_on_again(world) -> None:
    found = world.rescuer.mine()
    manifests = {path: content for path, content in BROKEN.items() if path.startswith(MANIFESTS)}
    assert world.put == [(manifests, (API_SERVER,), "rescue-mine", False)]
    assert (found.needed, found.files, found.kept_in) == (True, (API_SERVER,), KEPT)
    world.cluster.helper = Helper(BROKEN)
    assert not world.rescuer.mine().needed
    assert len(world.put) == 1


def test_without_a_rescue_there_is_nothing_to_put_on(world) -> None:
    world.newest = ""
    with pytest.raises(ClusterError, match="No rescue has kept"):
        world.rescuer.mine()
