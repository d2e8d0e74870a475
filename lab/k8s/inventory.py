"""What the golden state has beside its archive, kept on this machine: what is not told by files.

It is taken right after `lab up`, and anew after `lab reset --all` where an older lab made the cluster.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from lab import paths
from lab.k8s.node_state import NodeState
from lab.k8s.objects import Objects
from lab.k8s.record import RESET_ALL, damaged

_VERSION = 2
"""Grows when other things are compared than before."""


@dataclass(frozen=True)
class Inventory:
    """API objects by digest, and of the node what `NodeState` has under these names."""

    objects: Objects
    mounts: tuple[str, ...]
    rules: Mapping[str, tuple[str, ...]]
    tables: tuple[str, ...]
    settings: Mapping[str, str]
    units: tuple[str, ...]

    def save(self, file: Path) -> None:
        """Write it, all or nothing."""
        paths.write_private(file, (json.dumps({"version": _VERSION, **asdict(self)}) + "\n").encode())


def take(objects: Objects, state: NodeState) -> Inventory:
    """The inventory of a cluster as it is now."""
    return Inventory(objects, state.mounts, state.rules, state.tables, state.settings, state.units)


def load(file: Path) -> Inventory | None:
    """The inventory in a file; None when there is none, or only one of an older lab.

    Raises:
        ClusterError: it is damaged.
    """
    try:
        kept = json.loads(file.read_bytes())
        if kept.get("version", 1) != _VERSION:
            return None
        rules = {name: tuple(lines) for name, lines in kept["rules"].items()}
        return Inventory(
            objects=dict(kept["objects"]),
            mounts=tuple(kept["mounts"]),
            rules=rules,
            tables=tuple(kept["tables"]),
            settings=dict(kept["settings"]),
            units=tuple(kept["units"]),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        file.unlink(missing_ok=True)
        raise damaged(file, "is damaged", RESET_ALL) from error
