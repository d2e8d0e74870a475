"""node-directory, node-remove, hosts-remove: folders, files and names of an exercise on the node."""

import re
from dataclasses import dataclass
from shlex import quote

from lab.actions.base import Action, Setting, action
from lab.k8s import node_files, saved
from lab.k8s.bash import program

_OWN = re.compile(
    r"/(root|opt|srv|etc/kubernetes/(manifests|admission))/[A-Za-z0-9][A-Za-z0-9._/-]*|/etc/kubernetes/admission"
)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
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


@dataclass(frozen=True)
class Host:
    """`host`: a name that the node's /etc/hosts may have a line for."""

    host: str

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.host):
            raise ValueError(f"{self.host} is not a host's name")


@action("node-directory")
class NodeDirectory(Action[Params]):
    """Makes an empty directory; what an earlier attempt left there is kept (see `lab.k8s.saved`)."""

    takes = Params

    def run(self, params: Params, setting: Setting) -> None:
        """Make it."""
        _set_aside(params.path, setting)
        node_files.make_folder(setting.cluster.helper, params.path)


@action("node-remove")
class NodeRemove(Action[Params]):
    """Removes a file or directory; a copy is kept until the end of the reset (see `lab.k8s.saved`)."""

    takes = Params

    def run(self, params: Params, setting: Setting) -> None:
        """Remove it."""
        _set_aside(params.path, setting)


@action("hosts-remove")
class HostsRemove(Action[Host]):
    """Removes a host's lines from the node's /etc/hosts, which Docker has mounted there: it is written in place."""

    takes = Host

    def run(self, params: Host, setting: Setting) -> None:
        """Remove them."""
        setting.cluster.helper.run(node_files.shell() + program(__file__, "remove_host.sh", params.host))


def _set_aside(path: str, setting: Setting) -> None:
    setting.cluster.helper.run(f"{saved.shell(setting.exercise)}set -euo pipefail\naside {quote(path)}")
