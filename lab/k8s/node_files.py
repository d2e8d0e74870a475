"""Reads and changes the node's files by the helper's programs, whatever links or attributes a learner gave them."""

import io
import tarfile
import zlib
from functools import cache
from pathlib import Path
from shlex import quote

from lab.errors import ClusterError, CommandError
from lab.k8s.bash import program
from lab.k8s.helper import Helper

_PROGRAM = Path(__file__).with_name("in_node.pl")
_MISSING = 44


@cache
def shell() -> str:
    """For scripts in the helper: `in_node [-p] FOLDER COMMAND...`, `unlock PATH`, `remove PATH`, `put PATH MODE`."""
    return program(__file__, "node_files.sh", IN_NODE=_PROGRAM.read_text())


def read(helper: Helper, path: str) -> bytes | None:
    """The content of a file of the node; None when there is none.

    Raises:
        CommandError: it is there and cannot be read; LabError: the node cannot be entered.
    """
    folder, _, name = path.rpartition("/")
    completed = helper.run(f"{shell()}in_node {quote(folder + '/')} '<' {quote(name)}", check=False)
    if completed.returncode == _MISSING:
        return None
    if completed.returncode:
        raise CommandError(completed.argv[:4], completed.returncode, completed.output)
    return completed.stdout


def write(helper: Helper, path: str, content: bytes, mode: str = "0600") -> None:
    """Write a whole file on the node; its folder is made.

    Raises:
        CommandError: it cannot be written; LabError: the node cannot be entered.
    """
    helper.run(f"{shell()}put {quote(path)} {mode}", input=content)


def make_folder(helper: Helper, path: str) -> None:
    """Make a folder on the node, with those that lead to it.

    Raises:
        CommandError: it cannot be made; LabError: the node cannot be entered.
    """
    helper.run(f"{shell()}in_node -p {quote(path)} true")


def remove(helper: Helper, path: str) -> None:
    """Remove a file or folder of the node, where it is there.

    Raises:
        CommandError: it cannot be removed; LabError: the node cannot be entered.
    """
    helper.run(f"{shell()}remove {quote(path)}")


def unpacked(archive: bytes) -> dict[str, bytes]:
    """The regular files of an archive, by absolute path.

    Raises:
        ClusterError: it is none.
    """
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            for entry in tar:
                content = tar.extractfile(entry) if entry.isfile() else None
                if content:
                    found[f"/{entry.name.removeprefix('./').lstrip('/')}"] = content.read()
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:  # the last three from gzip
        raise ClusterError(f"The node's files could not be read: {error}", "lab reset --all") from error
    return found
