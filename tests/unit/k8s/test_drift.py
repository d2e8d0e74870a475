"""Comparing a cluster with its golden state, and the script that removes what was left on the node."""

from dataclasses import replace

import pytest

from lab.errors import ClusterError
from lab.k8s import drift, inventory, leftovers, node_state, objects
from lab.k8s.record import Image

DIGEST, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
PAUSE = Image("registry.k8s.io/pause:3.10", DIGEST, "sha256:" + "3" * 64)
NAMES = {PAUSE.name: DIGEST, f"registry.k8s.io/pause@{DIGEST}": DIGEST, PAUSE.config_digest: DIGEST}
TOLD = """
== mounts
1 0 0:1 / / rw - overlay overlay rw
2 1 0:2 / /tmp rw - tmpfs tmpfs rw
3 1 0:3 / /run/containerd/x rw - tmpfs tmpfs rw
4 1 0:4 / /mnt/own rw - tmpfs own rw

== rules4
*filter
:INPUT ACCEPT [0:0]
-A OUTPUT -d 192.0.2.1/32 -j DROP
COMMIT

== rules6

== tables
table ip filter
table inet own

== listening

== settings
net/ipv4/ip_forward:1
net/ipv4/conf/veth1/forwarding:1
net/ipv4/neigh/eth0/delay_probe_time:5
net/netfilter/nf_conntrack_count:516

== units
Id=kubelet.service
ActiveState=active
FragmentPath=/etc/systemd/system/kubelet.service

Id=own.service
ActiveState=active
FragmentPath=/run/systemd/transient/own.service

Id=dbus.service
ActiveState=inactive
FragmentPath=/usr/lib/systemd/system/dbus.service

Id=systemd-udevd.service
ActiveState=active
FragmentPath=/usr/lib/systemd/system/systemd-udevd.service

== processes
/proc/1/stat:1 (systemd) R 0 1 1 0 -1
/proc/1/cgroup:9:name=systemd:/docker/24b5/init.scope
/proc/1/cgroup:0::/docker/24b5/init.scope
/proc/20/stat:20 (kubelet) S 1 20 20 0 -1
/proc/20/cgroup:0::/docker/24b5/kubelet.slice/kubelet.service
/proc/30/stat:30 (perl) S 0 30 30 0 -1
/proc/30/cgroup:0::/docker/6f4d
/proc/40/stat:40 (a ) name) S 0 40 40 0 -1
/proc/40/cgroup:0::/docker/24b5
/proc/50/stat:50 (bash) S 0 50 50 34816 51
/proc/50/cgroup:0::/docker/24b5/init.scope
/proc/51/stat:51 (vi) S 50 51 50 34816 51
/proc/51/cgroup:0::/docker/24b5/init.scope
/proc/52/stat:52 (sleep) S 50 52 50 34816 51
/proc/52/cgroup:0::/docker/24b5/init.scope
/proc/53/stat:53 (bash) S 0 53 53 0 -1
/proc/53/cgroup:0::/docker/24b5/init.scope
/proc/55/stat:55 (sleep) S 53 53 53 0 -1
/proc/55/cgroup:0::/docker/24b5/init.scope
/proc/54/stat:54 (sh) Z 1 54 54 0 -1
/proc/54/cgroup:0::/docker/24b5/init.scope

== commands
     40 /opt/miner --fast
     52 sleep 100
     53 bash -c : LAB_SHELL=0123456789abcdef

== images
registry.k8s.io/pause:3.10 sha256:1

== containers
k8s.io aaa
k8s.io bbb
own aaa
known aaa

== files
""" + "added /opt/own\0changed /etc/a b\0"  # fmt: skip


@pytest.fixture
def state() -> node_state.NodeState:
    return node_state.parse(TOLD)


@pytest.fixture
def golden(state) -> inventory.Inventory:
    """Of a node on which nothing was left."""
    clean = replace(state, mounts=("/", "/tmp"), rules={"iptables": (), "ip6tables": ()}, tables=("ip filter",))
    return inventory.take({"nodes x": "1", "namespaces default": "1"}, replace(clean, units=("kubelet.service",)))


def test_what_the_node_tells(state) -> None:
    assert state.mounts == ("/", "/mnt/own", "/tmp")
    assert state.settings == {"net/ipv4/ip_forward": "1"}
    assert state.units == ("kubelet.service", "own.service")
    assert state.processes == {40: "/opt/miner --fast", 52: "sleep 100"}
    assert state.containers == ("k8s.io bbb", "own aaa")
    assert state.files == (("added", "/opt/own"), ("changed", "/etc/a b"))


def test_a_node_that_tells_only_half_is_no_clean_one() -> None:
    with pytest.raises(LookupError):
        node_state.parse(TOLD.partition("\n== files")[0])


