import os
from pathlib import Path

import pytest

from lab import shell
from lab.engine import capabilities, daemon
from lab.engine.docker import Engine
from lab.errors import CommandError, EngineError
from lab.phases import Recording
from lab.shell import Completed

ENGINE = Engine("28", 2, "x86_64", 1, 1, "/")
DOWN = EngineError("No Docker engine answers: x", "Start it with: lab doctor --fix")


class Host:
    """A machine below a folder: its files, programs, user, and what was run on it."""

    def __init__(self, root: Path) -> None:
        self.root, self.found = root, [DOWN]
        self.ran: list[str] = []
        self.spawned: list[str] = []
        self.programs = {"dockerd", "apt-get", "sudo"}
        self.fails = ""
        self.file("/etc/os-release", "NAME=x\nID=debian\n")
        self.file("/sys/fs/cgroup/cgroup.controllers", "cpu")

    def path(self, name) -> Path:
        return self.root / str(name).lstrip("/")

    def file(self, name: str, text: str) -> Path:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def find(self):
        answer = self.found.pop(0) if len(self.found) > 1 else self.found[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def run(self, argv, **options):
        self.ran.append(" ".join(argv))
        if self.fails and self.fails in self.ran[-1]:
            raise CommandError(argv, 100, "E: broken packages")
        return Completed(tuple(argv), 0, b"", b"")


@pytest.fixture
def host(tmp_path, monkeypatch):
    host = Host(tmp_path / "host")
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setattr(daemon, "Path", host.path)
    monkeypatch.setattr(daemon, "find", host.find)
    monkeypatch.setattr(daemon, "START_TIMEOUT", 0)
    monkeypatch.setattr(shell, "run", host.run)
    monkeypatch.setattr(shell, "which", lambda program: program if program in host.programs else None)
    monkeypatch.setattr(shell, "spawn_daemon", lambda argv, log: host.spawned.append(" ".join(argv)))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(capabilities, "missing_here", tuple)
    return host


def ensure(ask=lambda question: False):
    return daemon.ensure(Recording(), ask)


def test_an_engine_that_answers_is_taken(host) -> None:
    host.found = [ENGINE]
    assert ensure() is ENGINE
    assert host.ran == host.spawned == []


def test_one_that_does_not_is_started(host) -> None:
    host.found = [DOWN, ENGINE]
    assert ensure() is ENGINE
    assert host.spawned == ["dockerd"]


@pytest.mark.parametrize("reason", ["permission denied", "DOCKER_HOST"])
def test_what_starting_would_not_help(host, monkeypatch, reason) -> None:
    if reason == "DOCKER_HOST":
        monkeypatch.setenv("DOCKER_HOST", "tcp://elsewhere:2375")
    else:
        host.found = [EngineError("This user may not (permission denied on its socket).")]
    with pytest.raises(EngineError) as raised:
        ensure()
    assert raised.value is host.found[0]
    assert host.ran == host.spawned == []


@pytest.mark.parametrize(("context", "started"), [("default", True), ("", True), ("remote", False)])
def test_an_engine_that_the_context_names_is_not_started_here(host, monkeypatch, context, started) -> None:
    host.programs = [*host.programs, "docker"]
    run = host.run

    def answer(argv, **options):
        if argv[:3] == ["docker", "context", "show"]:
            return Completed(tuple(argv), 0, f"{context}\n".encode(), b"")
        return run(argv, **options)

    monkeypatch.setattr(shell, "run", answer)
    host.found = [DOWN, ENGINE]
    if started:
        assert ensure() is ENGINE
        return
    with pytest.raises(EngineError) as raised:
        ensure()
    assert 'the context "remote"' in raised.value.hint
    assert host.spawned == []


def test_with_systemd(host) -> None:
    host.path("/run/systemd/system").mkdir(parents=True)
    host.found = [DOWN, ENGINE]
    ensure()
    assert host.ran == ["systemctl start docker"]
    assert host.spawned == []


def test_what_is_not_there_is_installed(host) -> None:
    host.programs -= {"dockerd"}
    host.found = [DOWN, ENGINE]
    ensure()
    apt = [command for command in host.ran if "apt-get" in command]
    assert apt[0].endswith("apt-get update")
    assert "--no-install-recommends docker.io containerd" in apt[1]


def test_an_installation_that_fails_names_its_log(host) -> None:
    host.programs -= {"dockerd"}
    host.fails = "install"
    with pytest.raises(EngineError, match="broken packages") as raised:
        ensure()
    assert "apt.log" in raised.value.hint


@pytest.mark.parametrize("release", [None, "ID=fedora\n", 'NAME="debian-like"\nID=arch\n'])
def test_elsewhere_it_says_what_to_install(host, release) -> None:
    host.path("/etc/os-release").unlink()
    if release:
        host.file("/etc/os-release", release)
    with pytest.raises(EngineError) as raised:
        ensure()
    assert "docs.docker.com" in raised.value.hint
    assert host.ran == []


@pytest.mark.parametrize("release", ["ID=ubuntu\n", 'ID=linuxmint\nID_LIKE="ubuntu debian"\n'])
def test_families(host, release) -> None:
    host.file("/etc/os-release", release)
    host.found = [DOWN, ENGINE]
    assert ensure() is ENGINE


def test_a_user_is_asked_before_sudo(host, monkeypatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(EngineError) as raised:
        ensure()
    assert "sudo -E lab doctor --fix" in raised.value.hint
    assert host.ran == host.spawned == []
    host.found = [DOWN, ENGINE]
    asked: list[str] = []
    assert ensure(lambda question: not asked.append(question)) is ENGINE
    assert len(asked) == 1
    assert host.spawned == ["sudo dockerd"]


def test_a_missing_capability_means_the_wrapper(host, monkeypatch) -> None:
    monkeypatch.setattr(capabilities, "missing_here", lambda: ("CAP_SYS_RESOURCE",))
    monkeypatch.setattr(capabilities, "install_wrapper", lambda names: Path("/lib/bounded-runtime"))
    host.found = [DOWN, ENGINE]
    ensure()
    assert host.spawned == ["dockerd --add-runtime=bounded=/lib/bounded-runtime --default-runtime=bounded"]


def test_cgroups_are_mounted_where_they_are_not(host) -> None:
    host.path("/sys/fs/cgroup/cgroup.controllers").unlink()
    host.found = [DOWN, ENGINE]
    ensure()
    assert "cgroupfs-mount" in host.ran


@pytest.mark.parametrize(
    ("pid", "command", "removed"),
    [
        ("4711", None, True),  # the process is gone
        ("4711", "bash", True),  # another program has that number by now
        ("4711\n", "dockerd", False),
        ("not a number", None, False),
        ("", None, False),
    ],
)
def test_a_stale_pid_file(host, pid, command, removed) -> None:
    file = host.file("/var/run/docker.pid", pid)
    host.file("/var/run/docker/containerd/containerd.pid", "1")
    host.file("/proc/1/comm", "containerd\n")
    if command:
        host.file("/proc/4711/comm", f"{command}\n")
    host.found = [DOWN, ENGINE]
    ensure()
    assert host.ran == ([f"rm -f {file}"] if removed else [])


def test_an_engine_that_does_not_come_up_shows_its_log(host) -> None:
    log = Path(os.environ["LAB_STATE_HOME"]) / "logs" / "dockerd.log"
    host.file("/unused", "")
    log.parent.mkdir(parents=True)
    log.write_text("one\ntwo\nthree\nno space left on device\n")
    with pytest.raises(EngineError, match="no space left on device") as raised:
        ensure()
    assert "one" not in raised.value.message
    assert str(log) in raised.value.hint
