import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from stand_in import StandIn

from lab import certs, paths
from lab.actions import image_policy, kept_manifest, restore
from lab.actions.base import NoParams, Setting
from lab.errors import ClusterError
from lab.k8s import golden, node_files, static_pods
from lab.phases import Recording

IMAGE = "registry.k8s.io/kube-apiserver"
MANIFEST = f"""\
spec:
  containers:
  - command: [kube-apiserver]
    image: {IMAGE}:v1  # as kubeadm wrote it
"""
GOLDEN = MANIFEST.replace("  # as kubeadm wrote it", "").encode()


class Helper:
    def __init__(self) -> None:
        self.files: dict[str, tuple[bytes, str]] = {}
        self.scripts: list[str] = []
        self.runs = ""

    def run(self, script, **options):
        self.scripts.append(script)
        return Ran(text=f"{self.runs}\n" if "user_specified_image" in script else "")


@dataclass
class Ran:
    text: str


class Api:
    def wait_ready(self, timeout):
        pass


class Cluster(StandIn):
    def __init__(self) -> None:
        self.name, self.helper, self.api, self.files = "exam", Helper(), Api(), paths.ClusterPaths("exam")


@pytest.fixture
def setting(tmp_path, monkeypatch) -> Setting:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    files = paths.data("exercises") / "030-image-policy-webhook" / "files"
    monkeypatch.setattr(node_files, "write", _write)
    monkeypatch.setattr(node_files, "read", lambda helper, path: helper.files.get(path, (None, ""))[0])
    monkeypatch.setattr(node_files, "remove", lambda helper, path: helper.files.pop(path))
    return Setting(Cluster(), Recording(), "image-policy-webhook", files)


def _write(helper: Helper, path: str, content: bytes, mode: str = "0600") -> None:
    helper.files[path] = (content, mode)


def test_the_six_files(setting) -> None:
    action = image_policy.WebhookFiles()
    action.run(image_policy.Files("/root/x", "external-service"), setting)
    node = setting.cluster.helper.files
    names = ["admission_config.yaml", "apiserver-client-cert.pem", "apiserver-client-key.pem", "external-cert.pem"]
    assert sorted(node) == [f"/root/x/{name}" for name in [*names, "external-key.pem", "kubeconf"]]
    assert {mode for path, (_, mode) in node.items() if "key" in path} == {"0600"}
    cert, key = node["/root/x/external-cert.pem"][0], node["/root/x/external-key.pem"][0]
    assert certs.key_matches(cert, key)
    assert certs.describe(cert).names == ("external-service",)
    served = image_policy.files_of(setting.cluster)
    assert (served["cert.pem"], served["key.pem"]) == (cert, key)
    assert served["client-ca.pem"] == node["/root/x/apiserver-client-cert.pem"][0]
    assert b"trusted" in served["policy.yaml"]
    kept = setting.cluster.files.webhook / "key.pem"
    assert kept.stat().st_mode & 0o077 == 0
    action.run(image_policy.Files("/root/x", "external-service"), setting)
    assert node["/root/x/external-cert.pem"][0] != cert  # fresh each time
    shutil.rmtree(setting.cluster.files.webhook)
    with pytest.raises(ClusterError, match="no certificates yet"):
        image_policy.files_of(setting.cluster)


def test_a_service_has_a_hosts_name() -> None:
    with pytest.raises(ValueError, match="not a host"):
        image_policy.Files("/root/x", "a b")


@pytest.fixture
def put(monkeypatch) -> list[dict[str, bytes]]:
    """What is put on the node."""
    put: list[dict[str, bytes]] = []
    monkeypatch.setattr(golden, "manifests", lambda archive: {"kube-apiserver.yaml": GOLDEN, "etcd.yaml": b"etcd"})
    monkeypatch.setattr(static_pods, "put", lambda cluster, manifests, status, owner: put.append(dict(manifests)))
    return put


FOLDER, NOTHING = kept_manifest.Folder("/root/x"), NoParams()
LIVE = "/etc/kubernetes/manifests/kube-apiserver.yaml"


