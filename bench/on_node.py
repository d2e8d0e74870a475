"""Runs scripts on the control-plane node as a learner's root would, for what the bench measures there."""

from lab import shell
from lab.k8s.node import Node


def run_on(node: Node, script: str, *, input: bytes | None = None, timeout: float = 60) -> shell.Completed:
    """Run a bash script as root on the node; `timeout` in seconds.

    Raises:
        CommandError: it failed, or took too long.
    """
    interactive = ["-i"] if input is not None else []
    setup = "export KUBECONFIG=/etc/kubernetes/admin.conf"
    argv = ["docker", "exec", *interactive, node.container, "bash", "-c", f"{setup}\n{script}"]
    return shell.run(argv, input=input, timeout=timeout)
