"""A path on the node that an exercise may have."""

import re
from dataclasses import dataclass
from shlex import quote

from lab.actions.base import Setting
from lab.k8s import saved, static_pods

_OWN = re.compile(
    r"/(root|opt|srv|etc/kubernetes/(manifests|admission))/[A-Za-z0-9][A-Za-z0-9._/-]*|/etc/kubernetes/admission"
)
_SYSTEM = re.compile(rf"{static_pods.DIRECTORY}/(etcd|kube-[a-z-]+)\.yaml")


@dataclass(frozen=True)
class Params:
    """`path`: absolute, below /root, /opt or /srv, /etc/kubernetes/admission, or a static pod's manifest that is not
    the control plane's own, so that no exercise can remove a part of the system.
    """

    path: str

    def __post_init__(self) -> None:
        if not _OWN.fullmatch(self.path) or ".." in self.path or _SYSTEM.fullmatch(self.path):
            raise ValueError(f"{self.path} is not a path that an exercise may have")


def set_aside(path: str, setting: Setting) -> None:
    """Move what is at a path away; it is kept until the end of the reset (see `lab.k8s.saved`)."""
    setting.cluster.helper.run(f"{saved.shell(setting.exercise)}set -euo pipefail\naside {quote(path)}")
