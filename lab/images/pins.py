"""Reads the versions that the lab is made of from cluster/pins.yaml."""

from dataclasses import dataclass, fields
from pathlib import Path

import yaml

from lab import paths
from lab.errors import DataError


@dataclass(frozen=True)
class Pins:
    """Every pinned version; `node_image` is kindest/node by tag and digest, `gatekeeper_manifest` the digest of
    Gatekeeper's release manifest.
    """

    kubernetes: str
    kind: str
    gatekeeper: str
    gatekeeper_manifest: str
    etcd: str
    coredns: str
    pause: str
    crictl: str
    debian: str
    node_image: str

    @property
    def component_images(self) -> dict[str, str]:
        """Image names by component, as `kubeadm config images list` prints them."""
        registry = "registry.k8s.io"
        kubernetes = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy")
        return {name: f"{registry}/{name}:{self.kubernetes}" for name in kubernetes} | {
            "etcd": f"{registry}/etcd:{self.etcd}",
            "coredns": f"{registry}/coredns/coredns:{self.coredns}",
            "pause": f"{registry}/pause:{self.pause}",
        }


def load(file: Path | None = None) -> Pins:
    """Read the pins.

    Raises:
        DataError: the file lacks a pin or has one that is not known.
    """
    file = file or paths.data("cluster") / "pins.yaml"
    values = yaml.safe_load(file.read_text())
    wanted = {entry.name for entry in fields(Pins)}
    if not isinstance(values, dict) or set(values) != wanted:
        raise DataError(f"{file}: expected exactly these keys: {', '.join(sorted(wanted))}")
    return Pins(**{key: str(value) for key, value in values.items()})
