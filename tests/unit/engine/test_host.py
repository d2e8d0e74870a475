import os
from dataclasses import replace

import pytest

from lab.engine import capabilities, host
from lab.engine.docker import Engine
from lab.errors import EngineError

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


def processes(proc, limit: int, *instances: int) -> None:
    """A /proc with that limit, and a process with each number of inotify instances."""
    (proc / "sys/fs/inotify").mkdir(parents=True)
    (proc / "sys/fs/inotify/max_user_instances").write_text(f"{limit}\n")
    for pid, count in enumerate(instances, 1):
        (proc / f"{pid}/fd").mkdir(parents=True)
        (proc / f"{pid}/fd/0").symlink_to("/dev/null")
        for number in range(1, count + 1):
            (proc / f"{pid}/fd/{number}").symlink_to("anon_inode:inotify")


@pytest.mark.skipif(os.geteuid() != 0, reason="the processes of the test are not root's")
@pytest.mark.parametrize(
    ("limit", "instances", "ok", "wanted"),
    [(128, (), True, 512), (128, (50, 46), True, 512), (128, (50, 47), False, 512), (1024, (1000,), False, 1064)],
)
def test_inotify_instances_in_use_count(monkeypatch, tmp_path, limit, instances, ok, wanted) -> None:
    processes(tmp_path, limit, *instances)
    monkeypatch.setattr(host, "PROC", tmp_path)
    found = finding("inotify")
    assert (found.ok, found.required, found.seen) == (ok, True, f"{sum(instances)} of {limit} are in use")
    assert f"sudo sysctl fs.inotify.max_user_instances={wanted}" in found.advice
    if ok:
        host.check_inotify()
    else:
        with pytest.raises(EngineError, match=f"{sum(instances)} of {limit} are in use") as raised:
            host.check_inotify()
        assert raised.value.hint == found.advice


def test_inotify_on_another_system(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(host, "PROC", tmp_path)
    assert (finding("inotify").ok, finding("inotify").required) == (True, False)
    host.check_inotify()
