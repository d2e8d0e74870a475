"""The helper: a container of the pristine node image beside the node, in its PID and network namespaces.

What grades and what resets runs there, with the programs, libraries and settings of the image: nothing of it is the
learner's, who is root on the node. It reaches the node's files through /proc/1/root, and containerd and systemd by
their sockets. It dies with the node's first process, and is made anew when it is asked next.
"""

import io
import re
import tarfile
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from lab import shell
from lab.engine.docker import docker, labels
from lab.errors import ClusterError, CommandError
from lab.k8s.node import Node, unreachable
from lab.retry import attempts
from lab.shell import Completed

_LABEL = "io.cks-lab.node"
"""Its value is the node's container and when that was started."""
_KUBECONFIG = "/etc/cks-lab-kubeconfig"
_ENVIRONMENT = {
    "KUBECONFIG": _KUBECONFIG,
    "LAB_NODE_SOCKETS": "systemd dbus containerd",
    "SYSTEMD_IGNORE_CHROOT": "1",  # systemctl finds that its root is not that of the first process
}
_ENTER = ("nsenter", "--target=1", "--mount", "--uts", "--ipc", "--net", "--")
_AS_TYPED = "unset LAB_NODE_SOCKETS SYSTEMD_IGNORE_CHROOT; export KUBECONFIG=/etc/kubernetes/admin.conf; cd /root"
_SERVER = re.compile(rb"(?m)^( *server: *)\S+")
_MAIN = '$0 = "cks-lab: the lab looks at the node from here"; sleep 86400 while 1'
_PROGRAM = Path(__file__).with_name("helper_run.pl")
_FIRST = 30.0  # seconds
_TIME, _PAUSE = 30.0, 0.25  # seconds to make it, and between two attempts
_PATIENCE = 8  # attempts: another lab may make it at this moment, or have died doing so


@cache
def program() -> str:
    """The text of the program that runs a command in the helper."""
    return _PROGRAM.read_text()


