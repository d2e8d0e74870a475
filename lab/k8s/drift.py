"""What differs from the golden state: pure comparing, and a look at the cluster."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from shlex import join, quote
from typing import Literal, cast

from lab.errors import ClusterError
from lab.k8s import firewall, inventory, kept, node_state, objects
from lab.k8s.cluster import Cluster
from lab.k8s.inventory import Inventory
from lab.k8s.node_images import names_of
from lab.k8s.node_state import NodeState
from lab.k8s.record import Image, Record
from lab.model import Difference

RESET = "lab reset --all"
Group = Literal["objects", "files", "images", "containers", "processes", "units", "mounts", "network"]
Change = Literal["added", "changed", "removed"]
_NEW_ADDRESS = {"/etc/kubernetes/pki/apiserver.crt", "/etc/kubernetes/pki/apiserver.key"}


def find(cluster: Cluster, record: Record) -> tuple[Difference, ...]:
    """Everything in which the cluster differs from its golden state.

    Raises:
        ClusterError: the golden state is damaged, was not kept by an older lab, or the API server does not answer.
    """
    kept.golden(cluster.files, record)
    golden = inventory.load(cluster.files.inventory)
    if golden is None:
        message = "An older lab made this cluster, and kept no list of its API objects to compare with."
        raise ClusterError(message, f"Put the golden state back, which also makes the list: {RESET}")
    now = cluster.address()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(objects.look, cluster.api)
        state = node_state.look(cluster.helper, cluster.files.golden.read_bytes(), record.address, now)
        there = asked.result()
    new_address = bool(record.address) and now != record.address
    found = compare(golden, record.images, state, there)
    return tuple(each for each in found if not (new_address and each.name in _NEW_ADDRESS))


def compare(
    golden: Inventory, images: Iterable[Image], state: NodeState, there: objects.Objects
) -> Iterator[Difference]:
    """The differences between a golden state and what is there now, group by group."""
    yield from _of_objects(golden.objects, there)
    for change, path in state.files:
        yield _one("files", change, path, join(["rm", "-rf", path]) if change == "added" else "")
    yield from of_images(images, state.images)
    for container in state.containers:
        space, _, identity = container.partition(" ")
        undo = join(["sh", "-c", f"ctr -n {space} tasks rm -f {identity}; ctr -n {space} containers rm {identity}"])
        yield _one("containers", "added", container, undo)
    for pid, words in state.processes.items():
        yield _one("processes", "added", f"{pid} {words}", f"kill -KILL {pid}")
    for unit in sorted({*state.units} ^ {*golden.units}):
        added = unit in state.units
        yield _one("units", "added" if added else "removed", unit, f"systemctl {'stop' if added else 'start'} {unit}")
    more, less = Counter(state.mounts) - Counter(golden.mounts), Counter(golden.mounts) - Counter(state.mounts)
    yield from (_one("mounts", "added", place, join(["umount", place])) for place in more.elements())
    yield from (_one("mounts", "removed", place) for place in less.elements())
    yield from _of_network(golden, state)


def of_images(images: Iterable[Image], present: Mapping[str, str]) -> Iterator[Difference]:
    """The differences of images, one for each image: by its tag where it has one."""
    wanted = names_of(images)
    strange = {name: target for name, target in present.items() if wanted.get(name) != target}
    by_target: dict[str, str] = {}
    for name, target in sorted(strange.items(), key=lambda each: (each[0].startswith("sha256:"), "@" in each[0])):
        by_target.setdefault(target, name)
    yield from (_one("images", "added", name, join(["crictl", "rmi", name])) for name in sorted(by_target.values()))
    yield from (_one("images", "removed", name) for name in sorted(wanted) if name not in present)


def _of_objects(golden: objects.Objects, there: objects.Objects) -> Iterator[Difference]:
    for name in sorted({*golden, *there}):
        resource, _, place = name.partition(" ")
        space, _, last = place.rpartition("/")
        if golden.get(name) == there.get(name) or (space and f"namespaces {space}" not in golden):
            continue  # what is in a namespace that is too many goes with it
        undo = join(["kubectl", "delete", resource, last, *(["-n", space] if space else [])])
        change = "added" if name not in golden else "changed" if name in there else "removed"
        yield _one("objects", change, name, undo if change == "added" else "")


def _of_network(golden: Inventory, state: NodeState) -> Iterator[Difference]:
    for tool, rules in state.rules.items():
        then, now = Counter(golden.rules.get(tool, ())), Counter(rules)
        for rule in (now - then).elements():
            table, _, words = rule.partition(" ")
            yield _one("network", "added", f"{tool} -t {rule}", f"{tool} -t {table} {_undone(words)}")
        for rule in (then - now).elements():
            yield _one("network", "removed", f"{tool} -t {rule}", "" if "PORT" in rule else f"{tool} -t {rule}")
    for table in sorted(
        {*state.tables}
        - {*golden.tables}
        - {f"{family} {table}" for family in ("ip", "ip6") for table in firewall.TABLES}
    ):
        yield _one("network", "added", f"nft table {table}", f"nft delete table {table}")
    for path, value in sorted(state.settings.items()):
        if (then_value := golden.settings.get(path, value)) != value:
            yield _one("network", "changed", f"{path}={value}", f"sysctl -w {quote(f'{path}={then_value}')}")


def _undone(words: str) -> str:
    """The arguments of iptables that undo a rule, a chain or a policy."""
    if words.startswith("-P "):
        return f"{words.rpartition(' ')[0]} ACCEPT"
    return words.replace("-A ", "-D ", 1) if words.startswith("-A ") else words.replace("-N ", "-X ", 1)


def _one(group: Group, change: str, name: str, on_node: str = "") -> Difference:
    return Difference(group, cast(Change, change), name, f"lab shell {on_node}" if on_node else RESET)
