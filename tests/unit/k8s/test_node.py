from typing import Any

import pytest

from lab import shell
from lab.k8s.node import Node, unreachable
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


@pytest.mark.parametrize(
    "said",
    [
        "Error: No such container: n",
        "Error response from daemon: container abc is not running",
        "Error response from daemon: No such container: n",
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.",
    ],
)
def test_a_node_that_cannot_be_entered(said) -> None:
    assert unreachable(Completed((), 1, b"", said.encode()))
    assert not unreachable(Completed((), 0, b"", said.encode()))


def test_a_script_that_says_such_words_itself_is_no_missing_node() -> None:
    assert not unreachable(Completed((), 1, b"out", b"Error response from daemon: x"))


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
    assert "LAB_FOLDER=/root/x" in node.shell_argv([], tty=True, folder="/root/x")
    assert node.shell_argv(["ls -la | head"], tty=False) == [
        "docker", "exec", "-i", "-w", "/root", "n", "bash", "-c", "ls -la | head"
    ]  # fmt: skip


def test_what_runs_in_a_shell(answer) -> None:
    node = Node("n")
    shell_argv = node.shell_argv([], tty=True)
    answer["stdout"] = b"vi\nwatch\n"
    assert node.programs_in(shell_argv) == ("vi", "watch")
    assert answer["argv"][:3] == ["docker", "exec", "n"]
    assert answer["argv"][-1] == shell_argv[5]
    answer["code"] = 1
    assert node.programs_in(shell_argv) == ()
    del answer["argv"]
    assert node.programs_in(["docker", "exec", "-i", "n", "bash"]) == ()
    assert "argv" not in answer