def test_each_difference_has_its_command(state, golden) -> None:
    state = replace(state, images={**NAMES, "example.com/own:1": OTHER, f"example.com/own@{OTHER}": OTHER})
    there = {"nodes x": "2", "configmaps default/own": "3", "namespaces default": "1"}
    there |= {"namespaces own": "4", "configmaps own/kube-root-ca.crt": "5"}
    found = {
        f"{each.group} {each.change} {each.name}": each.command for each in drift.compare(golden, [PAUSE], state, there)
    }
    assert found == {
        "objects added configmaps default/own": "lab shell kubectl delete configmaps own -n default",
        "objects added namespaces own": "lab shell kubectl delete namespaces own",
        "objects changed nodes x": "lab reset --all",
        "files added /opt/own": "lab shell rm -rf /opt/own",
        "files changed /etc/a b": "lab reset --all",
        "images added example.com/own:1": "lab shell crictl rmi example.com/own:1",
        "containers added k8s.io bbb": (
            "lab shell sh -c 'ctr -n k8s.io tasks rm -f bbb; ctr -n k8s.io containers rm bbb'"
        ),
        "containers added own aaa": "lab shell sh -c 'ctr -n own tasks rm -f aaa; ctr -n own containers rm aaa'",
        "processes added 40 /opt/miner --fast": "lab shell kill -KILL 40",
        "processes added 52 sleep 100": "lab shell kill -KILL 52",
        "units added own.service": "lab shell systemctl stop own.service",
        "mounts added /mnt/own": "lab shell umount /mnt/own",
        "network added iptables -t filter -A OUTPUT -d 192.0.2.1/32 -j DROP": (
            "lab shell iptables -t filter -D OUTPUT -d 192.0.2.1/32 -j DROP"
        ),
        "network added nft table inet own": "lab shell nft delete table inet own",
    }


def test_nothing_differs_from_itself(state) -> None:
    clean = replace(state, processes={}, containers=(), files=(), images=NAMES)
    assert list(drift.compare(inventory.take({"nodes x": "1"}, clean), [PAUSE], clean, {"nodes x": "1"})) == []


def test_what_is_gone_is_named(state, golden) -> None:
    state = replace(state, units=(), mounts=("/",), settings={"net/ipv4/ip_forward": "0"}, images={}, files=())
    found = {f"{each.change} {each.name}" for each in drift.compare(golden, [PAUSE], state, {})}
    assert found >= {
        "removed kubelet.service", "removed /tmp", "changed net/ipv4/ip_forward=0", f"removed {PAUSE.name}",
        "removed nodes x",
    }  # fmt: skip


def test_the_script_ends_what_was_left_and_nothing_else(state, golden) -> None:
    script = leftovers.script(golden, state)
    assert " /mnt/own || true\n" in script
    assert "systemctl stop own.service" in script
    assert "kubelet" not in script
    assert "kill -KILL 40 52 " in script
    assert "nft delete table inet own " in script
    assert "iptables-restore" in script
    assert "/proc/sys" not in script


def test_the_inventory_is_kept_and_a_damaged_one_is_told(golden, tmp_path) -> None:
    file = tmp_path / "inventory.json"
    assert inventory.load(file) is None
    golden.save(file)
    assert inventory.load(file) == golden
    file.write_text(file.read_text().replace('"version": 2', '"version": 1'))
    assert inventory.load(file) is None
    file.write_text('{"version": 2}')
    with pytest.raises(ClusterError, match="damaged"):
        inventory.load(file)


def item(**about: object) -> dict[str, object]:
    return {"metadata": {"name": "x", "namespace": "default", **about}, "data": {"a": "b"}, "status": {"seen": 1}}


def test_an_objects_digest_is_of_what_somebody_set() -> None:
    [(name, digest)] = objects.digests("configmaps", [item(resourceVersion="1", uid="a", managedFields=[1])])
    assert name == "configmaps default/x"
    same = {**item(resourceVersion="2", creationTimestamp="now"), "status": {}}
    assert dict(objects.digests("configmaps", [same])) == {name: digest}
    for other in (item(labels={"a": "b"}), {**item(), "data": {}}, item(deletionTimestamp="now")):
        assert dict(objects.digests("configmaps", [other])) != {name: digest}


def test_what_a_controller_makes_is_told_by_its_owner() -> None:
    assert list(objects.digests("pods", [item(ownerReferences=[{"controller": True}])])) == []


def test_what_comes_and_goes_by_itself_is_left_out() -> None:
    automatic = item(labels={"kube-aggregator.kubernetes.io/automanaged": "true"})
    assert list(objects.digests("apiservices.apiregistration.k8s.io", [automatic])) == []
    assert list(objects.digests("secrets", [{**item(), "type": "bootstrap.kubernetes.io/token"}])) == []


def test_a_nodes_own_taints_come_and_go() -> None:
    def node(*taints: str) -> dict[str, object]:
        return {"metadata": {"name": "n"}, "spec": {"taints": [{"key": key} for key in taints]}}

    clean = dict(objects.digests("nodes", [{"metadata": {"name": "n"}, "spec": {}}]))
    assert dict(objects.digests("nodes", [node("node.kubernetes.io/not-ready")])) == clean
    assert dict(objects.digests("nodes", [node("own")])) != clean
