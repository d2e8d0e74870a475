"""Writes whole manifests of the control plane's static pods on the node, and waits until they run."""

import base64
import re
from collections.abc import Mapping

import yaml

from lab.errors import ClusterError
from lab.k8s import saved
from lab.k8s.bash import program
from lab.k8s.cluster import READY_TIMEOUT, Cluster
from lab.phases import Status

DIRECTORY = "/etc/kubernetes/manifests"


def put(cluster: Cluster, manifests: Mapping[str, bytes], status: Status, owner: str) -> None:
    """Put these manifests in place where they differ, move all others away, and wait for the API server. Pods that a
    learner created from such a manifest are removed.

    Nothing is restarted where nothing differs. What is moved away is kept for the exercise `owner` (`lab.k8s.saved`).

    Raises:
        ClusterError: the kube-apiserver does not start from its manifest.
    """
    with status.phase("Putting the static pods' manifests back; the old API server stops", 3):
        cluster.helper.run(saved.shell(owner) + put_script(), input=rows(manifests), timeout=120)
    wait(cluster, manifests, status)


def put_script() -> str:
    """For scripts in the helper, after `saved.shell`: puts the manifests on its standard input in place."""
    return program(__file__, "static_pods_put.sh")


def rows(contents: Mapping[str, bytes]) -> bytes:
    """Files by name, as scripts read them: a line for each, with its content in base64."""
    return "".join(f"{name} {base64.b64encode(content).decode()}\n" for name, content in contents.items()).encode()


def wait(cluster: Cluster, manifests: Mapping[str, bytes], status: Status) -> None:
    """Wait until the API server is ready, from these manifests, which are in place, and remove copies of their pods.

    Raises:
        ClusterError: it does not start.
    """
    with status.phase("The kubelet starts the new API server", 3):
        _wait_for_container(cluster, image_of(manifests["kube-apiserver.yaml"]))
    with status.phase("The new API server becomes ready", 8):
        cluster.api.wait_ready(READY_TIMEOUT)
        names = [name.removesuffix(".yaml") for name in manifests]
        cluster.helper.run(program(__file__, "remove_copies.sh", *names))


def image_of(manifest: bytes) -> str:
    """The image of a manifest's first container; empty where it is no manifest of a pod."""
    try:
        return str(yaml.load(manifest, yaml.BaseLoader)["spec"]["containers"][0]["image"])
    except (yaml.YAMLError, LookupError, TypeError):
        return ""


def with_image(manifest: bytes, image: str) -> bytes:
    """A manifest with another image of its first container, else as it was; unchanged where its line is not found."""
    old = re.escape(image_of(manifest)).encode()
    named = re.compile(rb"""(?m)^([ -]*image: *)(["']?)""" + old + rb"\2(?= *(?:#.*)?\r?$)")
    changed, count = named.subn(rb"\g<1>" + image.encode(), manifest)
    return changed if count == 1 and image_of(changed) == image else manifest


def running_image(cluster: Cluster) -> str:
    """The image that the running kube-apiserver was started from, as its manifest named it; empty when none runs."""
    return cluster.helper.run(program(__file__, "api_server_image.sh"), check=False).text.strip().rpartition("\n")[2]


def _wait_for_container(cluster: Cluster, image: str) -> None:
    """The old container may still answer /readyz: wait for one of the manifest's image."""
    script = program(__file__, "api_server_runs.sh", image)
    if not image or cluster.helper.run(script, timeout=150, check=False).returncode:
        raise ClusterError("The kube-apiserver did not start from the saved manifest.", "lab reset --all")


COMPONENTS = ("kube-apiserver", "etcd", "kube-controller-manager", "kube-scheduler")
"""The static pods of a control plane that kubeadm makes."""
