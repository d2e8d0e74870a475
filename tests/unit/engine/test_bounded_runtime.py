"""cluster/engine/bounded-runtime.sh, run by sh, before a runc that keeps what it is given."""

import json
import shutil
import subprocess

import pytest

from lab import paths
from lab.engine import capabilities

GONE = "CAP_SYS_RESOURCE"
OTHER = ["CAP_CHOWN", "CAP_SYS_RESOURCES", "CAP_KILL"]


@pytest.fixture
def runtime(tmp_path):
    """Runs the wrapper with arguments; gives what runc got."""
    runc = tmp_path / "runc"
    runc.write_text(f'#!/bin/sh\nfor each; do echo "$each"; done >{tmp_path}/arguments\nexit 7\n')
    runc.chmod(0o755)
    shutil.copy(paths.data("cluster") / "engine" / "bounded-runtime.sh", tmp_path / "bounded-runtime")
    (tmp_path / "missing-capabilities").write_text(f"{GONE}\nCAP_SYSLOG\n")

    def run(*arguments, cwd=None):
        done = subprocess.run(
            ["sh", str(tmp_path / "bounded-runtime"), *arguments],
            cwd=cwd or tmp_path, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (7, b"")
        assert (tmp_path / "arguments").read_text().split("\n")[:-1] == list(arguments)

    return run


@pytest.fixture
def bundle(tmp_path):
    folder = tmp_path / "a bundle"
    folder.mkdir()
    return folder


def specification(names, **more) -> dict:
    sets = dict.fromkeys(("bounding", "effective", "permitted"), names)
    return {"process": {"args": ["sh", "-c", "echo hi, you"], "capabilities": sets}, **more}


def left(names) -> list[str]:
    return [name for name in names if name not in (GONE, "CAP_SYSLOG")]


POSITIONS = {
    "first": [GONE, *OTHER],
    "middle": [*OTHER[:1], GONE, *OTHER[1:]],
    "last": [*OTHER, GONE],
    "only": [GONE],
    "none": [],
    "not there": OTHER,
    "two side by side": [OTHER[0], GONE, "CAP_SYSLOG", OTHER[1]],
    "two at the end": [OTHER[0], "CAP_SYSLOG", GONE],
    "both alone": ["CAP_SYSLOG", GONE],
    "twice": [GONE, OTHER[0], GONE],
}


@pytest.mark.parametrize("names", POSITIONS.values(), ids=POSITIONS.keys())
@pytest.mark.parametrize("flag", ["--bundle BUNDLE", "--bundle=BUNDLE", "-b BUNDLE"])
def test_a_container(runtime, bundle, names, flag) -> None:
    file = bundle / "config.json"
    file.write_text(json.dumps(specification(names, hostname="x"), separators=(",", ":")))
    words = [word.replace("BUNDLE", str(bundle)) for word in flag.split(" ")]
    runtime("--root", "/run/x", "--log", "/l", "create", *words, "--pid-file", "/p", "abc")
    assert json.loads(file.read_text()) == specification(left(names), hostname="x")


@pytest.mark.parametrize("verb", ["create", "run", "restore"])
def test_without_a_bundle_it_is_the_working_directory(runtime, bundle, verb) -> None:
    file = bundle / "config.json"
    file.write_text(json.dumps(specification(POSITIONS["middle"]), separators=(",", ":")))
    runtime(verb, "abc", cwd=bundle)
    assert json.loads(file.read_text()) == specification(OTHER)


@pytest.mark.parametrize("names", POSITIONS.values(), ids=POSITIONS.keys())
@pytest.mark.parametrize("flag", ["--process FILE", "--process=FILE", "-p FILE"])
def test_a_process_in_a_container(runtime, bundle, names, flag) -> None:
    file = bundle / "process.json"
    process = specification(names)["process"]
    file.write_text(json.dumps(process, separators=(",", ":")))
    words = [word.replace("FILE", str(file)) for word in flag.split(" ")]
    runtime("--root", "/run/x", "exec", *words, "--detach", "abc")
    assert json.loads(file.read_text()) == specification(left(names))["process"]


@pytest.mark.parametrize("verb", ["state", "delete", "kill", "start", "--version"])
def test_other_verbs_change_nothing(runtime, bundle, verb) -> None:
    file = bundle / "config.json"
    file.write_text(json.dumps(specification(POSITIONS["first"])))
    runtime(verb, "abc", cwd=bundle)
    assert json.loads(file.read_text()) == specification(POSITIONS["first"])


def test_exec_of_a_command_leaves_the_container_alone(runtime, bundle) -> None:
    file = bundle / "config.json"
    file.write_text(json.dumps(specification([GONE])))
    runtime("exec", "abc", "sh", "-c", "run create", cwd=bundle)
    assert json.loads(file.read_text()) == specification([GONE])


def test_nothing_missing_changes_nothing(runtime, bundle, tmp_path) -> None:
    (tmp_path / "missing-capabilities").write_text("")
    file = bundle / "config.json"
    file.write_text("not even json, \n")
    runtime("run", "-b", str(bundle), "abc")
    assert file.read_text() == "not even json, \n"


def test_as_it_is_installed(tmp_path, bundle, monkeypatch) -> None:
    runc = tmp_path / "real runc"
    monkeypatch.setattr("lab.shell.which", lambda program: "/bin/true")
    wrapper = capabilities.install_wrapper((GONE,), tmp_path / "lib")
    file = bundle / "config.json"
    file.write_text(json.dumps(specification([GONE]), separators=(",", ":")))
    assert not runc.exists()
    assert (
        subprocess.run([str(wrapper), "create", "-b", str(bundle), "x"], env={"PATH": "/usr/bin:/bin"}).returncode == 0
    )
    assert json.loads(file.read_text()) == specification([])
