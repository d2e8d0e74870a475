import json
import subprocess
import sys
import time

import pytest
from image_policy_scene import ARGV, CONFIG, KUBECONF, NOW, PID, STARTED, process, read

from lab.checks.asks import Answer, CouldNotTell, FileAsk, Observation
from lab.checks.support import api_server_process
from lab.checks.support.node_file import NodeFile, Place


def test_a_running_process() -> None:
    seen = read(process())
    assert (seen.running, seen.pid, seen.argv, seen.now) == (True, PID, ARGV, NOW)
    assert seen.started == pytest.approx(STARTED)
    assert (seen.config_path, seen.where) == (CONFIG, "in the API server's container")
    assert seen.command_line.items("enable-admission-plugins") == ("NodeRestriction", "ImagePolicyWebhook")
    assert seen.file(KUBECONF).kind == "file"


@pytest.mark.parametrize("state", ["stopped", "absent"])
def test_no_process(state) -> None:
    assert not read(process(state=state)).running
    assert read(process(("kube-apiserver",), state=state)).where == "on the node"


def test_what_was_not_read_is_noted() -> None:
    seen = api_server_process.parse(process().told, Observation())
    with pytest.raises(CouldNotTell):
        seen.file(CONFIG)
    assert not seen.node_has(CONFIG)
    assert seen.unread == [FileAsk(CONFIG, PID), FileAsk(CONFIG)]


@pytest.mark.parametrize(
    ("running", "path", "found"),
    [(True, "/a b/c", "/a b/c"), (True, "etc/c", "/etc/c"), (False, "/c", "/c"), (False, '"/c"', ""), (False, "", "")],
)
def test_the_configuration_that_the_arguments_name(running, path, found) -> None:
    argv = ("kube-apiserver", f"--admission-control-config-file={path}")
    assert read(process(argv, state="running" if running else "stopped")).config_path == found


@pytest.mark.parametrize(
    "argv",
    [
        ["kube-apiserver", "--a=b c", "--d"],
        ["/usr/local/bin/kube-apiserver", "--a=b c", "--d"],
        ["/go-runner", "--log-file=x", "kube-apiserver", "--a=b c", "--d"],
        ["/bin/sh", "-c", "exec kube-apiserver '--a=b c' \\\n --d  # a comment"],
        ["bash", "-ec", 'ulimit -n 9; kube-apiserver --a="b c" --d'],
    ],
)
def test_the_words_behind_the_programs_name(argv) -> None:
    assert api_server_process.own_words(argv) == ["--a=b c", "--d"]


def test_a_shells_quotes_without_their_partner() -> None:
    assert api_server_process.own_words(["sh", "-c", "kube-apiserver '--a"]) == []


@pytest.mark.parametrize(
    "answer", [Answer("", 0), Answer("connect: no such file", 5), Answer("state running\npid 1\nargv \n", 0)]
)
def test_a_node_that_does_not_say(answer) -> None:
    with pytest.raises(CouldNotTell):
        api_server_process.parse(answer, Observation())


def behind(mounts, files):
    """A last container with these mounts, of which the node has these files, each with the way there."""
    argv = ("kube-apiserver", f"--admission-control-config-file={CONFIG}")
    seen = api_server_process.parse(
        process(argv, state="stopped").told, Observation({FileAsk(p): f for p, f in files.items()})
    )
    return api_server_process.ApiServer(**{**vars(seen), "mounts": mounts})


def link(path, target):
    return Place(path, "link", 0.0, 0.0, target)


def test_while_none_runs_the_last_containers_mounts_lead_to_its_files() -> None:
    deep, file = NodeFile("file", b"deeper mounts count before"), NodeFile("file", b"x")
    mounts = {"/admission": "/host/a", "/admission/deep": "/other", "/single.yaml": "/host/b.yaml"}
    seen = behind(mounts, {"/host/a/x": file, "/other/x": deep, "/host/b.yaml": file})
    assert seen.file("/admission/x") == file
    assert seen.file("/admission/deep/x") == deep
    assert seen.file("/admission/deep/../x") == file
    assert seen.file("/single.yaml") == file
    assert seen.file("/admission2/x").kind == "missing"
    assert (seen.on_node("/admission/deep/x"), seen.on_node("/etc/x")) == ("/other/x", "/etc/x")
    assert seen.unread == []


