"""Puts files of the control plane in place on the node, and waits for the API server."""

from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from lab.k8s import saved, static_pods
from lab.k8s.bash import program
from lab.k8s.cluster import Cluster
from lab.phases import Status
from lab.rescue.files import manifests


def put(
    cluster: Cluster, files: Mapping[str, bytes], differ: Collection[str], status: Status, owner: str, again: bool
) -> None:
    """Put files in place where they differ, and start what is stopped; what was there is kept on the node for `owner`.

    Args:
        cluster: where.
        files: by path; all manifests among them, since others are moved away.
        differ: the paths of those that the node has otherwise.
        status: shows the phases.
        owner: whose folder of `lab.k8s.saved` takes what was there.
        again: whether the API server has to begin anew even where its manifest is as it should be.

    Raises:
        ClusterError: the node cannot be written.
    """
    paths = manifests(files)
    others = static_pods.rows({path: files[path] for path in differ if path in files and path not in paths})
    input = others + b"\n" + static_pods.rows({PurePosixPath(path).name: files[path] for path in paths})
    script = program(__file__, "put_back.sh", *differ, again="yes" if again else "") + static_pods.put_script()
    with status.phase("Putting the control plane's files in place; the old API server stops", 5):
        cluster.helper.run(saved.shell(owner) + script, input=input, timeout=120)


def wait(cluster: Cluster, files: Mapping[str, bytes], status: Status) -> None:
    """Wait until the API server is ready.

    Raises:
        ClusterError: it does not become ready.
    """
    static_pods.wait(cluster, {PurePosixPath(path).name: files[path] for path in manifests(files)}, status)
