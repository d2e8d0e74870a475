"""Keeps the control plane's files with which the API server was ready, on the host beside the golden state."""

import base64
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from lab import paths
from lab.errors import ClusterError, LabError
from lab.k8s import golden, kept
from lab.k8s.cluster import Cluster
from lab.k8s.record import Record
from lab.rescue import files, restart
from lab.rescue.restart import Restart

READY_FOR = 30.0
"""Seconds for which an API server has to have been ready before its files count as good."""
_STARTING = 15.0
"""Seconds from the start of its process until it is ready, generously."""
_CERTIFICATE = ("/etc/kubernetes/pki/apiserver.crt", "/etc/kubernetes/pki/apiserver.key")


@dataclass(frozen=True)
class LastGood:
    """Files that are good. `kept_at`: when they were kept, in seconds since 1970, 0 for those of `lab up`; `started`:
    when the process began that was ready with them; `address`: the node's, which is in them.
    """

    contents: Mapping[str, bytes]
    address: str
    kept_at: float = 0.0
    started: float = 0.0


def keep(cluster: Cluster, seen: Restart | None = None, at_once: bool = False) -> None:
    """Keep the files as they are, if the API server, which is ready now, has been so with them for long enough.

    It is a convenience: where the node does not tell, or nothing can be written, what was kept before stays.

    Args:
        cluster: whose.
        seen: how the node said just now that its API server is; asked where it is not given.
        at_once: do not ask for how long: the lab itself has put the files there.
    """
    with suppress(LabError, OSError):
        seen = seen or restart.read(cluster.helper)
        if seen is None or not _due(seen, load(cluster.files), at_once):
            return
        found = files.read(cluster.helper)
        if files.in_effect(found, seen.started):
            contents = files.needed({path: file.content for path, file in found.items()})
            _save(cluster.files, LastGood(contents, cluster.address(), time.time(), seen.started))


def good(cluster: Cluster, record: Record) -> LastGood:
    """The last good files, or those of the golden state where none were kept; with the node's address of today.

    Raises:
        ClusterError: there are none of either.
    """
    found = load(cluster.files)
    if found is None:
        kept.golden(cluster.files, record)
        contents = golden.files(cluster.files.golden, files.ROOT, *files.KUBELET)
        found = LastGood(files.needed(contents), record.address)
    return _readdressed(found, cluster.address())


def load(kept_files: paths.ClusterPaths) -> LastGood | None:
    """What was kept; None where nothing was, or it is damaged."""
    file = kept_files.last_good
    try:
        told = json.loads(kept.opened(file, file.read_bytes()))
        contents = {path: base64.b64decode(content) for path, content in told["files"].items()}
        return LastGood(contents, told["address"], told["kept_at"], told["started"])
    except (OSError, ClusterError, ValueError, LookupError, TypeError, AttributeError):
        return None


def forget(kept_files: paths.ClusterPaths) -> None:
    """Keep nothing any more."""
    kept_files.last_good.unlink(missing_ok=True)


def _due(seen: Restart, before: LastGood | None, at_once: bool) -> bool:
    """Whether the process that runs may have proved files that are not kept."""
    if not seen.started or seen.started < seen.changed or (before and abs(before.started - seen.started) < 1):
        return False
    return at_once or seen.now - seen.started >= READY_FOR + _STARTING


def _save(kept_files: paths.ClusterPaths, found: LastGood) -> None:
    contents = {path: base64.b64encode(content).decode() for path, content in found.contents.items()}
    told = {"kept_at": found.kept_at, "started": found.started, "address": found.address, "files": contents}
    paths.write_private(kept_files.last_good, kept.sealed(json.dumps(told).encode()))


def _readdressed(found: LastGood, now: str) -> LastGood:
    """With another address in the files. The node has made its certificate for that itself, so that one is left out."""
    old = found.address
    if not old or not now or old == now:
        return found
    contents = {path: content for path, content in found.contents.items() if path not in _CERTIFICATE}
    changed = {path: content.replace(old.encode(), now.encode()) for path, content in contents.items()}
    return LastGood(changed, now, found.kept_at, found.started)
