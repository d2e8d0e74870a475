from dataclasses import replace

import pytest

from lab.engine import capabilities, host
from lab.engine.docker import Engine

ENGINE = Engine("28", 2, "x86_64", 4 * host.GIB, 2, "/")


def finding(name, engine=ENGINE):
    return next(found for found in host.findings(engine) if found.name == name)


def test_without_an_engine_the_host_is_looked_at() -> None:
    names = [found.name for found in host.findings(None)]
    assert names == ["memory", "disk", "cgroups", "capabilities", "inotify"]
    assert all(found.ok or found.advice for found in host.findings(None))


@pytest.mark.parametrize(("memory", "ok"), [(3 * host.GIB, True), (2 * host.GIB, False)])
def test_memory_is_the_engines(memory, ok) -> None:
    found = finding("memory", replace(ENGINE, memory_bytes=memory))
    assert (found.ok, found.required) == (ok, True)
    assert found.seen == f"{memory // host.GIB}.0 GiB"


@pytest.mark.parametrize(("free", "ok"), [(12, True), (11, False)])
def test_disk(monkeypatch, free, ok) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda place: type("Usage", (), {"free": free * host.GIB}))
    found = finding("disk")
    assert (found.ok, found.seen) == (ok, f"{free} GiB free under /")
    assert finding("disk", replace(ENGINE, root="/not here")).seen.endswith("under /")


def test_cgroup_version_1_is_told_and_works() -> None:
    found = finding("cgroups", replace(ENGINE, cgroup_version=1))
    assert (found.ok, found.required) == (True, False)
    assert "deprecated" in found.seen


@pytest.mark.parametrize("installed", [True, False])
def test_capabilities(monkeypatch, tmp_path, installed) -> None:
    monkeypatch.setattr(capabilities, "missing_here", lambda: ("CAP_SYS_TIME",))
    monkeypatch.setattr(capabilities, "FOLDER", tmp_path)
    if installed:
        (tmp_path / "bounded-runtime").touch()
    found = finding("capabilities")
    assert (found.ok, found.required) == (installed, True)
    assert "CAP_SYS_TIME" in found.seen
    assert "lab doctor --fix" in found.advice
    monkeypatch.setattr(capabilities, "missing_here", tuple)
    assert finding("capabilities").ok
