import re

import pytest

from lab.k8s import kubectl, probe_namespace
from lab.k8s.cluster import Cluster


@pytest.fixture
def ran(monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    scripts: list[str] = []
    for module in (probe_namespace, kubectl):
        monkeypatch.setattr(module, "kubectl", lambda cluster, script: scripts.append(script))
    return scripts


def test_its_name_is_drawn_once_and_kept_until_it_is_removed(ran) -> None:
    cluster = Cluster("exam")
    assert probe_namespace.recall(cluster) == ""
    probe_namespace.ensure(cluster)
    name = probe_namespace.recall(cluster)
    assert re.fullmatch(r"[a-z]+-[a-z]+\d\d", name)
    assert ran[0].startswith(f"set -- {name}\n")
    assert "create namespace" in ran[0]
    probe_namespace.ensure(cluster)
    assert probe_namespace.recall(cluster) == name
    probe_namespace.remove(cluster)
    assert f"delete namespace {name} " in ran[-1]
    assert probe_namespace.recall(cluster) == ""
    ran.clear()
    probe_namespace.remove(cluster)
    assert ran == []


def test_names_differ() -> None:
    assert len({probe_namespace.draw() for _ in range(50)}) > 20


@pytest.mark.parametrize("content", [b"", b"a; rm -rf /", b"\xff", b"default"])
def test_a_damaged_name_is_none(ran, content) -> None:
    cluster = Cluster("exam")
    cluster.files.folder.mkdir(parents=True)
    cluster.files.probe_namespace.write_bytes(content)
    assert probe_namespace.recall(cluster) == ""
