"""The record of a cluster that the lab made, kept on the host."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from lab import paths
from lab.catalog.decode import decode
from lab.catalog.yaml_document import Document, Problem
from lab.errors import ClusterError

ANEW = "Make the cluster anew: lab down && lab up"
"""The cure for a cluster whose record or golden state is lost."""
RESET_ALL = "Begin anew from the golden state: lab reset --all"
"""The cure for a lost file that an exercise kept on the host."""


@dataclass(frozen=True)
class Image:
    """An image of the node right after `lab up`, by name, manifest digest and config digest (CRI's image id)."""

    name: str
    manifest_digest: str
    config_digest: str


@dataclass(frozen=True)
class Record:
    """Identity and facts of a cluster. `complete` is False until the golden state was saved; `origin` says where its
    images come from (`official`, `built`); `journal_key` is the random value that the progress journal begins with,
    `golden` the SHA-256 of the golden state's archive. `node_image_digest`: the image's id in Docker.
    """

    name: str
    complete: bool = False
    uid: str = ""
    kubernetes_version: str = ""
    node_image: str = ""
    node_image_digest: str = ""
    provider: str = "kind"
    address: str = ""
    origin: str = "built"
    registry_image: str = ""
    webhook_image: str = ""
    images: tuple[Image, ...] = ()
    journal_key: str = ""
    golden: str = ""

    def save(self, file: Path) -> None:
        """Write the record, all or nothing."""
        paths.write_private(file, (json.dumps(asdict(self), indent=2) + "\n").encode())


def damaged(file: Path, why: str, cure: str) -> ClusterError:
    """The error of a file that the lab keeps and that cannot be used."""
    return ClusterError(f"{file} {why}.", cure)


def load(file: Path) -> Record | None:
    """The record in a file; None when there is none.

    Raises:
        ClusterError: it is no record.
    """
    problems: list[Problem] = []
    try:
        record = decode(Record, Document(file, json.loads(file.read_bytes())), problems)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError) as error:
        why = f"cannot be read: {error.strerror}" if isinstance(error, OSError) else "is no JSON"
        raise damaged(file, why, ANEW) from error
    if record is None or problems:
        raise damaged(file, f"is no record of a cluster: {problems[0].message}", ANEW)
    return record
