import subprocess
import sys
import time

import pytest
from image_policy_scene import ARGV, CONFIG, KUBECONF, NOW, STARTED, process

from lab.checks import api_process
from lab.checks.base import Answer, CouldNotTell


def test_a_running_process() -> None:
    seen = api_process.parse(process())
    assert (seen.running, seen.mounted, seen.argv, seen.now) == (True, True, ARGV, NOW)
    assert seen.started == pytest.approx(STARTED)
    assert seen.flag(api_process.CONFIG_FLAG) == CONFIG
    assert seen.plugins == ("NodeRestriction", "ImagePolicyWebhook")
    assert seen.file(f"{KUBECONF}/../kubeconf") == seen.file(KUBECONF)
    assert seen.file("/etc/passwd") is None


@pytest.mark.parametrize("state", ["stopped", "absent"])
def test_no_process(state) -> None:
    assert not api_process.parse(process(state=state)).running
    assert api_process.parse(process(state=state, view="node")).where == "on the node"


@pytest.mark.parametrize(
    ("words", "plugins"),
    [
        (["--enable-admission-plugins=A,B"], "A,B"),
        (["--enable-admission-plugins", "A,B"], "A,B"),
        (["--enable_admission_plugins=A"], "A"),
        (["--enable-admission-plugins=A", "--enable-admission-plugins=B"], "A,B"),
        (["--admission-control=A"], "A"),
        (["--enable-admission-plugins"], ""),
        (["--disable-admission-plugins=A"], ""),
        ([], ""),
    ],
)
def test_plugins(words, plugins) -> None:
    assert ",".join(api_process.plugins(["kube-apiserver", *words])) == plugins


def test_the_last_of_two_flags_counts() -> None:
    assert api_process.flag(["x", "--a-b=1", "--a_b", "2"], "a-b") == "2"


@pytest.mark.parametrize(
    "answer", [Answer("", 0), Answer("connect: no such file", 5), Answer("state running\nview mounts\nargv \n", 0)]
)
def test_a_node_that_does_not_say(answer) -> None:
    with pytest.raises(CouldNotTell):
        api_process.parse(answer)


class Node:
    """Runs the reader by this machine's bash, with stand-ins for what looks at the port and the containers."""

    def __init__(self, place):
        self.place, self.programs = place, place / "programs"
        self.programs.mkdir()
        self.program("ss", "")
        self.program("crictl", "")

    def program(self, name, text):
        file = self.programs / name
        file.write_text(f"#!/bin/bash\n{text}\n")
        file.chmod(0o755)

    def read(self, wanted=""):
        script = f'PATH="{self.programs}:$PATH"\n{api_process.ask(str(wanted)).command}'
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=30, check=False)
        assert not done.stderr
        return api_process.parse(Answer(done.stdout, done.returncode))

    def write(self, name, text):
        file = self.place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file


linux = pytest.mark.skipif(sys.platform != "linux", reason="the reader is for the node, which is Linux")


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


@linux
def test_without_a_flag_the_file_that_is_asked_for_is_read_on_the_node(node) -> None:
    config = node.write("config.yaml", f"a: [{node.place}/kubeconf, 'b.pem']\nc: {node.place}/gone")
    node.write("kubeconf", "x: sub/c.pem\n")
    node.write("b.pem", "b\n")
    node.write("sub/c.pem", "-----BEGIN x\nkubeconf2 b.pem\n")
    node.write("kubeconf2", "never named outside a certificate\n")
    seen = node.read(config)
    assert (seen.running, seen.mounted, seen.argv, seen.started) == (False, False, (), 0)
    names = {path.removeprefix(f"{node.place}/") for path in seen.files}
    assert names == {"config.yaml", "kubeconf", "b.pem", "sub/c.pem"}
    assert seen.file(str(config)).content == config.read_bytes()
    assert abs(seen.now - time.time()) < 3600


@linux
def test_a_process_is_seen_with_its_arguments_its_age_and_its_files(node, listener) -> None:
    config, later = node.write("config.yaml", "a: b\n"), node.write("later.yaml", "a: b\n")
    listener("--admission-control-config-file", config, "--x=y z")
    time.sleep(0.1)
    later.write_text("a: c\n")
    seen = node.read(later)  # what is asked for does not matter: the process names another
    assert seen.running
    assert seen.mounted
    assert seen.argv[-3:] == ("--admission-control-config-file", str(config), "--x=y z")
    assert set(seen.files) == {str(config)}
    assert seen.file(str(config)).changed < seen.started + 0.05


@linux
def test_a_change_after_the_start_is_later_than_it_even_when_its_time_is_set_back(node, listener) -> None:
    config = node.write("config.yaml", "a: b\n")
    listener(f"--admission-control-config-file={config}")
    time.sleep(0.3)
    before = node.write("other.yaml", "a: c\n")
    subprocess.run(["touch", "-d", "2020-01-01", before], check=True)
    before.rename(config)
    seen = node.read()
    assert seen.file(str(config)).changed > seen.started


@linux
def test_links_are_followed(node, listener) -> None:
    node.write("real/config.yaml", "a: kubeconf\n")
    (node.place / "config.yaml").symlink_to("real/config.yaml")
    (node.place / "kubeconf").symlink_to(node.write("other/kubeconf", "k: v\n"))
    (node.place / "loop").symlink_to("loop")
    listener(f"--admission-control-config-file={node.place}/config.yaml")
    seen = node.read()
    assert {path.removeprefix(f"{node.place}/") for path in seen.files} == {"config.yaml", "kubeconf"}


@linux
def test_large_files_and_folders_are_left_out(node) -> None:
    node.write("folder/x", "")
    node.write("large", "x" * 70000)
    config = node.write("config.yaml", "a: [folder, large]\n")
    assert set(node.read(config).files) == {str(config)}


@linux
def test_while_none_runs_the_last_container_tells_by_its_mounts(node) -> None:
    node.write("host/config.yaml", "a: /admission/kubeconf\nb: /admission/deep/x\n")
    node.write("host/kubeconf", "k: v\n")
    node.write("deep/x", "deeper mounts count before\n")
    node.write("host/deep/x", "never seen\n")
    inspected = (
        '{"info": {"runtimeSpec": {"process": {"args": ["kube-apiserver", '
        '"--admission-control-config-file=/admission/config.yaml"]}, "mounts": ['
        f'{{"destination": "/admission", "source": "{node.place}/host", "type": "bind"}},'
        f'{{"destination": "/admission/deep", "source": "{node.place}/deep", "type": "bind"}},'
        '{"destination": "/proc", "source": "proc", "type": "proc"}]}}}'
    )
    node.write("inspected", inspected)
    node.program("crictl", f'[[ $1 == inspect ]] && cat "{node.place}/inspected" || echo abc')
    seen = node.read()
    assert (seen.running, seen.mounted) == (False, True)
    assert {path: file.content for path, file in seen.files.items()} == {
        "/admission/config.yaml": b"a: /admission/kubeconf\nb: /admission/deep/x\n",
        "/admission/kubeconf": b"k: v\n",
        "/admission/deep/x": b"deeper mounts count before\n",
    }


@linux
@pytest.mark.parametrize("program", ["exit 1", "[[ $1 == inspect ]] && exit 1 || echo abc"])
def test_without_a_container_that_can_be_looked_at_the_node_is_read(node, program) -> None:
    node.program("crictl", f"echo trouble >&2; {program}")
    config = node.write("config.yaml", "a: b\n")
    seen = node.read(config)
    assert (seen.running, seen.mounted, set(seen.files)) == (False, False, {str(config)})
