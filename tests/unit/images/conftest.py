"""A workshop over a copy of cluster/, and a docker command that does what the test says."""

import shutil
from pathlib import Path

import pytest

from lab import paths
from lab.engine.docker import Engine
from lab.images import binaries, pins
from lab.images.build import Workshop
from lab.phases import Recording

ENGINE = Engine("28.2.2", 2, "x86_64", 4 * 1024**3, 2, "/var/lib/docker")


@pytest.fixture
def workshop(tmp_path, monkeypatch) -> Workshop:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("LAB_NODE_IMAGE", raising=False)
    shutil.copytree(paths.data("cluster"), tmp_path / "cluster", symlinks=True)
    monkeypatch.setattr(paths, "data", lambda folder: tmp_path / folder)
    monkeypatch.setattr(binaries, "go_version", lambda: (1, 26, 2))
    return Workshop(pins.load(), ENGINE, Recording())


@pytest.fixture
def docker(tmp_path, monkeypatch) -> Path:
    """Where to write a script that stands for the docker command."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "docker"
    program.touch(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return program
