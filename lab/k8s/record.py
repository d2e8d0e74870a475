"""What the lab knows of a cluster that it made, kept on the host."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from lab import paths


@dataclass(frozen=True)
class Image:
    """An image of the node right after `lab up`, by name, manifest digest and config digest (CRI's image id)."""

    name: str
    manifest_digest: str
    config_digest: str


@dataclass(frozen=True)
class Record:
    """Identity and facts of a cluster. `complete` is False until the golden state was saved; `origin` says where its
    images come from (`official`, `built`); `journal_key` is the random value that the progress journal begins with.
    """

    name: str
    complete: bool = False
    uid: str = ""
    kubernetes_version: str = ""
    node_image: str = ""
    provider: str = "kind"
    address: str = ""
    origin: str = "built"
    registry_image: str = ""
    webhook_image: str = ""
    images: tuple[Image, ...] = ()
    journal_key: str = ""

    def save(self, file: Path) -> None:
        """Write the record, all or nothing."""
        paths.write_private(file, (json.dumps(asdict(self), indent=2) + "\n").encode())


def load(file: Path) -> Record | None:
    """The record in a file; None when there is none, or it cannot be read as one."""
    try:
        content = json.loads(file.read_text())
        images = tuple(Image(**entry) for entry in content.pop("images"))
        return Record(**content, images=images)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
