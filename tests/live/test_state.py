"""What the lab keeps on the host and is damaged: found before anything is changed, and named with what cures."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from live_program import Lab

from lab.paths import ClusterPaths

ANEW = "down && lab"


@pytest.fixture
def files(lab: Lab, state: Path, monkeypatch: pytest.MonkeyPatch) -> ClusterPaths:
    monkeypatch.setenv("LAB_STATE_HOME", str(state))
    return ClusterPaths(lab.name)


def runs(lab: Lab) -> str:
    """What shows that the control plane was left alone: the kubelet's and the API server's process, and readiness."""
    return lab.node("systemctl is-active kubelet; pgrep -x kube-apiserver; k get --raw /readyz", check=False)


def damage(file: Path, how: str) -> None:
    content = file.read_bytes()
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes({"empty": b"", "cut": content[: len(content) // 2], "garbage": b"\x00 not this\n"}[how])


def refused(lab: Lab, *command: str, names: Path, cure: str) -> None:
    """The command fails in one sentence that names the file, and what cures; the cluster is as it was."""
    before = runs(lab)
    said = lab(*command, expect=3).stderr
    assert str(names) in said
    assert cure in said
    assert "Interrupted" not in said
    assert "Traceback" not in said
    assert runs(lab) == before


@pytest.fixture
def kept(files: ClusterPaths, tmp_path: Path) -> Iterator[Path]:
    """A copy of what is kept, which is put back afterwards."""
    copy = shutil.copytree(files.folder, tmp_path / "kept")
    yield copy
    for file in [*copy.rglob("*")]:
        if file.is_file():
            (files.folder / file.relative_to(copy)).parent.mkdir(exist_ok=True)
            shutil.copy2(file, files.folder / file.relative_to(copy))


@pytest.mark.parametrize("how", ["gone", "empty", "cut", "garbage"])
def test_a_damaged_golden_state(digest: Lab, files: ClusterPaths, kept: Path, how: str) -> None:
    damage(files.golden, how)
    refused(digest, "reset", "--all", names=files.golden, cure=ANEW)
    refused(digest, "reset", "image-digest", names=files.golden, cure=ANEW)


@pytest.mark.parametrize("how", ["empty", "cut", "garbage"])
def test_a_damaged_record(digest: Lab, files: ClusterPaths, kept: Path, how: str) -> None:
    damage(files.record, how)
    for command in (["verify"], ["start", "opa-whitelist"], ["reset", "--all"], ["up"], ["shell", "true"]):
        said = digest(*command, expect=3).stderr
        assert str(files.record) in said
        assert ANEW in said
