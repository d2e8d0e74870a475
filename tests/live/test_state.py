"""What the lab keeps on the host: damaged files, read-only and full disks, one at a time, whose cluster it is."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from live_program import Lab

from lab.paths import ClusterPaths

ANEW = "down && lab"
RESET_ALL = "reset --all"


@pytest.fixture
def files(lab: Lab, state: Path, monkeypatch: pytest.MonkeyPatch) -> ClusterPaths:
    monkeypatch.setenv("LAB_STATE_HOME", str(state))
    return ClusterPaths(lab.name)


def long(*values: str) -> list[Any]:
    """Values of a parameter that `make test` leaves out."""
    return [pytest.param(value, marks=pytest.mark.long) for value in values]


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


@pytest.mark.parametrize("how", ["cut", *long("gone", "empty", "garbage")])
def test_a_damaged_golden_state(digest: Lab, files: ClusterPaths, kept: Path, how: str) -> None:
    damage(files.golden, how)
    refused(digest, "reset", "--all", names=files.golden, cure=ANEW)
    refused(digest, "reset", "image-digest", names=files.golden, cure=ANEW)


@pytest.mark.parametrize("how", ["garbage", *long("empty", "cut")])
def test_a_damaged_record(digest: Lab, files: ClusterPaths, kept: Path, how: str) -> None:
    damage(files.record, how)
    for command in (["verify"], ["start", "opa-whitelist"], ["reset", "--all"], ["up"], ["shell", "true"]):
        said = digest(*command, expect=3).stderr
        assert str(files.record) in said
        assert ANEW in said


@pytest.mark.parametrize("how", ["gone", *long("empty", "garbage")])
def test_a_kubeconfig_is_written_anew(digest: Lab, files: ClusterPaths, how: str) -> None:
    damage(files.kubeconfig, how)
    refused(digest, "reset", "image-digest", names=files.kubeconfig, cure=f"lab --name {digest.name} up")
    digest("up")
    assert files.kubeconfig.stat().st_mode & 0o777 == 0o600
    digest("reset", "image-digest")


@pytest.mark.parametrize("how", ["cut", *long("gone", "empty", "garbage")])
def test_what_an_exercise_kept(lab: Lab, files: ClusterPaths, how: str) -> None:
    lab("reset", "--all")
    lab("start", "image-policy-webhook")
    damage(files.kept_manifest("image-policy-webhook"), how)
    refused(
        lab,
        "reset",
        "image-policy-webhook",
        names=files.kept_manifest("image-policy-webhook"),
        cure=RESET_ALL,
    )
    lab("reset", "--all")
    lab("start", "image-policy-webhook")
    damage(files.webhook / "cert.pem", how)
    refused(lab, "webhook", "up", names=files.webhook, cure="reset image-policy-webhook")
    refused(lab, "solve", "image-policy-webhook", names=files.webhook, cure="reset image-policy-webhook")
    lab("reset", "image-policy-webhook")
    lab("webhook", "up")
    lab("reset", "image-policy-webhook")


@pytest.mark.long
@pytest.mark.parametrize("how", ["gone", "empty", "cut", "garbage"])
def test_what_was_recorded_of_gatekeeper(lab: Lab, files: ClusterPaths, how: str) -> None:
    lab("start", "opa-whitelist")
    damage(files.folder / "gatekeeper.json", how)
    refused(lab, "reset", "opa-whitelist", names=files.folder / "gatekeeper.json", cure=RESET_ALL)
    lab("reset", "--all")
    lab("start", "opa-whitelist")
    lab("reset", "opa-whitelist")


@pytest.fixture
def small(files: ClusterPaths, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Puts the cluster's folder on a file system of its own, made read-only or full."""
    copy = shutil.copytree(files.folder, tmp_path / "copy")

    def mount(how: str) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", files.folder], check=True)
        shutil.copytree(copy, files.folder, dirs_exist_ok=True)
        if how == "read-only":
            subprocess.run(["mount", "-o", "remount,ro", files.folder], check=True)
        else:
            with contextlib.suppress(OSError), (files.folder / "filling").open("wb") as stream:
                while True:
                    stream.write(b"x" * 4096)

    yield mount
    subprocess.run(["umount", "-l", files.folder], check=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a file system")
@pytest.mark.parametrize(("how", "why"), [("read-only", "Read-only file system"), ("full", "No space left on device")])
def test_a_folder_that_takes_no_files(
    digest: Lab, files: ClusterPaths, small: Callable[[str], None], how: str, why: str
) -> None:
    small(how)
    for command in (["start", "image-policy-webhook"], ["reset", "image-digest"], ["reset", "--all"]):
        refused(digest, *command, names=files.folder, cure="df -h")
        assert why in digest(*command, expect=3).stderr
    assert not [*files.folder.glob(".*.[0-9]*")]  # no draft is left
    if how == "read-only":  # a full disk may have room left for a line
        digest("hint", "image-digest/find", expect=3)


def test_an_edited_journal_earns_nothing(lab: Lab, files: ClusterPaths) -> None:
    lab("reset", "--all")
    lab("start", "opa-whitelist")
    lines = files.progress.read_text().splitlines()
    for step in ("refused", "quiet", "dryrun"):
        forged = lines[-1].replace('"event": "started"', f'"event": "earned", "step": "{step}", "evidence": "x"')
        lines.append(forged)
    files.progress.write_text("\n".join(lines) + "\n")
    verified = lab.verify("opa-whitelist", expect=1)
    assert verified.score[0] == 0
    assert verified.report["reason"] == "broken-journal"
    assert str(files.progress) in lab("verify", "opa-whitelist", expect=1).stdout.replace("\n", "")
    lab("reset", "--all")
    assert "reason" not in lab.verify(expect=1).report


def test_one_waits_for_the_other_and_verify_cannot_tell(digest: Lab) -> None:
    first = subprocess.Popen(digest.argv("reset", "--all"), env=digest.environment, stderr=subprocess.DEVNULL)
    time.sleep(1)
    verified = digest.verify("image-digest", expect=3)
    assert verified.score[0] == 0
    assert "reset --all` (process" in verified.report["exercises"][0]["steps"][0]["checks"][0]["observed"]
    second = digest("start", "image-digest", expect=None)
    assert first.wait(120) == 0
    assert (second.returncode, "reset --all` (process" in second.stderr) == (0, True)


def test_whose_cluster_it_is(lab: Lab, state: Path, tmp_path: Path) -> None:
    other = Lab(lab.name, tmp_path / "other")
    for command in ("up", "down"):
        said = other(command, expect=3).stderr
        assert f"whose state folder is {state.resolve()}" in said
    assert lab("status").returncode == 0
    never = Lab(f"{lab.name}-never", state)
    assert f'There is no cluster "{never.name}".' in never("down").stderr
    assert f"lab up --name {never.name}" in never(expect=3).stderr


@pytest.mark.long
def test_a_state_folder_that_is_gone(lab: Lab, files: ClusterPaths) -> None:
    shutil.rmtree(files.folder)
    for command in (["up"], ["start", "image-digest"], ["verify"]):
        said = lab(*command, expect=3).stderr
        assert f"{files.record} is gone" in said
        assert ANEW in said
    lab("down")
    lab("up")
    assert lab.verify(expect=1).score[0] == 0
