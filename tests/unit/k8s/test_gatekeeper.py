import json

import pytest
import yaml
from stand_in import StandIn

from lab import paths
from lab.errors import ClusterError, CommandError, DataError
from lab.k8s import gatekeeper, gatekeeper_state, gatekeeper_status, kubectl
from lab.k8s.api import Response
from lab.phases import Recording
from lab.shell import Completed


def deployment(name: str) -> dict:
    container = {"name": "manager", "args": ["--operation=x"], "imagePullPolicy": "Always", "readinessProbe": {}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": gatekeeper_status.NAMESPACE},
        "spec": {"replicas": 3, "template": {"spec": {"containers": [container]}}},
    }


MANIFEST = yaml.safe_dump_all([deployment("gatekeeper-audit"), deployment("gatekeeper-controller-manager"), None])


class Node:
    """Answers kubectl's scripts: by the first words that a script contains."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str]] = []

    def run(self, script, *, input=None, timeout=0, check=True):
        self.asked.append((script, input.decode() if input else ""))
        for words, text in self.answers.items():
            if words in script:
                if text == "fail":
                    raise CommandError(["bash"], 1, "Error from server: no\n")
                return Completed((), 0, text.encode(), b"")
        return Completed((), 0, b"", b"")


class Api:
    def __init__(self, answers: dict[str, dict]) -> None:
        self.answers = answers

    def request(self, path, method="GET", body="", timeout=10):
        found = self.answers.get(path)
        return Response(404, "{}") if found is None else Response(200, json.dumps(found))


class Cluster(StandIn):
    def __init__(self, folder, node: Node, api: Api) -> None:
        self.helper, self.api = node, api
        self.files = type("Files", (), {"folder": folder})()


def test_the_changes_of_the_lab() -> None:
    changes = gatekeeper.changes()
    audit, manager = gatekeeper.changed(MANIFEST, changes)
    for each in (audit, manager):
        [container] = each["spec"]["template"]["spec"]["containers"]
        assert container["imagePullPolicy"] == "IfNotPresent"
        assert container["readinessProbe"] == {"periodSeconds": changes.probePeriod}
    assert audit["spec"]["template"]["spec"]["containers"][0]["args"][-1] == "--audit-interval=15"
    assert (audit["spec"]["replicas"], manager["spec"]["replicas"]) == (3, 1)


def test_a_change_that_is_not_known_is_refused(tmp_path) -> None:
    file = tmp_path / "changes.yaml"
    file.write_text("replicas: 1\nwrong: 2\n")
    with pytest.raises(DataError, match="wrong"):
        gatekeeper.changes(file)


def test_every_change_is_told_to_the_learner() -> None:
    text = (paths.data("exercises") / "020-opa-whitelist" / "brief.en.md").read_text()
    for word in ("replica", "imagePullPolicy", "--audit-interval=15", "Readiness"):
        assert word in text


def live(each: dict, **more: object) -> dict:
    """An object as the API server has it."""
    volatile = {"uid": "u", "resourceVersion": "7", "generation": 2, "managedFields": [], "creationTimestamp": "t"}
    annotations = {"deployment.kubernetes.io/revision": "3"}
    metadata = {**each["metadata"], **volatile, "annotations": annotations}
    return {**each, "metadata": metadata, "status": {"replicas": 1}, **more}


def test_what_was_not_touched_is_left_alone(tmp_path) -> None:
    objects = list(yaml.safe_load_all(MANIFEST))[:2]
    listing = json.dumps({"items": [live(each) for each in objects]})
    node = Node({"get -f - -o json": listing})
    cluster = Cluster(tmp_path, node, Api({}))
    gatekeeper_state.record(cluster, objects)
    assert gatekeeper_state.recorded(cluster)
    before = len(node.asked)
    gatekeeper_state.put_back(cluster, Recording())
    assert not any("replace" in script or "create" in script for script, _ in node.asked[before:])
    gatekeeper_state.forget(cluster)
    assert not gatekeeper_state.recorded(cluster)


def test_what_was_changed_is_replaced_and_what_is_gone_is_made(tmp_path, monkeypatch) -> None:
    objects = list(yaml.safe_load_all(MANIFEST))[:2]
    node = Node({"get -f - -o json": json.dumps({"items": [live(each) for each in objects]})})
    cluster = Cluster(tmp_path, node, Api({}))
    gatekeeper_state.record(cluster, objects)
    scaled = {**objects[1], "spec": {**objects[1]["spec"], "replicas": 0}}
    node.answers["get -f - -o json"] = json.dumps(live(scaled))  # kubectl prints a single object without a list
    monkeypatch.setattr(gatekeeper, "wait_until_ready", lambda cluster, status: status.note("waited"))
    status = Recording()
    gatekeeper_state.put_back(cluster, status)
    [replaced] = [text for script, text in node.asked if "kubectl replace" in script]
    [made] = [text for script, text in node.asked if "kubectl create" in script]
    assert yaml.safe_load(replaced) == objects[1]
    assert yaml.safe_load(made) == objects[0]
    assert "waited" in status.lines


def test_certificates_and_what_is_secret_are_not_recorded() -> None:
    webhook = {"kind": "X", "metadata": {"name": "x"}, "webhooks": [{"clientConfig": {"caBundle": "s", "service": 1}}]}
    assert gatekeeper_state._settled(webhook)["webhooks"] == [{"clientConfig": {"service": 1}}]
    secret = {"kind": "Secret", "metadata": {"name": "x"}, "data": {"tls.key": "k"}}
    assert gatekeeper_state._settled(secret) == {"kind": "Secret", "metadata": {"name": "x"}}


@pytest.mark.parametrize(
    ("entries", "settled"),
    [
        ([{"observedGeneration": 2}, {"observedGeneration": 2}], True),
        ([{"observedGeneration": 2}, {"observedGeneration": 1}], False),
        ([{"observedGeneration": 2}], False),
        ([], False),
    ],
)
def test_settled_is_what_both_pods_have_seen(tmp_path, entries, settled) -> None:
    template = {"metadata": {"generation": 2}, "status": {"byPod": entries}}
    node = Node({"constrainttemplates": json.dumps({"items": [template]})})
    assert gatekeeper.settled(Cluster(tmp_path, node, Api({}))) is settled


@pytest.mark.parametrize(
    ("state", "generation", "ready"),
    [
        ({"observedGeneration": 3, "readyReplicas": 1, "replicas": 1}, 3, True),
        ({"observedGeneration": 2, "readyReplicas": 1, "replicas": 1}, 3, False),
        ({"observedGeneration": 3, "replicas": 1}, 3, False),
        ({"observedGeneration": 3, "readyReplicas": 1, "replicas": 2}, 3, False),
    ],
)
def test_ready_is_of_what_is_wanted_now(tmp_path, state, generation, ready) -> None:
    each = {"metadata": {"generation": generation}, "spec": {"replicas": 1}, "status": state}
    path = f"/apis/apps/v1/namespaces/{gatekeeper_status.NAMESPACE}/deployments/"
    api = Api({path + name: each for name in (gatekeeper_status.CONTROLLER, gatekeeper_status.AUDIT)})
    assert gatekeeper._ready(Cluster(tmp_path, Node({}), api)) is ready


def test_what_kubectl_says_is_told(tmp_path) -> None:
    cluster = Cluster(tmp_path, Node({"kubectl": "fail"}), Api({}))
    with pytest.raises(ClusterError, match="Error from server: no"):
        kubectl.kubectl(cluster, "kubectl get x")


def test_waiting_ends() -> None:
    with pytest.raises(ClusterError, match=r"It is not there \(after 0 s\)") as raised:
        kubectl.until(lambda: False, "It is not there", "lab status", timeout=0.3)
    assert raised.value.hint == "lab status"
    seen = iter([False, False, True])
    kubectl.until(lambda: next(seen), "", "")
