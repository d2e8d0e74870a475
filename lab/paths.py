"""The paths of the data folders, and of the files that a lab keeps for a cluster. Creates nothing at import.

`LAB_STATE_HOME` moves everything that a lab keeps (the tests use it, so that a lab in use is left alone);
otherwise the XDG base directory specification holds.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lab.errors import LabError

PACKAGE = Path(__file__).resolve().parent


def data(folder: str) -> Path:
    """One of the data folders `exercises`, `solutions`, `cluster`.

    In a checkout the checkout's own folder wins over the copy that an installed wheel carries.
    """
    checkout = PACKAGE.parent / folder
    if (PACKAGE.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    return PACKAGE / "data" / folder


def state_home() -> Path:
    """The folder for everything that must survive (progress, kubeconfigs, logs)."""
    if override := os.environ.get("LAB_STATE_HOME"):
        return Path(override)
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "cks-lab"


def cache_home() -> Path:
    """The folder for what can be made again (the kind program)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cks-lab"


def config_home() -> Path:
    """The folder for what the user sets."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "cks-lab"


def learner_file() -> Path:
    """Who works here, as `lab verify --learner` was told last. May not be there."""
    return state_home() / "learner.json"


def settings_file() -> Path:
    """The user's settings of the TUI: theme, prefix key, keys. The file may not exist."""
    return config_home() / "tui.yaml"


def unwritable(path: Path, error: OSError) -> LabError:
    """The error of a file of the lab's that cannot be written."""
    message = f"{path} cannot be written: {error.strerror}."
    return LabError(message, f"See who owns it and what is free with: ls -la {path.parent}; df -h {path.parent}")


def private_directory(path: Path) -> Path:
    """Make a folder that only its owner can enter, and give it back."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, all or nothing: a reader never sees half of it.

    Raises:
        LabError: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        private_directory(path.parent)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(content)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise unwritable(path, error) from error


@dataclass(frozen=True)
class ClusterPaths:
    """The files that a lab keeps on the host for the cluster of one name."""

    name: str

    @property
    def folder(self) -> Path:
        """The folder of this cluster."""
        return state_home() / "clusters" / self.name

    @property
    def kubeconfig(self) -> Path:
        """The lab's own kubeconfig for the cluster."""
        return self.folder / "kubeconfig"

    @property
    def record(self) -> Path:
        """The record of `lab up`: identity, image digests, what to remove."""
        return self.folder / "cluster.json"

    @property
    def golden(self) -> Path:
        """The golden state: an archive of files and an etcd snapshot, kept out of the learner's reach."""
        return self.folder / "golden.tar.gz"

    @property
    def inventory(self) -> Path:
        """What the golden state has beside the archive: digests of the API objects, rules, units, mounts, settings."""
        return self.folder / "golden-inventory.json"

    @property
    def before_reset(self) -> Path:
        """The folder with what was in /etc/kubernetes and /root before the last `lab reset --all`."""
        return self.folder / "before-reset"

    @property
    def half_reset(self) -> Path:
        """Is there while the golden state is being put back: what was interrupted is done again."""
        return self.folder / "half-reset"

    @property
    def webhook(self) -> Path:
        """The folder of the webhook's certificates."""
        return self.folder / "webhook"

    @property
    def kept_manifests(self) -> Path:
        """The folder of the kube-apiserver's manifests that exercises keep."""
        return self.folder / "kept-manifests"

    def kept_manifest(self, exercise: str) -> Path:
        """The kube-apiserver's manifest as it was when an exercise was started that keeps it."""
        return self.kept_manifests / f"{exercise}.yaml"

    @property
    def last_good(self) -> Path:
        """The control plane's files with which the API server was ready last."""
        return self.folder / "last-good.json"

    @property
    def probe_namespace(self) -> Path:
        """The name of the namespace that checks try pods in."""
        return self.folder / "probe-namespace"

    @property
    def place(self) -> Path:
        """The learner's last place: exercise and step."""
        return self.folder / "place.json"

    @property
    def lock(self) -> Path:
        """The lock of the cluster. It lies beside the folder, which comes and goes meanwhile; no cluster's name begins
        with a dot.
        """
        return self.folder.with_name(f".{self.name}.lock")

    @property
    def progress(self) -> Path:
        """The progress journal."""
        return self.folder / "progress.jsonl"


def log_file(what: str) -> Path:
    """The full log of a kind of work (`build`, `up`, `dockerd`); its folder is made."""
    return private_directory(state_home() / "logs") / f"{what}.log"
