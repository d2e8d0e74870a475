import json
import subprocess

import pytest
from stand_in import StandIn

from lab.errors import ClusterError, NoClusterError
from lab.k8s import cluster as module
from lab.k8s import owner
from lab.k8s.api import Response, Unreachable
from lab.k8s.cluster import IMAGE_LISTING, Cluster, parse_images
from lab.k8s.record import Image, Record
from lab.paths import PACKAGE, state_home
from lab.shell import Completed

LISTING = """\
registry.k8s.io/kube-apiserver:v1.36.4 sha256:m1 sha256:c1
registry.k8s.io/kube-apiserver@sha256:m1 sha256:m1 sha256:c1
sha256:c1 sha256:m1 sha256:c1
docker.io/library/nginx:1 sha256:m2

one-word
four words are ignored
localhost:5000/a:b sha256:m3 sha256:c3
"""
PODS = (
    "coredns-a",
    "coredns-b",
    "etcd-x",
    "kube-apiserver-x",
    "kube-controller-manager-x",
    "kube-proxy-y",
    "kube-scheduler-x",
)


def test_images_are_those_with_a_tag() -> None:
    assert parse_images(LISTING) == (
        Image("docker.io/library/nginx:1", "sha256:m2", ""),
        Image("localhost:5000/a:b", "sha256:m3", "sha256:c3"),
        Image("registry.k8s.io/kube-apiserver:v1.36.4", "sha256:m1", "sha256:c1"),
    )
    assert parse_images("") == ()


class Api:
    def __init__(self, *answers) -> None:
        self.answers = list(answers)

    def request(self, path):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Node(StandIn):
    container = "cks-lab-control-plane"

    def __init__(self, state="running", text="") -> None:
        self._state, self.text = state, text

    def state(self):
        return self._state

    def run(self, script, **options):
        return Completed((), 0, self.text.encode(), b"")


def pod(name, phase="Running", ready="True", **metadata):
    conditions = [{"type": "Ready", "status": ready}] if ready else None
    return {"metadata": {"name": name, **metadata}, "status": {"phase": phase, "conditions": conditions}}


def listed(*pods):
    return Response(200, json.dumps({"items": list(pods)}))


ALL = [pod(name) for name in PODS]


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("lab.retry.time.sleep", lambda seconds: None)
    cluster = Cluster("cks-lab")
    cluster.node = cluster.helper = Node()
    return cluster


def test_waiting_for_all_pods(cluster) -> None:
    cluster.api = Api(Unreachable("refused"), Response(503, ""), listed(*ALL[1:-1]), listed(*ALL))
    cluster.wait_for_pods(5)
    assert len(cluster.api.answers) == 1


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (Unreachable("refused"), "the API server"),
        (listed(*ALL[:-1]), "kube-scheduler"),
        (listed(*ALL, pod("extra", "Pending")), "extra"),
        (listed(*ALL, pod("extra", ready="False")), "extra"),
        (listed(*ALL, pod("extra", ready="")), "extra"),
        (listed(*ALL, pod("extra", deletionTimestamp="now")), "extra"),
        (Response(403, "{}"), "etcd"),
    ],
)
def test_who_is_waited_for_is_named(cluster, answer, named) -> None:
    cluster.api = Api(answer)
    with pytest.raises(ClusterError, match=named) as raised:
        cluster.wait_for_pods(0)
    assert raised.value.hint


def test_the_identity(cluster) -> None:
    cluster.api = Api(Response(200, '{"metadata": {"uid": "u-1"}}'))
    assert cluster.uid() == "u-1"
    cluster.api = Api(Response(500, ""))
    with pytest.raises(ClusterError, match="500"):
        cluster.uid()


def test_a_record_needs_a_whole_cluster_and_a_node(cluster) -> None:
    Record("cks-lab").save(cluster.files.record)
    with pytest.raises(NoClusterError):
        cluster.record()
    Record("cks-lab", complete=True).save(cluster.files.record)
    assert cluster.record().name == "cks-lab"
    cluster.node = Node(state="")
    with pytest.raises(NoClusterError):
        cluster.record()


def test_without_a_kubeconfig_it_is_named_with_what_writes_it_anew(cluster) -> None:
    with pytest.raises(ClusterError, match="kubeconfig is gone") as raised:
        _ = cluster.api
    assert (raised.value.hint, cluster.has_kubeconfig()) == ("lab up", False)


def test_a_cluster_without_a_record_is_not_told_to_be_no_cluster(cluster, monkeypatch) -> None:
    label = Completed((), 0, f"{state_home().resolve()}\n".encode(), b"")
    monkeypatch.setattr(owner, "docker", lambda *_, **__: label)
    with pytest.raises(ClusterError, match=r"cluster\.json is gone, while the cluster") as raised:
        cluster.record()
    assert raised.value.hint == "Make the cluster anew: lab down && lab up"


def test_the_listing_is_names_and_manifest_digests(tmp_path) -> None:
    ctr = tmp_path / "ctr"
    ctr.write_text("#!/bin/sh\necho 'REF TYPE DIGEST SIZE'\necho 'a/b:v1 application/x sha256:aa 1.0 MiB -'\n")
    ctr.chmod(0o755)
    done = subprocess.run(
        ["bash", "-c", IMAGE_LISTING], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, check=True
    )
    assert done.stdout == b"a/b:v1 sha256:aa\n"


def test_the_listing_is_written_down_once() -> None:
    words = IMAGE_LISTING.partition("|")[0]
    files = [file.name for file in PACKAGE.rglob("*.py") if words in file.read_text()]
    assert files == ["cluster.py"]


def test_what_the_helper_and_the_engine_say(cluster, monkeypatch) -> None:
    cluster.helper = Node(text=LISTING)
    assert len(cluster.images()) == 3

    def engine(*arguments):
        assert arguments[0] == "inspect"
        assert f'"{cluster.name}"' in arguments[2]
        return Completed(arguments, 0, b"172.18.0.2\n", b"")

    monkeypatch.setattr(module, "docker", engine)
    assert cluster.address() == "172.18.0.2"


def test_why_the_api_server_is_away(cluster, monkeypatch) -> None:
    said = '{"container": {"exitCode": 1, "finishedAt": "2027-01-15T08:00:10Z"}, "log": ["Error: unknown flag: --x"]}'
    for text, why in ((said, "its container ended with code 1 and said last: unknown flag: --x"), ("", "")):
        monkeypatch.setattr(
            cluster.node, "run", lambda script, timeout, text=text: Completed((), 0, text.encode(), b"")
        )
        assert cluster.why_away() == why

    def fail(script, timeout):
        raise ClusterError("it is stopped")

    monkeypatch.setattr(cluster.node, "run", fail)
    assert cluster.why_away() == ""
