import fcntl
import threading

import pytest

from lab import paths
from lab.errors import BuildError
from lab.images.workshop import logged, one_at_a_time, scratch, stage
from lab.status import Recording


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
    lock = paths.private_directory(paths.state_home()) / "build.lock"
    status = Recording()
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        threading.Timer(0.2, lambda: fcntl.flock(held, fcntl.LOCK_UN)).start()
        with one_at_a_time(status):
            assert status.lines == ["Another lab is building images; waiting for it."]


def test_a_failed_docker_names_its_log(workshop, docker) -> None:
    docker.write_text("#!/bin/sh\necho no space; exit 1\n")
    log = workshop.log("images")
    with pytest.raises(BuildError) as raised:
        logged(["build", "."], log)
    assert str(log) in raised.value.hint
    assert "no space" in raised.value.message
    assert log.read_text() == "\n$ docker build .\nno space\n"
