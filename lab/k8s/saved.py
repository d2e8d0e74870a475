"""Keeps the learner's files that are in the way on the node, instead of deleting them.

Each exercise has a folder there, which only root can read, and which its reset empties.
"""

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path
from shlex import quote

from lab import paths
from lab.errors import UsageError
from lab.k8s import node_files
from lab.k8s.bash import program
from lab.k8s.helper import Helper
from lab.phases import Status

FOLDER = "/var/lib/cks-lab/saved"
_LISTED = 20
_WORTH = ("/etc/", "/root/", "/home/", "/opt/", "/srv/")
_LARGEST = 1 << 20  # bytes

_PATHS = "in_node {folder} find . -mindepth 2 ! -type d -printf '%P\\n' | sed 's#^[^/]*##'"
_ARCHIVE = "in_node {folder} tar -cf - ."


def shell(owner: str) -> str:
    """For scripts in the helper: `aside PATH` moves something into `$saved`, a folder of `owner` for this second."""
    place = f"saved={FOLDER}/{quote(owner)}/$(date +%Y%m%dT%H%M%S)\n"
    return node_files.shell() + place + program(__file__, "saved.sh", top=FOLDER)


def see_writable(keep: Path | None) -> None:
    """See that files can be copied into a folder of this machine, which is made.

    Raises:
        UsageError: they cannot.
    """
    try:
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / ".lab").touch()
            (keep / ".lab").unlink()
    except OSError as error:
        raise UsageError(
            f"{keep} cannot be written: {error.strerror}.", "Name another folder with: --keep DIR"
        ) from error


def fetch(helper: Helper, paths_there: Iterable[str], folder: Path) -> int:
    """Copy files of the node to this machine; gives how many.

    Args:
        helper: of the cluster.
        paths_there: files and folders of the node. Only those of a learner are taken, and no file above 1 MiB.
        folder: gets them by their paths on the node; need not exist.

    Raises:
        LabError: the node cannot be entered, or `folder` cannot be written.
    """
    wanted = "\0".join(f".{path}" for path in paths_there if path.startswith(_WORTH))
    find = f"find -files0-from - -type f -size -{_LARGEST}c -print0 2>/dev/null"
    script = f"{node_files.shell()}in_node / {find} | in_node / tar -cf - --null --no-recursion -T -"
    archive = helper.run(script, input=wanted.encode(), check=False).stdout if wanted else b""
    return _unpack(archive, folder) if archive else 0


def clear(helper: Helper, owner: str, status: Status, keep: Path | None = None) -> None:
    """Delete the files that are kept for an exercise, and list them, by the paths that they had on the node.

    Args:
        helper: of the cluster.
        owner: the exercise's id.
        status: gets the list.
        keep: a folder of this machine into which all of it is copied first.

    Raises:
        LabError: the node cannot be entered, or a file cannot be deleted. OSError: `keep` cannot be written.
    """
    folder = f"{FOLDER}/{owner}"
    script = f"set -o pipefail\n{node_files.shell()}{_PATHS.format(folder=quote(folder))}"
    deleted = sorted(set(helper.run(script, check=False).text.splitlines()))
    if keep and deleted:
        _unpack(helper.run(node_files.shell() + _ARCHIVE.format(folder=quote(folder))).stdout, keep)
        status.note(f"Copied to {keep}: {len(deleted)} files")
    node_files.remove(helper, folder)
    for path in deleted[:_LISTED]:
        status.note(f"Deleted on the node: {path}")
    if len(deleted) > _LISTED:
        status.note(f"Deleted on the node: {len(deleted) - _LISTED} more")


def newest(helper: Helper, owner: str) -> str:
    """The node's folder that was made last for an owner; empty where there is none.

    Raises:
        LabError: the node cannot be entered.
    """
    listing = helper.run(f"{node_files.shell()}in_node {FOLDER}/{quote(owner)} ls", check=False).text.split()
    return f"{FOLDER}/{owner}/{max(listing)}" if listing else ""


def contents(helper: Helper, folder: str) -> dict[str, bytes]:
    """The regular files in such a folder, by the paths that they had on the node.

    Raises:
        LabError: they cannot be read.
    """
    return node_files.unpacked(helper.run(node_files.shell() + _ARCHIVE.format(folder=quote(folder))).stdout)


def _unpack(archive: bytes, folder: Path) -> int:
    """Write the files of an archive below a folder, without links and devices; gives how many."""
    count = 0
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for entry in tar:
            content = tar.extractfile(entry) if entry.isfile() else None
            if content and ".." not in Path(entry.name).parts:
                paths.write_private(folder / entry.name.lstrip("/"), content.read())
                count += 1
    return count
