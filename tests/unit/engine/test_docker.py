import json

import pytest

from lab import shell
from lab.engine import docker
from lab.errors import EngineError

INFO = {
    "ServerVersion": "28.2.2", "CgroupVersion": "2", "Architecture": "x86_64", "MemTotal": 1024, "NCPU": 2,
    "DockerRootDir": "/var/lib/docker",
}  # fmt: skip


@pytest.fixture
def says(tmp_path, monkeypatch):
    """A docker command that prints this, writes that to standard error, and ends with a code."""

    def says(stdout, stderr="", code=0):
        (tmp_path / "out").write_text(stdout if isinstance(stdout, str) else json.dumps(stdout))
        (tmp_path / "err").write_text(stderr)
        program = tmp_path / "docker"
        program.write_text(f"#!/bin/sh\ncat {tmp_path}/out; cat {tmp_path}/err >&2; exit {code}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return says


def test_an_engine_that_answers(says) -> None:
    says(INFO)
    engine = docker.find()
    assert engine == docker.Engine("28.2.2", 2, "x86_64", 1024, 2, "/var/lib/docker")
    assert engine.title == "Docker 28.2.2"


def test_the_id_of_an_image(says) -> None:
    says(f"sha256:{'0' * 64}\n")
    assert docker.image_id("node") == f"sha256:{'0' * 64}"


def test_an_old_engine_says_less(says) -> None:
    says({"ServerVersion": "20.10.0"})
    assert docker.find() == docker.Engine("20.10.0", 1, "", 0, 0, "")


def test_no_client(monkeypatch) -> None:
    monkeypatch.setattr(shell, "which", lambda program: None)
    with pytest.raises(EngineError, match="no docker command") as raised:
        docker.find()
    assert "lab doctor" in raised.value.hint


DOWN = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"


@pytest.mark.parametrize(
    ("stdout", "stderr"), [({"ServerErrors": [DOWN]}, ""), ({"ID": ""}, DOWN), ("", f"a warning\n{DOWN}\n")]
)
def test_no_daemon(says, stdout, stderr) -> None:
    says(stdout, stderr, 1)
    with pytest.raises(EngineError, match=r"^No Docker engine answers: .*Is the docker daemon running") as raised:
        docker.find()
    assert raised.value.hint == "Start it with: lab doctor --fix"


@pytest.mark.parametrize("word", ["permission denied", "Permission denied"])
def test_a_user_who_may_not(says, word) -> None:
    says({"ServerErrors": [f"{word} while trying to connect to the Docker daemon socket"]}, code=1)
    with pytest.raises(EngineError) as raised:
        docker.find()
    assert "permission denied" in raised.value.message  # lab.engine.daemon looks for it
    assert "group docker" in raised.value.message


def test_an_engine_without_a_reason(says) -> None:
    says("{}", code=1)
    with pytest.raises(EngineError):
        docker.find()
    says("", code=1)
    with pytest.raises(EngineError, match="no reason"):
        docker.find()


def test_an_answer_that_makes_no_sense(says) -> None:
    says("not json")
    with pytest.raises(EngineError, match="no usable answer"):
        docker.find()


def test_labels_and_images(says) -> None:
    assert docker.labels("exam") == ["--label", "io.cks-lab.name=exam"]
    says("")
    assert docker.image_exists("x")
    says("", code=1)
    assert not docker.image_exists("x")
