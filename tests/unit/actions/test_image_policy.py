import shutil
from pathlib import Path

import pytest

from lab import certs, paths
from lab.actions import image_policy, kept_manifest
from lab.actions.base import Setting
from lab.errors import ClusterError
from lab.k8s import golden, static_pods
from lab.status import Recording

MANIFEST = b"spec: {containers: [{image: registry.k8s.io/kube-apiserver:v1}]}\n"


class Node:
    def __init__(self) -> None:
        self.files: dict[str, tuple[bytes, str]] = {}
        self.scripts: list[str] = []

    def write(self, path, content, mode="0600"):
        self.files[path] = (content, mode)

    def read(self, path):
        return self.files[path][0] if path in self.files else None

    def run(self, script, **options):
        self.scripts.append(script)


class Api:
    def wait_ready(self, timeout):
        pass


class Cluster:
    def __init__(self) -> None:
        self.name, self.node, self.api, self.files = "exam", Node(), Api(), paths.ClusterPaths("exam")


@pytest.fixture
def setting(tmp_path, monkeypatch) -> Setting:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    files = paths.data("exercises") / "030-image-policy-webhook" / "files"
    return Setting(Cluster(), Recording(), files)


def test_the_six_files(setting) -> None:
    action = image_policy.WebhookFiles()
    action.run(image_policy.Files("/root/x", "external-service"), setting)
    node = setting.cluster.node.files
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


def test_the_manifest_that_was_kept_goes_back(setting, monkeypatch) -> None:
    put = []
    monkeypatch.setattr(golden, "manifests", lambda archive: {"kube-apiserver.yaml": b"golden", "etcd.yaml": b"etcd"})
    monkeypatch.setattr(static_pods, "put", lambda cluster, manifests, status: put.append(dict(manifests)))
    nothing = kept_manifest.NoParams()
    kept_manifest.RestoreKeptManifest().run(nothing, setting)
    with pytest.raises(ClusterError, match="There is no"):
        kept_manifest.KeepManifest().run(nothing, setting)
    setting.cluster.node.files["/etc/kubernetes/manifests/kube-apiserver.yaml"] = (MANIFEST, "0600")
    kept_manifest.KeepManifest().run(nothing, setting)
    kept_manifest.RestoreKeptManifest().run(nothing, setting)
    folder = kept_manifest.Folder("/root/x")
    kept_manifest.ManifestResume().run(folder, setting)  # nothing was set aside
    kept_manifest.ManifestAside().run(folder, setting)
    setting.cluster.node.files[folder.file] = (b"learner's", "0600")
    kept_manifest.ManifestResume().run(folder, setting)
    assert [each["kube-apiserver.yaml"] for each in put] == [b"golden", MANIFEST, MANIFEST, b"learner's"]
    assert all(each["etcd.yaml"] == b"etcd" for each in put)


def test_the_image_that_a_manifest_asks_for() -> None:
    assert static_pods._image_of(MANIFEST) == "registry.k8s.io/kube-apiserver:v1"
    assert Path(static_pods.DIRECTORY).name == "manifests"
