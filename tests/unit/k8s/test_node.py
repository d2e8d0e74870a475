from typing import Any

import pytest

from lab import shell
from lab.errors import ClusterError, CommandError
from lab.k8s.node import Node
from lab.shell import Completed


@pytest.fixture
def answer(monkeypatch):
    """The node as docker answers for it; set code, stdout and stderr."""

    def run(argv, *, input=None, timeout=0, check=True):
        said["argv"], said["input"] = argv, input
        return Completed(tuple(argv), said["code"], said["stdout"], said["stderr"])

    said: dict[str, Any] = {"code": 0, "stdout": b"", "stderr": b""}
    monkeypatch.setattr(shell, "run", run)
    return said


def test_a_script_runs_as_one_argument(answer) -> None:
    answer["stdout"] = b"fine\n"
    assert Node("n").run("echo 'a' \"b\"").text == "fine\n"
    assert answer["argv"][:4] == ["docker", "exec", "n", "bash"]
    assert answer["argv"][-1].endswith("admin.conf\necho 'a' \"b\"")
    Node("n").run("cat", input=b"x")
    assert answer["argv"][:4] == ["docker", "exec", "-i", "n"]
    assert answer["input"] == b"x"


def test_a_script_that_fails(answer) -> None:
    answer |= {"code": 3, "stderr": b"trouble"}
    with pytest.raises(CommandError, match="trouble") as raised:
        Node("n").run("x")
    assert raised.value.returncode == 3
    assert Node("n").run("x", check=False).returncode == 3


@pytest.mark.parametrize(
    "said",
    [
        "Error: No such container: n",
        "Error response from daemon: container abc is not running",
        "Error response from daemon: No such container: n",
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.",
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_a_node_that_cannot_be_entered(answer, said, check) -> None:
    answer |= {"code": 1, "stderr": said.encode()}
    with pytest.raises(ClusterError, match="cannot be entered") as raised:
        Node("n").run("x", check=check)
    assert raised.value.hint == "lab up"


def test_a_script_that_says_such_words_itself_is_no_missing_node(answer) -> None:
    answer |= {"code": 1, "stdout": b"out", "stderr": b"Error response from daemon: x"}
    assert Node("n").run("x", check=False).returncode == 1


def test_the_state(answer) -> None:
    answer["stdout"] = b"running\n"
    assert Node("n").state() == "running"
    answer |= {"code": 1, "stdout": b"\n"}
    assert Node("n").state() == ""


def test_a_shell(answer) -> None:
    node = Node("n")
    argv = node.shell_argv([], tty=True)
    assert argv[4] == "n"
    assert argv[-1] == "bash"
    assert node.shell_argv(["ls -la | head"], tty=False) == [
        "docker", "exec", "-i", "-w", "/root", "n", "bash", "-c", "ls -la | head"
    ]  # fmt: skip
