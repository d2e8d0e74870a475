"""The control-plane node: a container, entered as root. Works whether or not the API server does."""

from lab import shell
from lab.engine.docker import docker
from lab.errors import ClusterError, CommandError
from lab.k8s import node_shell
from lab.shell import Completed

SETUP = "export KUBECONFIG=/etc/kubernetes/admin.conf"


class Node:
    """A node by its container's name."""

    def __init__(self, container: str) -> None:
        self.container = container

    def state(self) -> str:
        """Docker's word for the container: `running`, `exited`, `paused`; empty when there is none."""
        answer = docker("inspect", "--type", "container", "--format", "{{.State.Status}}", self.container, check=False)
        return answer.text.strip() if answer.returncode == 0 else ""

    def run(self, script: str, *, input: bytes | None = None, timeout: float = 60, check: bool = True) -> Completed:
        """Run a bash script as root.

        Args:
            script: the text of the script.
            input: bytes for its standard input.
            timeout: seconds.
            check: raise when it ends with another code than 0.

        Raises:
            CommandError: it failed (with `check`), or took too long.
            ClusterError: the node does not run.
        """
        interactive = ["-i"] if input is not None else []
        argv = ["docker", "exec", *interactive, self.container, "bash", "-c", f"{SETUP}\n{script}"]
        completed = shell.run(argv, input=input, timeout=timeout, check=False)
        if unreachable(completed):
            raise ClusterError(f"The node {self.container} cannot be entered: {completed.output.strip()}", "lab up")
        if check and completed.returncode:
            raise CommandError(["docker", "exec", self.container, "bash"], completed.returncode, completed.output)
        return completed

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
