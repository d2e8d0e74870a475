"""Finds out whose a cluster is: several labs, each with a state folder of its own, may use one engine."""

from pathlib import Path

from lab import paths
from lab.engine.docker import LABEL, STATE_LABEL, docker
from lab.errors import ClusterError
from lab.k8s.record import ANEW, damaged

_OTHER_NAME = "choose another name: lab up --name NAME"


def there(name: str) -> bool:
    """Whether the engine has anything of a cluster of that name: a container, or its network."""
    labels = (f"io.x-k8s.kind.cluster={name}", f"{LABEL}={name}")
    return bool(_folder(name)) or any(docker("ps", "-aq", "--filter", f"label={label}").text for label in labels)


def refuse_other(files: paths.ClusterPaths) -> None:
    """See that a cluster which is there is this state folder's, or nobody's any more.

    Raises:
        ClusterError: the lab of another state folder made it, and has a record of it.
    """
    folder = _folder(files.name)
    if folder and folder != _own() and (folder / "clusters" / files.name / files.record.name).exists():
        message = f'The cluster "{files.name}" is that of another lab, whose state folder is {folder}.'
        raise ClusterError(message, f"Use it with LAB_STATE_HOME={folder} set, or {_OTHER_NAME}")


def refuse_unknown(files: paths.ClusterPaths) -> None:
    """See that a cluster may be removed: this state folder has files of it, or a lab made it that has none any more.

    Raises:
        ClusterError: it is another lab's, or no lab's.
    """
    refuse_other(files)
    if not files.folder.exists() and not _folder(files.name):
        raise without_record(files)


def without_record(files: paths.ClusterPaths) -> ClusterError:
    """The error of a cluster that exists, while this state folder has no record of it."""
    if _folder(files.name) or files.folder.exists():
        return damaged(files.record, f'is gone, while the cluster "{files.name}" is there', ANEW)
    message = f'There is a kind cluster "{files.name}" that this lab has no record of.'
    return ClusterError(message, f"Remove it (kind delete cluster --name {files.name}), or {_OTHER_NAME}")


def _own() -> Path:
    return paths.state_home().resolve()


def _folder(name: str) -> Path | None:
    """The state folder of the lab that made a cluster's network, by its label; None where that is not known."""
    form = f'{{{{index .Labels "{STATE_LABEL}"}}}}'
    answer = docker("network", "inspect", "--format", form, name, check=False)
    return Path(text) if answer.returncode == 0 and (text := answer.text.strip()) else None