def test_an_absolute_link_leads_to_another_place_in_the_container() -> None:
    file = NodeFile("file", b"found")
    mounts = {"/admission": "/host/a", "/certs": "/host/c"}
    files = {
        "/host/a/x": NodeFile("missing", way=(link("/host/a/x", "/certs/now/x"),)),
        "/host/c/now/x": NodeFile("missing", way=(link("/host/c/now", "/admission/real"),)),
        "/host/a/real/x": file,
        "/host/a/round": NodeFile("missing", way=(link("/host/a/round", "/admission/round"),)),
        "/host/a/near": NodeFile("file", b"near", way=(link("/host/a/near", "x2"),)),
    }
    seen = behind(mounts, files)
    assert seen.file("/admission/x") == file
    assert seen.file("/admission/round").kind == "missing"
    assert seen.file("/admission/near").content == b"near"


class Node:
    """Runs the script by this machine's bash, with stand-ins for what looks at the port and the containers."""

    def __init__(self, place):
        self.place, self.programs = place, place / "programs"
        self.programs.mkdir()
        self.program("ss", "")
        self.program("crictl", "")

    def program(self, name, text):
        file = self.programs / name
        file.write_text(f"#!/bin/bash\n{text}\n")
        file.chmod(0o755)

    def inspected(self, told):
        (self.place / "inspected").write_text(json.dumps(told))
        self.program("crictl", f'[[ $1 == inspect ]] && cat "{self.place}/inspected" || echo abc')

    def read(self):
        script = f'PATH="{self.programs}:$PATH"\n{api_server_process.PROCESS.command}'
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=30, check=False)
        assert not done.stderr
        return api_server_process.parse(Answer(done.stdout, done.returncode), Observation())


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the script is for the node, which is Linux")


@pytest.fixture
def node(tmp_path):
    return Node(tmp_path)


@pytest.fixture
def listener(node):
    """Starts a process that is taken for the one on the port."""
    started = []

    def start(*words):
        sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", *map(str, words)])
        started.append(sleeper)
        line = f'LISTEN 0 4096 *:6443 *:* users:(("kube-apiserver",pid={sleeper.pid},fd=3))'
        node.program("ss", f"echo '{line}'")
        return sleeper

    yield start
    for sleeper in started:
        sleeper.kill()
        sleeper.wait()


CONTAINER = {
    "status": {"createdAt": "2027-01-15T08:00:00.123456789Z"},
    "info": {
        "runtimeSpec": {
            "process": {"args": ["kube-apiserver", "--admission-control-config-file=/a b/ü.yaml"]},
            "mounts": [
                {"destination": "/a b", "source": "/host/it's", "type": "bind"},
                {"destination": "/proc", "source": "proc", "type": "proc"},
            ],
        }
    },
}


def test_a_process_is_seen_with_its_arguments_and_its_age(node, listener) -> None:
    node.inspected(CONTAINER)
    before = time.time()
    sleeper = listener("--admission-control-config-file", "/a b", "--x=y z")
    seen = node.read()
    assert (seen.running, seen.pid) == (True, sleeper.pid)
    assert seen.argv[-3:] == ("--admission-control-config-file", "/a b", "--x=y z")
    assert before - 0.1 < seen.started < seen.now
    assert seen.mounts == {"/a b": "/host/it's"}


def test_while_none_runs_the_last_container_tells(node) -> None:
    node.inspected(CONTAINER)
    seen = node.read()
    assert (seen.running, seen.started, seen.config_path) == (False, 0.0, "/a b/ü.yaml")
    assert seen.made == pytest.approx(1_800_000_000.123, abs=0.01)
    assert seen.mounts == {"/a b": "/host/it's"}


@pytest.mark.parametrize("program", ["exit 1", "[[ $1 == inspect ]] && exit 1 || echo abc"])
def test_without_a_container_that_can_be_looked_at(node, program) -> None:
    node.program("crictl", f"echo trouble >&2; {program}")
    seen = node.read()
    assert (seen.running, seen.argv, seen.mounts, seen.config_path) == (False, (), {}, "")
    assert abs(seen.now - time.time()) < 3600
