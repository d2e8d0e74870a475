"""Memory at rest: of the node, and of the TUI."""

import re
import sys
import time
from pathlib import Path

import pexpect

from bench.clusters import OURS
from bench.on_node import run_on
from lab.engine.docker import docker
from lab.errors import ClusterError
from lab.k8s.node import Node

_REST = 20.0
_SAMPLES = 3
_TUI_AFTER = 10.0

# What `docker stats` counts (use less the page cache that can go at once), read in the node's own control group:
# engines there are whose statistics stay empty.
_CGROUP = (Path(__file__).parent / "node_memory.sh").read_text()
_MIB = {"B": 1 / 2**20, "KiB": 1 / 1024, "MiB": 1.0, "GiB": 1024.0}


def of_node(node: Node) -> tuple[float, ...]:
    """MiB that the node uses, as `docker stats` counts; some samples, after it had time to come to rest.

    Raises:
        CommandError: neither the engine nor the node told.
    """
    time.sleep(_REST)
    return tuple(_told_by_docker(node) or int(run_on(node, _CGROUP).text) / 2**20 for _ in range(_SAMPLES))


def _told_by_docker(node: Node) -> float:
    said = docker("stats", "--no-stream", "--format", "{{.MemUsage}}", node.container).text
    found = re.match(r"([\d.]+)(B|KiB|MiB|GiB)\b", said.strip())
    return float(found[1]) * _MIB[found[2]] if found else 0.0


def of_tui() -> tuple[float, ...]:
    """MiB that the process of `lab` has resident, 10 s after its start on a terminal of 80 by 24.

    Raises:
        ClusterError: the TUI ended before.
    """
    child: pexpect.spawn[str] = pexpect.spawn(
        sys.executable, ["-m", "lab", "--name", OURS], dimensions=(24, 80), encoding="utf-8"
    )
    try:
        deadline = time.monotonic() + _TUI_AFTER
        while (left := deadline - time.monotonic()) > 0:  # what it draws has to be read, or it would wait
            if child.expect([pexpect.TIMEOUT, pexpect.EOF], timeout=left) == 1:
                raise ClusterError(f"The TUI ended by itself: {child.before}")
        status = Path(f"/proc/{child.pid}/status").read_text()
    finally:
        child.close(force=True)
    return (int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024,)
