"""A cluster whose node is a dictionary of files."""

from dataclasses import dataclass

import pytest
from api_server_manifest import GOLDEN
from stand_in import StandIn

from lab import paths
from lab.actions.base import Setting
from lab.k8s import golden, node_files, static_pods
from lab.phases import Recording


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


@pytest.fixture
def put(monkeypatch) -> list[dict[str, bytes]]:
    """What is put on the node."""
    put: list[dict[str, bytes]] = []
    monkeypatch.setattr(golden, "manifests", lambda archive: {"kube-apiserver.yaml": GOLDEN, "etcd.yaml": b"etcd"})
    monkeypatch.setattr(static_pods, "put", lambda cluster, manifests, status, owner: put.append(dict(manifests)))
    return put
