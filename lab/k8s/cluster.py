"""A cluster by its name: its files on the host, its node and its API server. Waits for its pods."""

import json
from contextlib import suppress
from functools import cached_property
from typing import Any

from lab.engine.docker import docker
from lab.errors import ClusterError, LabError, NoClusterError
from lab.k8s import kind, last_word, owner, pod_readiness
from lab.k8s.api import Api, Unreachable, connect
from lab.k8s.bash import program
from lab.k8s.helper import Helper
from lab.k8s.node import Node
from lab.k8s.record import Image, Record, damaged, load
from lab.paths import ClusterPaths
from lab.retry import attempts

READY_TIMEOUT = 180.0
PODS_TIMEOUT = 300.0

IMAGE_LISTING = "ctr -n k8s.io images ls | awk 'NR > 1 {print $1, $3}'"
"""For the node's shell: a line for each image name that containerd knows, with the manifest digest it stands for."""


class Cluster:
    """A cluster that `lab up` made, or is making. Looks; changing it is for actions, golden and kind."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.files = ClusterPaths(name)
        self.node = Node(kind.node_container(name))
        self.helper = Helper(name, self.node, self.files.kubeconfig)

    @cached_property
    def api(self) -> Api:
        """The client of the API server.

        Raises:
            ClusterError: there is no kubeconfig of this cluster, or it is none.
        """
        if not self.files.kubeconfig.exists():
            raise damaged(self.files.kubeconfig, "is gone", "lab up")
        return Api(self.files.kubeconfig, self.why_away)

    def why_away(self) -> str:
        """Why there is no API server, from its container's or the kubelet's log; empty where neither tells."""
        with suppress(LabError):
            word = last_word.parse(self.helper.run(last_word.SCRIPT, timeout=20).text)
            return word.said if word else ""
        return ""

    def has_kubeconfig(self) -> bool:
        """Whether the lab's own kubeconfig is there and can be used as it is now."""
        try:
            return bool(connect(self.files.kubeconfig))
        except ClusterError:
            return False

    def record(self, half_reset: bool = False) -> Record:
        """The record of the cluster.

        Args:
            half_reset: whether it does not matter that putting the golden state back was interrupted.

        Raises:
            NoClusterError: there is no complete cluster of this name.
            ClusterError: it is there, but its record is damaged, or putting its golden state back was interrupted.
        """
        record, state = load(self.files.record), self.node.state()
        if state and record is None:
            raise owner.without_record(self.files)
        if record is None or not record.complete or not state:
            raise NoClusterError(self.name)
        if self.files.half_reset.exists() and not half_reset:
            message = "A reset of the whole cluster was interrupted, and it is in no known state."
            raise ClusterError(message, "Finish it with: lab reset --all")
        return record

    def wait_for_pods(self, timeout: float = PODS_TIMEOUT) -> None:
        """Wait until every pod of kube-system is Running and ready.

        Raises:
            ClusterError: some were not within `timeout` seconds; names them.
        """
        for _ in attempts(timeout, pause=0.4):
            if not (waiting := self._not_running()):
                return
        message = f"Not Running after {timeout:.0f} s: {', '.join(waiting)}."
        raise ClusterError(message, "lab shell kubectl get pods -A")

    def _not_running(self) -> list[str]:
        try:
            answer = self.api.request("/api/v1/namespaces/kube-system/pods")
        except Unreachable:
            return ["the API server"]
        pods: list[dict[str, Any]] = json.loads(answer.body).get("items", []) if answer.status == 200 else []
        going = [pod for pod in pods if pod["metadata"].get("deletionTimestamp") or not pod_readiness.is_ready(pod)]
        names = [pod["metadata"]["name"] for pod in going]
        wanted = (
            "coredns",
            "etcd",
            "kube-apiserver",
            "kube-controller-manager",
            "kube-proxy",
            "kube-scheduler",
        )
        present = [pod["metadata"]["name"] for pod in pods]
        return names + [name for name in wanted if not any(each.startswith(name) for each in present)]

    def uid(self) -> str:
        """The identity of the cluster: the uid of its kube-system namespace.

        Raises:
            ClusterError: the API server did not answer with it.
        """
        answer = self.api.request("/api/v1/namespaces/kube-system")
        if answer.status != 200:
            raise ClusterError(f"The API server did not tell the cluster's identity ({answer.status}).", "lab up")
        return str(json.loads(answer.body)["metadata"]["uid"])

    def images(self) -> tuple[Image, ...]:
        """The images of the node that have a name with a tag, sorted by name."""
        return parse_images(self.helper.run(program(__file__, "images.sh")).text)

    def address(self) -> str:
        """The node's IPv4 address on the cluster's network."""
        form = f'{{{{(index .NetworkSettings.Networks "{self.name}").IPAddress}}}}'
        return docker("inspect", "--format", form, self.node.container).text.strip()


def parse_images(listing: str) -> tuple[Image, ...]:
    """Images from lines of name, manifest digest and config digest; names by digest and by id are left out."""
    rows = [line.split() for line in listing.splitlines() if len(line.split()) in (2, 3)]
    return tuple(
        Image(row[0], row[1], row[2] if len(row) == 3 else "")
        for row in sorted(rows)
        if "@" not in row[0] and not row[0].startswith("sha256:")
    )
