"""The control-plane node: a container, entered as root. Works whether or not the API server does."""

from collections.abc import Sequence

from lab.engine.docker import docker
from lab.k8s import node_shell
from lab.shell import Completed

_PATIENCE = 5.0
"""Seconds until what runs in a shell is taken for unknown: somebody wants to leave."""


class Node:
    """A node by its container's name."""

    def __init__(self, container: str) -> None:
        self.container = container

    def state(self) -> str:
        """Docker's word for the container: `running`, `exited`, `paused`; empty when there is none."""
        answer = docker("inspect", "--type", "container", "--format", "{{.State.Status}}", self.container, check=False)
        return answer.text.strip() if answer.returncode == 0 else ""

    def shell_argv(self, command: list[str], tty: bool, folder: str = "") -> list[str]:
        """The argument list of a shell on the node, or of one command in it; a terminal's begins in a folder."""
        tail = ["bash", "-c", " ".join(command)] if command else ["bash"]
        if tty:
            return node_shell.argv(self.container, tail, folder)
        return ["docker", "exec", "-i", "-w", "/root", self.container, *tail]

    def programs_in(self, shell: Sequence[str]) -> tuple[str, ...]:
        """The names of the programs that run in a shell on a terminal, its stopped ones too; empty if nobody can tell.

        Args:
            shell: its argument list, as `shell_argv` gave it.

        Raises:
            CommandError: the engine does not answer.
        """
        if not (command := node_shell.programs_command(shell)):
            return ()
        answer = docker("exec", self.container, *command, check=False, timeout=_PATIENCE)
        return tuple(answer.text.split("\n")[:-1]) if answer.returncode == 0 else ()


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
