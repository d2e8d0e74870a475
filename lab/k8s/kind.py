"""Makes and removes the cluster with kind."""

from pathlib import Path
from typing import Any

import yaml

from lab import paths, shell
from lab.engine.docker import LABEL, STATE_LABEL, docker, labels
from lab.errors import ClusterError, CommandError
from lab.images.node import NodeImage
from lab.k8s import kubeconfig
from lab.paths import ClusterPaths

CREATE_TIMEOUT = 600.0
_SIGNS = ("too many open files", "no space left", "[ERROR ", "ERROR: ", "error: ", "Error: ")  # the telling ones first
KIND_LABEL = "io.x-k8s.kind.cluster"


def config(name: str, image: NodeImage) -> str:
    """The kind configuration of a cluster, as YAML."""
    content: dict[str, Any] = yaml.safe_load((paths.data("cluster") / "kind.yaml").read_text())
    content["name"] = name
    content["nodes"][0]["image"] = image.reference
    if image.origin == "official":
        del content["networking"]["disableDefaultCNI"]  # kindest/node brings kindnet
    return yaml.safe_dump(content, sort_keys=False)


def create(kind: str, files: ClusterPaths, image: NodeImage, log: Path) -> None:
    """Make the cluster on a network of its own, its kubeconfig in the lab's own file.

    Raises:
        ClusterError: kind failed; names the log.
    """
    network(files.name)
    paths.write_private(files.folder / "kind.yaml", config(files.name, image).encode())
    argv = [kind, "create", "cluster", "--name", files.name, "--config", str(files.folder / "kind.yaml")]
    argv += ["--kubeconfig", str(files.kubeconfig)]
    try:
        shell.run(argv, timeout=CREATE_TIMEOUT, log=log, env={"KIND_EXPERIMENTAL_DOCKER_NETWORK": files.name})
    except CommandError as error:
        message = f"kind could not make the cluster: {why_not(error.output)}"
        raise ClusterError(message, f"The full log is {log}. See what this machine lacks with: lab doctor") from error
    files.kubeconfig.chmod(0o600)


def why_not(output: str) -> str:
    """The error of kind, kubeadm or the kubelet, in one sentence."""
    lines = [line.strip() for line in output.splitlines()]
    for sign in _SIGNS:
        if found := next((line for line in lines if sign in line), ""):
            return found.removeprefix("ERROR: ").rstrip(".") + "."
    return next((line for line in reversed(lines) if line), "it gave no reason.")


def write_kubeconfig(kind: str, files: ClusterPaths) -> None:
    """Write the lab's own kubeconfig anew, from what is on the node.

    Raises:
        ClusterError: the node does not give it.
    """
    draft = files.kubeconfig.with_name(".kubeconfig.new")
    try:
        shell.run([kind, "export", "kubeconfig", "--name", files.name, "--kubeconfig", str(draft)])
        draft.chmod(0o600)
        draft.replace(files.kubeconfig)
    except (CommandError, OSError) as error:
        message = f"The kubeconfig of the cluster cannot be written anew: {error}"
        raise ClusterError(message, "Make the cluster anew: lab down && lab up") from error
    finally:
        draft.unlink(missing_ok=True)


def network(name: str) -> None:
    """Make the Docker network of a cluster, unless it is there. kind would make it too, but without our label."""
    if shell.succeeds(["docker", "network", "inspect", name]):
        return
    bridge = docker("network", "inspect", "bridge", "--format", '{{index .Options "com.docker.network.driver.mtu"}}')
    mtu = ["--opt", f"com.docker.network.driver.mtu={bridge.text.strip()}"] if bridge.text.strip().isdigit() else []
    docker("network", "create", *mtu, *labels(name), "--label", f"{STATE_LABEL}={paths.state_home().resolve()}", name)


def delete(name: str, files: ClusterPaths) -> None:
    """Remove the cluster's containers with their volumes, its network, and its kubeconfig entries."""
    for label in (f"{KIND_LABEL}={name}", f"{LABEL}={name}"):
        containers = docker("ps", "-aq", "--filter", f"label={label}").text.split()
        if containers:
            docker("rm", "-f", "-v", *containers)
    docker("network", "rm", name, check=False)
    kubeconfig.remove(kubeconfig.users_file(), context(name))


def context(name: str) -> str:
    """kind's name for the cluster's context in a kubeconfig."""
    return f"kind-{name}"


def node_container(name: str) -> str:
    """kind's name for the container of the control-plane node."""
    return f"{name}-control-plane"
