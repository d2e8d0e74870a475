"""The control-plane node: a container, entered as root. Works whether or not the API server does."""

from lab.engine.docker import docker
from lab.k8s import node_shell
from lab.shell import Completed


class Node:
    """A node by its container's name."""

    def __init__(self, container: str) -> None:
        self.container = container

    def state(self) -> str:
        """Docker's word for the container: `running`, `exited`, `paused`; empty when there is none."""
        answer = docker("inspect", "--type", "container", "--format", "{{.State.Status}}", self.container, check=False)
        return answer.text.strip() if answer.returncode == 0 else ""

    def shell_argv(self, command: list[str], tty: bool) -> list[str]:
        """The argument list of a shell on the node, or of one command in it."""
        tail = ["bash", "-c", " ".join(command)] if command else ["bash"]
        if tty:
            return node_shell.argv(self.container, tail)
        return ["docker", "exec", "-i", "-w", "/root", self.container, *tail]


def unreachable(completed: Completed) -> bool:
    """Whether it was the engine that answered, because a command could not even be started in a container."""
    text = completed.stderr.decode(errors="replace")
    signs = (
        "Error: No such container",
        "Error response from daemon:",
        "Cannot connect to the Docker daemon",
        "OCI runtime exec failed:",
    )
    return bool(completed.returncode) and text.startswith(signs) and completed.stdout == b""
