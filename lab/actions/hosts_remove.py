"""hosts-remove: removes the lines of a host from the node's /etc/hosts."""

import re
from dataclasses import dataclass

from lab.actions.base import Action, Setting, action
from lab.k8s import node_files
from lab.k8s.bash import program

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


@dataclass(frozen=True)
class Params:
    """`host`: a name that the node's /etc/hosts may have a line for."""

    host: str

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.host):
            raise ValueError(f"{self.host} is not a host's name")


@action("hosts-remove")
class HostsRemove(Action[Params]):
    """Removes a host's lines from the node's /etc/hosts, which Docker has mounted there: it is written in place."""

    takes = Params

    def run(self, params: Params, setting: Setting) -> None:
        """Remove them."""
        setting.cluster.helper.run(node_files.shell() + program(__file__, "hosts_remove.sh", params.host))
