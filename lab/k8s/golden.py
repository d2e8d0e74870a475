"""Saves the golden state, which is the cluster as it was right after `lab up`, and puts it back.

It is one archive, kept on the host where a learner who is root on the node cannot change it: the files that
make the control plane what it is, and etcd's data as `etcdutl snapshot restore` lays it out from a snapshot.
"""

import io
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from lab import paths
from lab.errors import ClusterError, CommandError
from lab.k8s import node_files, saved, static_pods
from lab.k8s.bash import program
from lab.k8s.helper import Helper

MANIFESTS = static_pods.DIRECTORY.removeprefix("/")
"""As the archive names it."""
_TREE = Path(__file__).with_name("node_tree.pl")


def save(helper: Helper, archive: Path) -> None:
    """Save the golden state of a node whose control plane runs, without stopping it.

    Raises:
        ClusterError: it could not be taken.
    """
    try:
        completed = helper.run(program(__file__, "golden_save.sh", TREE=_TREE.read_text()), timeout=120)
    except CommandError as error:
        raise ClusterError(f"The golden state could not be saved: {error.message}", "Try again: lab up") from error
    if not _members(completed.stdout) >= {f"{MANIFESTS}/kube-apiserver.yaml", "var/lib/etcd/member"}:
        raise ClusterError("The golden state that was read from the node is incomplete.", "Try again: lab up")
    paths.write_private(archive, completed.stdout)


def restore(helper: Helper, archive: Path) -> None:
    """Put the golden state back. Returns when the kubelet was started: the API server comes back some seconds later.

    Raises:
        ClusterError: there is no golden state, or the node could not be written.
    """
    if not archive.exists():
        raise ClusterError("There is no golden state to put back.", "Make the cluster anew: lab down && lab up")
    try:
        script = program(__file__, "golden_restore.sh", TREE=_TREE.read_text(), top=saved.FOLDER)
        helper.run(node_files.shell() + script, input=archive.read_bytes(), timeout=180)
    except CommandError as error:
        message = f"The golden state could not be put back: {error.message}"
        raise ClusterError(message, "Make the cluster anew: lab down && lab up") from error


def manifests(archive: Path) -> dict[str, bytes]:
    """The static-pod manifests of the golden state, by file name.

    Raises:
        ClusterError: there is no golden state.
    """
    found: dict[str, bytes] = {}
    for path, content in _contents(archive):
        folder, _, name = path.rpartition("/")
        if folder == MANIFESTS:
            found[name] = content
        elif found:
            break
    return found


def files(archive: Path, *places: str) -> dict[str, bytes]:
    """The files of the golden state at these places or below them, by absolute path.

    Raises:
        ClusterError: there is no golden state.
    """
    contents = ((f"/{path}", content) for path, content in _contents(archive))
    return {path: content for path, content in contents if any(f"{path}/".startswith(f"{each}/") for each in places)}


def _contents(archive: Path) -> Iterator[tuple[str, bytes]]:
    """The files of the golden state, by their paths without the first slash; etcd's data, much longer, is left out."""
    if not archive.exists():
        raise ClusterError("There is no golden state of this cluster.", "Make the cluster anew: lab down && lab up")
    try:
        with tarfile.open(archive) as tar:
            for entry in tar:
                if entry.isfile() and entry.name.startswith("var/lib/etcd/"):
                    return
                content = tar.extractfile(entry) if entry.isfile() else None
                if content:
                    yield entry.name, content.read()
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:  # the last three from gzip
        message = f"{archive} is damaged: {error}"
        raise ClusterError(message, "Make the cluster anew: lab down && lab up") from error


def _members(archive: bytes) -> set[str]:
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            return set(tar.getnames())
    except (tarfile.TarError, EOFError, OSError):  # the last two from gzip
        return set()
