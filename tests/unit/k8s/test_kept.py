"""Files that the lab keeps: what is wrong with one is found, named, and told with what cures."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lab import certs
from lab.errors import ClusterError, LabError
from lab.k8s import gatekeeper_state, golden, kept
from lab.k8s.cluster import Cluster
from lab.k8s.record import Record
from lab.paths import ClusterPaths, write_private

MANIFEST = b"""\
apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver}
spec:
  containers:
  - command: [kube-apiserver]
    image: registry.k8s.io/kube-apiserver:v1
    name: kube-apiserver
  volumes: []
"""
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut in half": lambda content: content[: len(content) // 2],
    "its last byte gone": lambda content: content[:-2],
    "one byte another": lambda content: content[:60] + bytes([content[60] ^ 1]) + content[61:],
    "garbage": lambda content: b"\xff\x00 not this",
    "more behind it": lambda content: content + b"x: y\n",
}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClusterPaths:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    files = ClusterPaths("x")
    files.folder.mkdir(parents=True)
    return files


def write_golden(files: ClusterPaths) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        entry = tarfile.TarInfo(f"{golden.MANIFESTS}/kube-apiserver.yaml")
        entry.size = len(MANIFEST)
        tar.addfile(entry, io.BytesIO(MANIFEST))
    files.golden.write_bytes(buffer.getvalue())


def spoil(file: Path, how: str) -> None:
    file.write_bytes(DAMAGE[how](file.read_bytes()))


@pytest.mark.parametrize("known", [True, False], ids=["digest", "no digest"])
@pytest.mark.parametrize("how", [None, "gone", *DAMAGE])
def test_the_golden_state(files: ClusterPaths, how: str | None, known: bool) -> None:
    write_golden(files)
    record = Record("x", golden=kept.digest_of(files.golden) if known else "")
    if how is None:
        kept.golden(files, record)
        return
    files.golden.unlink() if how == "gone" else spoil(files.golden, how)
    with pytest.raises(ClusterError, match=str(files.golden)) as raised:
        kept.golden(files, record)
    assert raised.value.hint == "Make the cluster anew: lab down && lab up"
    if how in ("gone", "empty", "cut in half", "garbage"):
        with pytest.raises(ClusterError, match="lab down && lab up"):
            golden.manifests(files.golden)


@pytest.mark.parametrize("how", ["gone", *DAMAGE])
def test_the_kept_manifest(files: ClusterPaths, how: str) -> None:
    kept.keep_manifest(files, "plugin", MANIFEST)
    assert kept.manifest(files, "plugin", needed=True) == MANIFEST
    file = files.kept_manifest("plugin")
    file.unlink() if how == "gone" else spoil(file, how)
    with pytest.raises(ClusterError, match=str(file)) as raised:
        kept.manifest(files, "plugin", needed=True)
    assert "lab reset --all" in raised.value.hint


def test_no_kept_manifest_is_needed_where_none_was_kept(files: ClusterPaths) -> None:
    assert kept.manifest(files, "plugin") is None
    kept.keep_manifest_for_all(files, MANIFEST)
    assert kept.manifest(files, "plugin") is None


def test_each_exercise_keeps_a_manifest_of_its_own(files: ClusterPaths) -> None:
    other = MANIFEST.replace(b":", b":  ", 1)
    kept.keep_manifest(files, "plugin", MANIFEST)
    kept.keep_manifest(files, "audit", other)
    assert [kept.manifest(files, each) for each in ("plugin", "audit")] == [MANIFEST, other]
    kept.keep_manifest_for_all(files, other)
    assert [kept.manifest(files, each, needed=True) for each in ("plugin", "audit")] == [other, other]


def test_a_manifest_that_an_older_version_kept_is_used(files: ClusterPaths) -> None:
    write_private(files.kept_manifest("plugin"), MANIFEST)
    assert kept.manifest(files, "plugin", needed=True) == MANIFEST
    write_private(files.kept_manifest("plugin"), MANIFEST[:40])
    with pytest.raises(ClusterError):
        kept.manifest(files, "plugin")


@pytest.mark.parametrize("name", ["cert.pem", "key.pem", "client-ca.pem"])
@pytest.mark.parametrize("how", ["gone", "another's", "empty", "cut in half", "garbage"])
def test_the_webhooks_certificates(files: ClusterPaths, name: str, how: str) -> None:
    server, other, client = (certs.server_pair([each]) for each in ("a", "b", "c"))
    folder = files.webhook
    folder.mkdir()
    content = {"cert.pem": server.certificate, "key.pem": server.key, "client-ca.pem": client.certificate}
    for each, text in content.items():
        (folder / each).write_bytes(text)
    assert kept.certificates(folder, "cure") == content
    if how == "another's":
        (folder / name).write_bytes(other.key if name == "key.pem" else b"" if "ca" in name else other.certificate)
    else:
        (folder / name).unlink() if how == "gone" else spoil(folder / name, how)
    with pytest.raises(ClusterError, match=str(folder)) as raised:
        kept.certificates(folder, "cure")
    assert raised.value.hint == "cure"


GATEKEEPER = '{"objects": [{"kind": "Deployment", "metadata": {"name": "a"}}], "policies": ["x/y"]}'


@pytest.mark.parametrize(
    "content",
    ["", "{", GATEKEEPER[:40], "[]", "null", "{}", '{"objects": 3, "policies": []}', '{"objects": [3], "policies": []}',
     '{"objects": [{"kind": "A"}], "policies": []}', '{"objects": [], "policies": [3]}', "\udcff"],
)  # fmt: skip
def test_what_was_recorded_of_gatekeeper(files: ClusterPaths, content: str) -> None:
    file, cluster = files.folder / "gatekeeper.json", Cluster("x")
    assert gatekeeper_state.kept(cluster, needed=False) == {}
    with pytest.raises(ClusterError, match=r"gatekeeper\.json is gone"):
        gatekeeper_state.kept(cluster)
    file.write_text(GATEKEEPER)
    assert gatekeeper_state.kept(cluster)["policies"] == ["x/y"]
    file.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(ClusterError, match=str(file)) as raised:
        gatekeeper_state.kept(cluster, needed=False)
    assert "lab reset --all" in raised.value.hint


def test_a_folder_that_takes_no_files(files: ClusterPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.writable(files)
    assert list(files.folder.iterdir()) == []

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lab.paths.os.fdopen", full)
    with pytest.raises(LabError, match="No space left on device") as raised:
        kept.writable(files)
    assert str(files.folder) in raised.value.message
    assert list(files.folder.iterdir()) == []