class Helper:
    """The helper of a cluster. Nobody has to make it before it is asked.

    Args:
        name: the cluster's name.
        node: the node that it belongs to.
        kubeconfig: the cluster administrator's, on this machine.
    """

    def __init__(self, name: str, node: Node, kubeconfig: Path) -> None:
        self.name = name
        self.node = node
        self.container = f"{name}-helper"
        self._kubeconfig = kubeconfig
        self._lock = threading.Lock()

    def run(self, script: str, *, input: bytes | None = None, timeout: float = 60, check: bool = True) -> Completed:
        """Run a bash script as root in the helper. It ends when this process ends or is interrupted.

        Args:
            script: the text of the script; it has the tools of the node image, `kubectl` as administrator, and the
                node's files below /proc/1/root.
            input: bytes for its standard input.
            timeout: seconds.
            check: raise when it ends with another code than 0.

        Raises:
            CommandError: it failed (with `check`), or took too long.
            ClusterError: the node does not run.
        """
        return self._run(["bash", "-c", script], input or b"", timeout, check)

    def type(self, script: str, *, timeout: float = 60) -> Completed:
        """Run a bash script as root on the node itself, with the node's own programs, as a learner would type it. It
        ends when this process ends or is interrupted.

        Raises:
            CommandError: it failed, or took too long.
            ClusterError: the node does not run.
        """
        return self._run([*_ENTER, "bash", "-c", f"{_AS_TYPED}\n{script}"], b"", timeout, check=True)

    def _run(self, command: list[str], input: bytes, timeout: float, check: bool) -> Completed:
        completed = self._exec(command, input, timeout)
        if unreachable(completed):
            self.ensure()
            completed = self._exec(command, input, timeout)
        if unreachable(completed):
            raise ClusterError(f"The helper of the lab does not run: {completed.output.strip()}", "lab up")
        if check and completed.returncode:
            raise CommandError(["docker", "exec", self.container, "bash"], completed.returncode, completed.output)
        return completed

    def argv(self, command: Sequence[str]) -> list[str]:
        """The argument list of a command in the helper, for a caller that follows its output; call `ensure` first."""
        return ["docker", "exec", "-i", self.container, *command]

    def ensure(self) -> None:
        """Make it anew unless it runs beside the node as that was started last.

        Raises:
            ClusterError: the node does not run; EngineError: the engine does not start it.
        """
        with self._lock:
            image, belongs = self._facts_of_node()
            for earlier, _ in enumerate(attempts(_TIME, _PAUSE)):
                identity, status, label = self._found()
                if status == "running" and label == belongs:
                    return
                if status != "created" or earlier >= _PATIENCE:  # else another lab is about to start it
                    self._make(identity, image, belongs)
            raise ClusterError(f"The helper of the lab, {self.container}, does not start.", "lab up")

    def _exec(self, command: list[str], input: bytes, timeout: float) -> Completed:
        argv = self.argv(["perl", "-e", program(), *command])
        try:
            return shell.run(argv, input=b"%d\n%b" % (len(input), input), leash=True, timeout=timeout, check=False)
        except CommandError as error:
            short = ["docker", "exec", self.container, "bash"]
            why = f"A script in the helper of the lab took longer than {timeout:.0f} s and was stopped."
            raise CommandError(short, None, error.output, why) from error

    def _facts_of_node(self) -> tuple[str, str]:
        """The node's image, and the label that its helper has to have."""
        form = "{{.State.Status}} {{.Image}} {{.Id}} {{.State.StartedAt}}"
        answer = docker("inspect", "--type", "container", "--format", form, self.node.container, check=False)
        status, _, rest = answer.text.strip().partition(" ")
        if status != "running":
            said = f"it is {status}" if status else answer.output.strip()
            raise ClusterError(f"The node {self.node.container} cannot be entered: {said}", "lab up")
        image, _, belongs = rest.partition(" ")
        return image, belongs

    def _found(self) -> tuple[str, str, str]:
        """Id, status and label of the container that has its name; empty where there is none."""
        form = f'{{{{.Id}}}} {{{{.State.Status}}}} {{{{index .Config.Labels "{_LABEL}"}}}}'
        answer = docker("inspect", "--type", "container", "--format", form, self.container, check=False)
        identity, _, rest = answer.text.strip().partition(" ")
        status, _, label = rest.partition(" ")
        return identity, status, label

    def _make(self, old: str, image: str, belongs: str) -> None:
        """Make it in place of an old one, unless another lab is faster."""
        if old:
            docker("rm", "-f", "-v", old, check=False)
        place = [f"--pid=container:{self.node.container}", f"--network=container:{self.node.container}"]
        place += ["--privileged", "--restart=no", "--label", f"{_LABEL}={belongs}", *labels(self.name)]
        for variable, value in _ENVIRONMENT.items():
            place += ["-e", f"{variable}={value}"]
        entry = ["--entrypoint", "perl", image, "-e", _MAIN]
        made = docker("create", "--name", self.container, *place, *entry, check=False)
        if made.returncode and "is already in use" in made.output:
            return
        started = made
        if not made.returncode:
            if self._kubeconfig.exists():
                docker("cp", "-", f"{self.container}:/", input=_archive(self._kubeconfig), check=False)
            started = docker("start", self.container, check=False)
        if started.returncode:
            raise ClusterError(f"The helper of the lab does not start: {started.output.strip()}", "lab up")
        self._exec(["true"], b"", _FIRST)  # which joins it to the node's services


def _archive(kubeconfig: Path) -> bytes:
    """A tar archive of the administrator's kubeconfig, with the API server's address as the node has it."""
    content = _SERVER.sub(rb"\g<1>https://127.0.0.1:6443", kubeconfig.read_bytes())
    entry = tarfile.TarInfo(_KUBECONFIG.removeprefix("/"))
    entry.size, entry.mode = len(content), 0o600
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
