"""A line of /etc/hosts that keeps the API server from asking the name server where the webhook is."""

from collections.abc import Iterator

from lab.checks.asks import Ask, FileAsk, Observation
from lab.checks.base import Fault
from lab.checks.support import api_server_process
from lab.checks.support.api_server_process import ApiServer
from lab.checks.support.image_policy_on import RESTART
from lab.checks.support.webhook_kubeconfig import same_host

_NODES = FileAsk("/etc/hosts")
_OF_THE_MANIFEST = b"# Entries added by HostAliases"  # the kubelet's words; before them stands the node's file


def asks(seen: Observation) -> Iterator[Ask]:
    """The node's file, and the copy that the API server's container got of it when it was started."""
    yield _NODES
    yield _copy(api_server_process.read(seen))


def fault(server: ApiServer, service: str, seen: Observation) -> Fault | None:
    """The line of the node's file, or of the copy, that names the service; None when there is none."""
    here = _line(seen[_NODES].content, service)
    there = _line(seen[_copy(server)].content.partition(_OF_THE_MANIFEST)[0], service)
    if here:
        observed = f'/etc/hosts on the node says "{here}", so the API server asks no name server where the webhook is'
        remove = f"sed '/{service}/d' /etc/hosts >/tmp/hosts; cat /tmp/hosts >/etc/hosts"
        return Fault("hosts-line", f"{observed}; take the line out, and then {RESTART}", remove)
    if there:
        observed = f"the API server's container still has the line \"{there}\" of the node's /etc/hosts: {RESTART}"
        return Fault("hosts-line", observed, f"grep {service} /proc/{server.pid}/root/etc/hosts")
    return None


def _copy(server: ApiServer) -> FileAsk:
    return FileAsk("/etc/hosts", server.pid) if server.running else _NODES


def _line(hosts: bytes, name: str) -> str:
    for line in hosts.decode(errors="replace").splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        if any(same_host(each, name) for each in names):
            return f"{address} {name}"
    return ""
