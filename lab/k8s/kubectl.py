"""Runs kubectl in the helper to change the cluster, and waits for the effect."""

import json
from collections.abc import Callable
from typing import Any

from lab.errors import ClusterError, CommandError
from lab.k8s.bash import program
from lab.k8s.cluster import Cluster
from lab.retry import attempts

APPLY = "kubectl apply --server-side --force-conflicts --field-manager=cks-lab -f - >/dev/null"


def kubectl(cluster: Cluster, script: str, manifest: str = "", timeout: float = 200) -> str:
    """Run a bash script with kubectl in it, as root in the helper.

    Args:
        cluster: where.
        script: the text of the script.
        manifest: its standard input.
        timeout: seconds.

    Returns:
        What it printed.

    Raises:
        ClusterError: it failed; has kubectl's message.
    """
    try:
        return cluster.helper.run(script, input=manifest.encode() if manifest else None, timeout=timeout).text
    except CommandError as error:
        said = "\n".join(error.output.strip().splitlines()[-4:])
        raise ClusterError(f"The cluster did not take it: {said}", "See how it is with: lab status") from error


def make_namespace(cluster: Cluster, name: str) -> None:
    """Make a namespace where it is not there, and wait until pods can be made in it.

    Raises:
        ClusterError: it could not be made.
    """
    kubectl(cluster, program(__file__, "make_namespace.sh", name))


def get(cluster: Cluster, path: str) -> dict[str, Any]:
    """An object or a list of the API, by its path; empty when there is none."""
    answer = cluster.api.request(path)
    return json.loads(answer.body) if answer.status == 200 else {}


def until(met: Callable[[], bool], message: str, look: str, timeout: float = 180) -> None:
    """Wait until something is so.

    Args:
        met: whether it is.
        message: the error when it never is.
        look: the command that shows more.
        timeout: seconds.

    Raises:
        ClusterError: it was not in time.
    """
    if not any(met() for _ in attempts(timeout, pause=0.2)):
        raise ClusterError(f"{message} (after {timeout:.0f} s).", look)
