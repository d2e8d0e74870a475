"""What stands on the node at this moment, apart from API objects, as the helper beside it sees that."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.errors import ClusterError
from lab.k8s import firewall
from lab.k8s.bash import program
from lab.k8s.helper import Helper

_TREE = Path(__file__).with_name("node_tree.pl")
_COMES_AND_GOES = re.compile(
    r"/(proc/sys/fs/binfmt_misc|sys/fs/cgroup|sys/kernel|sys/fs/fuse|run/(containerd|netns|credentials|user)"
    r"|var/lib/kubelet/pods)(/|$)"
)
_SYSTEMS = re.compile(r"^/(system\.slice|kubelet|kubelet\.slice|kubepods|kubepods\.slice)(/|$)")
_SETTING = re.compile(
    r"net/(?!.*(/neigh/|/flush$|nf_conntrack_count$|nf_conntrack_buckets$))"
    r"(?!ipv[46]/conf/(?!all/|default/|lo/|eth0/)).+"
)
"""Settings that hold for the node alone: those of its network. All others are the machine's."""
_OF_THE_IMAGE = ("/usr/lib/systemd/", "/lib/systemd/")
_NEEDED = ("containerd.service", "dbus.service", "kubelet.service", "systemd-journald.service")
_GUARD = re.compile(r" LAB_SHELL=[0-9a-f]{16}$")


@dataclass(frozen=True)
class NodeState:
    """The node's mounts (a place as often as something is mounted there), packet filter rules by program (`iptables`,
    `ip6tables`), nft tables, ports of Docker's name server, network settings, units that run, processes that belong to
    no unit and no container by id, images by name, containers as namespace and id, and files that differ from the
    golden state, as `added`, `changed` or `removed` and the path.
    """

    mounts: tuple[str, ...]
    rules: Mapping[str, firewall.Rules]
    tables: tuple[str, ...]
    listening: Mapping[str, str]
    settings: Mapping[str, str]
    units: tuple[str, ...]
    processes: Mapping[int, str]
    images: Mapping[str, str]
    containers: tuple[str, ...]
    files: tuple[tuple[str, str], ...]


def look(helper: Helper, archive: bytes = b"", then: str = "", now: str = "") -> NodeState:
    """The state of the node.

    Args:
        helper: of the cluster.
        archive: the golden state; files are compared with it. Without it, none are.
        then: the node's address in the golden state.
        now: the node's address now.

    Raises:
        LabError: the node cannot be entered. ClusterError: it did not tell all.
    """
    variables = {"TREE": _TREE.read_text(), "OLD": then.replace(".", r"\."), "NEW": now.replace(".", r"\.")}
    told = helper.run(program(__file__, "node_state.sh", **variables), input=archive, check=False)
    try:
        return parse(told.text)
    except (LookupError, ValueError) as error:
        message = f"The state of the node cannot be told: {told.stderr.decode(errors='replace').strip()[-200:]}"
        raise ClusterError(message, "Put the golden state back: lab reset --all") from error


def parse(text: str) -> NodeState:
    """The state from what node_state.sh says."""
    parts = {name: body for name, _, body in (part.partition("\n") for part in text.split("\n== ")[1:])}
    mounts = (line.split()[4] for line in parts["mounts"].splitlines())
    tables = (line.removeprefix("table ") for line in parts["tables"].splitlines())
    listed = (line.partition(":") for line in parts["settings"].splitlines())
    files = (entry.partition(" ") for entry in parts["files"].split("\0") if " " in entry)
    images = (line.split() for line in parts["images"].splitlines())
    return NodeState(
        mounts=tuple(sorted(place for place in mounts if not _COMES_AND_GOES.match(place))),
        rules={"iptables": firewall.parse(parts["rules4"]), "ip6tables": firewall.parse(parts["rules6"])},
        tables=tuple(tables),
        listening=firewall.ports(parts["listening"]),
        settings={path: value for path, _, value in listed if _SETTING.fullmatch(path)},
        units=_units(parts["units"]),
        processes=_processes(parts["processes"], parts["commands"]),
        images={row[0]: row[1] for row in images if len(row) == 2},
        containers=_containers(parts["containers"]),
        files=tuple((change.strip(), path) for change, _, path in files),
    )


def _units(shown: str) -> tuple[str, ...]:
    """The units that run and that no file of the image describes, and those that a node needs."""
    found = []
    for block in shown.split("\n\n"):
        of = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        if of.get("ActiveState") in ("active", "activating", "reloading"):
            name = of.get("Id", "")
            if name in _NEEDED or not of.get("FragmentPath", "").startswith(_OF_THE_IMAGE):
                found.append(name)
    return tuple(sorted(found))


def _containers(listed: str) -> tuple[str, ...]:
    """Containers that the kubelet knows nothing of."""
    rows = [line.split(maxsplit=1) for line in listed.splitlines() if " " in line]
    known = {identity for space, identity in rows if space == "known"}
    return tuple(f"{s} {identity}" for s, identity in rows if s != "known" and (s != "k8s.io" or identity not in known))


def _processes(facts: str, commands: str) -> dict[int, str]:
    """The processes of the node that belong to no unit and no container, the learner's open terminals left out."""
    groups: dict[int, str] = {}
    stats: dict[int, list[str]] = {}
    for line in facts.splitlines():
        if not (found := re.match(r"/proc/(\d+)/(stat|cgroup):(.*)", line)):
            continue
        pid = int(found[1])
        if found[2] == "stat":
            stats[pid] = found[3].rpartition(") ")[2].split()
        elif (hierarchy := found[3].split(":", 2))[1] == "name=systemd" or hierarchy[0] == "0":
            groups.setdefault(pid, hierarchy[2])  # that of systemd comes first, where there are several
    node = groups.get(1, "").removesuffix("/init.scope")
    words = dict(line.strip().partition(" ")[::2] for line in commands.splitlines())
    guards = {pid for pid in stats if _GUARD.search(words.get(str(pid), ""))}  # of the lab's open terminals
    return {
        pid: words.get(str(pid), "").strip()
        for pid, stat in sorted(stats.items())
        if pid != 1 and groups.get(pid, "").startswith(node) and not _SYSTEMS.match(groups[pid].removeprefix(node))
        if not _at_terminal(pid, stat) and stat[0] not in "ZX" and int(stat[3]) not in guards
    }


def _at_terminal(pid: int, stat: list[str]) -> bool:
    """Whether a process is a terminal's shell, or what runs in its foreground."""
    group, session, terminal, foreground = stat[2:6]
    return terminal != "0" and (int(session) == pid or group == foreground)
