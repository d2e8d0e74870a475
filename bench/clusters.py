"""The two clusters: ours by `lab up`, theirs by `kind create cluster` from the same image and configuration."""

import ssl
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.on_node import run_on
from lab import paths, shell
from lab.engine import daemon
from lab.errors import CommandError
from lab.images import beside_node, kind_tool, node, pins
from lab.images.build import Workshop
from lab.images.node import NodeImage
from lab.k8s import kind, lifecycle
from lab.k8s.cluster import Cluster
from lab.k8s.node import Node
from lab.phases import Status

OURS = "bench-lab"
THEIRS = "bench-kind"
TIMEOUT = 900.0
_POLL = 0.2

# One judge for both clusters, that knows nothing of how `lab up` waits.
_PODS_READY = (Path(__file__).parent / "pods_ready.sh").read_text()


@dataclass(frozen=True)
class Kit:
    """What both sides make a cluster from: the kind program and the node image."""

    kind: str
    image: NodeImage
    workshop: Workshop


@dataclass(frozen=True)
class UpTimes:
    """Seconds from the start until the API server's /readyz (theirs: kind's end), and until every pod is ready."""

    api: float
    pods: float


def prepare(status: Status) -> Kit:
    """Everything that lies in a cache when a cluster is made a second time; made here when it does not.

    Raises:
        LabError: it could not be made.
    """
    workshop = Workshop(pins.load(), daemon.ensure(status, lambda question: False), status)
    image = node.ensure(workshop, from_source=False)
    beside_node.ensure(workshop, image.origin)
    return Kit(kind_tool.ensure(workshop), image, workshop)


@contextmanager
def ours() -> Iterator[tuple[Node, UpTimes]]:
    """A cluster by `lab up`, and how long that took; removed afterwards.

    Raises:
        CommandError: `lab up` failed.
    """
    with _removed(OURS) as cluster:
        log = paths.log_file("bench-up")
        begun = time.monotonic()
        up = shell.Background([sys.executable, "-m", "lab", "up", "--name", OURS], log)
        try:
            while up.running() and not _answers(cluster.files.kubeconfig):
                time.sleep(_POLL)
            api = time.monotonic() - begun
            up.wait(TIMEOUT)
        finally:
            up.stop()
        if not up.succeeded():
            raise CommandError(["lab", "up"], 1, log.read_text()[-2000:])
        wait_for_pods(cluster.node)
        yield cluster.node, UpTimes(api, time.monotonic() - begun)


@contextmanager
def theirs(kit: Kit) -> Iterator[tuple[Node, UpTimes]]:
    """A cluster by `kind create cluster --wait 5m`, and how long that took; removed afterwards.

    Raises:
        CommandError: kind failed.
    """
    with _removed(THEIRS) as cluster:
        file = cluster.files.folder / "kind.yaml"
        paths.write_private(file, kind.config(THEIRS, kit.image).encode())
        argv = [kit.kind, "create", "cluster", "--name", THEIRS, "--config", str(file), "--wait", "5m"]
        argv += ["--kubeconfig", str(cluster.files.kubeconfig)]
        log = paths.log_file("bench-kind")
        begun = time.monotonic()
        shell.run(argv, timeout=TIMEOUT, log=log, env={"KIND_EXPERIMENTAL_DOCKER_NETWORK": THEIRS})
        api = time.monotonic() - begun
        wait_for_pods(cluster.node)
        yield cluster.node, UpTimes(api, time.monotonic() - begun)


def wait_for_pods(on: Node, timeout: float = 300) -> None:
    """Wait until every pod of kube-system is Running and ready, as kubectl on the node sees it.

    Raises:
        CommandError: they were not within `timeout` seconds.
    """
    run_on(on, _PODS_READY, timeout=timeout)


def clear() -> None:
    """Remove both clusters, whole or half-made, with their networks and files."""
    for name in (OURS, THEIRS):
        lifecycle.clear(Cluster(name))


@contextmanager
def _removed(name: str) -> Iterator[Cluster]:
    cluster = Cluster(name)
    lifecycle.clear(cluster)
    try:
        yield cluster
    finally:
        lifecycle.clear(cluster)


def _answers(kubeconfig: Path) -> bool:
    """Whether /readyz says ok to somebody who is not logged in; who answers is not checked."""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    with suppress(OSError, yaml.YAMLError, KeyError, TypeError, ValueError):
        server = yaml.safe_load(kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
        with urllib.request.urlopen(f"{server}/readyz", timeout=2, context=anybody) as answer:
            return bool(answer.read() == b"ok")
    return False
