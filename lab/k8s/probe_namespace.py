"""Keeps a namespace that no policy can have been written for: its name is random, and looks like a user's own.

The name is kept on the host, beside the cluster's record.
"""

import re
import secrets
from contextlib import suppress

from lab import paths
from lab.k8s.cluster import Cluster
from lab.k8s.kubectl import kubectl, make_namespace

_FIRST = ("billing", "checkout", "data", "dev", "frontend", "mail", "media", "prod", "qa", "search", "staging", "team")
_SECOND = (
    "amber",
    "birch",
    "cedar",
    "coral",
    "delta",
    "ember",
    "falcon",
    "harbor",
    "iris",
    "juniper",
    "lotus",
    "maple",
)


def ensure(cluster: Cluster) -> None:
    """Make the namespace where it is not there, under the name that is kept, else under a new one.

    Raises:
        ClusterError: it could not be made.
    """
    name = recall(cluster) or draw()
    make_namespace(cluster, name)
    paths.write_private(cluster.files.probe_namespace, name.encode())


def draw() -> str:
    """A name as users give them to namespaces."""
    return f"{secrets.choice(_FIRST)}-{secrets.choice(_SECOND)}{secrets.randbelow(90) + 10}"


def recall(cluster: Cluster) -> str:
    """Its name; empty when there is none."""
    with suppress(OSError, UnicodeDecodeError):
        name = cluster.files.probe_namespace.read_text().strip()
        return name if re.fullmatch(r"[a-z0-9]+-[a-z0-9]+", name) else ""
    return ""


def remove(cluster: Cluster) -> None:
    """Remove the namespace with all that is in it, and forget its name; nothing where there is none.

    Raises:
        ClusterError: it could not be removed.
    """
    if name := recall(cluster):
        kubectl(cluster, f"kubectl delete namespace {name} --ignore-not-found --wait --timeout=120s >/dev/null")
    forget(cluster)


def forget(cluster: Cluster) -> None:
    """Forget the name: the golden state has no such namespace."""
    cluster.files.probe_namespace.unlink(missing_ok=True)
