import os
from pathlib import Path

import pytest

from lab import paths


@pytest.fixture(autouse=True)
def _home(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("LAB_STATE_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_where_things_lie(monkeypatch, tmp_path) -> None:
    assert paths.state_home() == tmp_path / ".local/state/cks-lab"
    assert paths.cache_home() == tmp_path / ".cache/cks-lab"
    monkeypatch.setenv("XDG_STATE_HOME", "/s")
    monkeypatch.setenv("XDG_CACHE_HOME", "/c")
    assert (paths.state_home(), paths.cache_home()) == (Path("/s/cks-lab"), Path("/c/cks-lab"))
    monkeypatch.setenv("LAB_STATE_HOME", "/own")
    assert paths.state_home() == Path("/own")
    monkeypatch.setenv("LAB_STATE_HOME", "")
    assert paths.state_home() == Path("/s/cks-lab")


def test_the_files_of_a_cluster(monkeypatch) -> None:
    monkeypatch.setenv("LAB_STATE_HOME", "/own")
    files = paths.ClusterPaths("exam")
    assert files.folder == Path("/own/clusters/exam")
    each = [files.kubeconfig, files.record, files.golden, files.progress]
    assert len(set(each)) == 4
    assert {file.parent for file in each} == {files.folder}


def test_looking_up_makes_nothing(tmp_path) -> None:
    paths.state_home(), paths.cache_home(), paths.ClusterPaths("x").progress
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_private_modes_whatever_the_umask(tmp_path, mask) -> None:
    before = os.umask(mask)
    try:
        file = tmp_path / "deep" / "er" / "file"
        paths.write_private(file, b"secret")
        log = paths.log_file("build")
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert log == paths.state_home() / "logs" / "build.log"
    assert log.parent.stat().st_mode & 0o777 == 0o700
    assert not log.exists()


def test_an_open_folder_is_closed(tmp_path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    assert paths.private_directory(folder) == folder
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_file_is_replaced_whole(tmp_path) -> None:
    file = tmp_path / "folder" / "file"
    paths.write_private(file, b"a long first content")
    file.chmod(0o644)
    with file.open("rb") as reader:
        paths.write_private(file, b"second")
        assert reader.read() == b"a long first content"  # who reads meanwhile sees one or the other
    assert file.read_bytes() == b"second"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == ["file"]


def test_a_checkouts_data_wins_over_the_wheels(monkeypatch, tmp_path) -> None:
    for folder in ("exercises", "solutions", "cluster"):
        assert paths.data(folder).is_dir()
        assert paths.data(folder) == Path(__file__).parents[2] / folder
    package = tmp_path / "lab"
    (package / "data" / "exercises").mkdir(parents=True)
    (tmp_path / "exercises").mkdir()
    monkeypatch.setattr(paths, "PACKAGE", package)
    assert paths.data("exercises") == package / "data" / "exercises"  # beside a wheel lies somebody else's folder
    (tmp_path / "pyproject.toml").touch()
    assert paths.data("exercises") == tmp_path / "exercises"
    assert paths.data("solutions") == package / "data" / "solutions"
