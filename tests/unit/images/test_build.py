import threading
from collections.abc import Callable

import pytest

from lab import paths
from lab.errors import BuildError
from lab.images.build import logged, one_at_a_time, scratch, stage
from lab.phases import Recording


def test_scratch_is_private_empty_and_gone(workshop) -> None:
    (paths.cache_home() / "work" / "x" / "left").mkdir(parents=True)
    with scratch("x") as folder:
        assert list(folder.iterdir()) == []
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "file").write_text("")
    assert not folder.exists()

    def fail() -> None:
        with scratch("x"):
            raise ValueError("of the build")

    with pytest.raises(ValueError, match="of the build"):
        fail()
    assert not folder.exists()


def test_stage_makes_read_only_sources_writable(tmp_path) -> None:
    source = tmp_path / "module" / "deep"
    source.mkdir(parents=True)
    (source / "file").write_text("x")
    (source / "file").chmod(0o444)
    target = stage(tmp_path / "context", kind=tmp_path / "module")
    assert (target / "kind/deep/file").stat().st_mode & 0o777 == 0o644
    assert (source / "file").stat().st_mode & 0o777 == 0o444


def test_two_builds_wait_for_each_other(workshop) -> None:
    assert _said_while_another_builds() == ["Another lab is building images; waiting for it."]


def test_labs_with_other_state_folders_wait_for_each_other_too(workshop, tmp_path, monkeypatch) -> None:
    """They stage in the same folders."""

    def move() -> None:
        monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path / "another state"))

    assert _said_while_another_builds(move) == ["Another lab is building images; waiting for it."]


def test_nobody_waits_when_nobody_builds(workshop) -> None:
    for _ in range(2):
        status = Recording()
        with one_at_a_time(status), scratch("x") as folder:
            assert paths.cache_home() in folder.parents
        assert status.lines == []


class Listener(Recording):
    """Lets another build end as soon as one says that it waits."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = threading.Event()

    def note(self, text: str) -> None:
        super().note(text)
        self.waits.set()


def _said_while_another_builds(meanwhile: Callable[[], None] = lambda: None) -> list[str]:
    begun, status = threading.Event(), Listener()

    def build() -> None:
        with one_at_a_time(Recording()):
            begun.set()
            status.waits.wait(10)

    other = threading.Thread(target=build)
    other.start()
    assert begun.wait(10)
    meanwhile()
    try:
        with one_at_a_time(status):
            return status.lines
    finally:
        status.waits.set()
        other.join()


def test_a_failed_docker_names_its_log(workshop, docker) -> None:
    docker.write_text("#!/bin/sh\necho no space; exit 1\n")
    log = workshop.log("images")
    with pytest.raises(BuildError) as raised:
        logged(["build", "."], log)
    assert str(log) in raised.value.hint
    assert "no space" in raised.value.message
    assert log.read_text() == "\n$ docker build .\nno space\n"