def test_the_manifest_that_was_kept_goes_back(setting, put) -> None:
    kept_manifest.RestoreKeptManifest().run(NOTHING, setting)
    with pytest.raises(ClusterError, match="There is no"):
        kept_manifest.KeepManifest().run(NOTHING, setting)
    before, learners = MANIFEST.encode(), b"learner's"
    setting.cluster.helper.files[LIVE] = (before, "0600")
    kept_manifest.KeepManifest().run(NOTHING, setting)
    kept_manifest.RestoreKeptManifest().run(NOTHING, setting)
    kept_manifest.ManifestResume().run(FOLDER, setting)  # nothing was set aside
    kept_manifest.ManifestAside().run(FOLDER, setting)
    setting.cluster.helper.files[FOLDER.file] = (learners, "0600")
    kept_manifest.ManifestResume().run(FOLDER, setting)
    assert [each["kube-apiserver.yaml"] for each in put] == [GOLDEN, before, before, learners]
    assert all(each["etcd.yaml"] == b"etcd" for each in put)


@pytest.mark.parametrize("action", ["restore", "aside", "resume"])
@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        (f"{IMAGE}@sha256:ab", f"{IMAGE}@sha256:ab"),  # pinned since
        (f"{IMAGE}:v1", f"{IMAGE}:v1"),
        ("", f"{IMAGE}@sha256:old"),  # it is down: what was kept did run
        ("quay.io/kube-apiserver:v1", f"{IMAGE}@sha256:old"),
        (f"{IMAGE}-not:v1", f"{IMAGE}@sha256:old"),
    ],
)
def test_the_image_that_runs_outlives_what_goes_back(setting, put, action: str, runs: str, expected: str) -> None:
    pinned = MANIFEST.replace(":v1", "@sha256:old")
    setting.cluster.helper.files = {LIVE: (pinned.encode(), "0600"), FOLDER.file: (pinned.encode(), "0600")}
    kept_manifest.KeepManifest().run(NOTHING, setting)
    setting.cluster.helper.runs = runs
    if action == "restore":
        kept_manifest.RestoreKeptManifest().run(NOTHING, setting)
    elif action == "aside":
        kept_manifest.ManifestAside().run(FOLDER, setting)
    else:
        kept_manifest.ManifestResume().run(FOLDER, setting)
    assert put[-1]["kube-apiserver.yaml"].decode() == MANIFEST.replace(f"{IMAGE}:v1", expected)


def test_what_was_kept_is_forgotten_when_the_golden_manifests_go_back(setting, put) -> None:
    setting.cluster.helper.files[LIVE] = (MANIFEST.replace(":v1", "@sha256:old").encode(), "0600")
    kept_manifest.KeepManifest().run(NOTHING, setting)
    for _ in range(2):
        restore.RestoreManifests().run(NOTHING, setting)
    kept_manifest.RestoreKeptManifest().run(NOTHING, setting)
    assert [each["kube-apiserver.yaml"] for each in put] == [GOLDEN] * 3


@pytest.mark.parametrize("text", ["", "spec: [", "spec: {}", "spec: {containers: []}", "\udcff", "- a"])
def test_no_manifest_of_a_pod_has_no_image(text: str) -> None:
    manifest = text.encode(errors="surrogateescape")
    assert static_pods.image_of(manifest) == ""
    assert static_pods.with_image(manifest, "b") == manifest


def test_another_image_leaves_the_rest_of_a_manifest_as_it_was() -> None:
    assert static_pods.image_of(MANIFEST.encode()) == f"{IMAGE}:v1"
    for quote in ("", "'", '"'):
        text = MANIFEST.replace(f"{IMAGE}:v1", f"{quote}{IMAGE}:v1{quote}").replace("\n", "\r\n")
        expected = MANIFEST.replace(f"{IMAGE}:v1", "b@c").replace("\n", "\r\n")
        assert static_pods.with_image(text.encode(), "b@c") == expected.encode()
    twice = f"{MANIFEST}  - image: {IMAGE}:v1\n".encode()
    assert static_pods.with_image(twice, "b@c") == twice
    assert Path(static_pods.DIRECTORY).name == "manifests"
