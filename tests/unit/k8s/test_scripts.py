"""The scripts that run in the helper are bash, and its programs Perl."""

import subprocess
from pathlib import Path

import pytest

import lab.k8s
from lab.k8s import cluster, golden, node_files, saved, static_pods

SCRIPTS = {
    "saving the golden state": golden._SAVE,
    "restoring it": saved.shell("pin") + golden._RESTORE,
    "putting manifests": saved.shell("pin") + static_pods._PUT,
    "waiting": static_pods._RUNS + static_pods._RUNNING,
    "images": cluster._IMAGES,
    "files": node_files.shell(),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_bash(name) -> None:
    done = subprocess.run(["bash", "-n"], input=SCRIPTS[name], text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("file", sorted(Path(lab.k8s.__path__[0]).glob("*.pl")), ids=lambda file: file.name)
def test_programs_are_perl(file) -> None:
    done = subprocess.run(["perl", "-wc", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
