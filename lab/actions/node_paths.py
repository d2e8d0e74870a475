"""node-directory and node-remove: folders and files of an exercise on the node."""

import re
from dataclasses import dataclass
from shlex import quote

from lab.actions.base import Action, Setting, action
from lab.k8s import saved
from lab.k8s.cluster import Cluster

_OWN = re.compile(
    r"/(root|opt|srv|etc/kubernetes/(manifests|admission))/[A-Za-z0-9][A-Za-z0-9._/-]*|/etc/kubernetes/admission"
)
_SYSTEM = re.compile(r"/etc/kubernetes/manifests/(etcd|kube-[a-z-]+)\.yaml")


@dataclass(frozen=True)
class Params:
    """`path`: absolute, below /root, /opt or /srv, /etc/kubernetes/admission, or a static pod's manifest that is not
    the control plane's own, so that no exercise can remove a part of the system.
    """

    path: str

    def __post_init__(self) -> None:
        if not _OWN.fullmatch(self.path) or ".." in self.path or _SYSTEM.fullmatch(self.path):
            raise ValueError(f"{self.path} is not a path that an exercise may have")


@action("node-directory")
class NodeDirectory(Action[Params]):
    """Makes an empty directory; what an earlier attempt left there is kept (see `lab.k8s.saved`)."""

    takes = Params

    def run(self, params: Params, setting: Setting) -> None:
        """Make it."""
        _set_aside(params.path, setting.cluster)
        setting.cluster.node.run(f"mkdir -p {quote(params.path)}")


@action("node-remove")
class NodeRemove(Action[Params]):
    """Removes a file or directory; a copy is kept (see `lab.k8s.saved`)."""

    takes = Params

    def run(self, params: Params, setting: Setting) -> None:
        """Remove it."""
        _set_aside(params.path, setting.cluster)


def _set_aside(path: str, cluster: Cluster) -> None:
    place = quote(path)
    cluster.node.run(
        f'{saved.SHELL}if [ -d {place} ] && [ -z "$(ls -A {place})" ]; then rmdir {place}; '
        f"elif [ -e {place} ] || [ -L {place} ]; then aside {place}; fi"
    )
