"""What a learner leaves behind: `lab status --drift` names it, and after `lab reset --all --prove` it is gone."""

import json
import subprocess
from pathlib import Path

import pytest
from live_program import Lab

LEFT = Path(__file__).with_name("leave_behind.sh").read_text()
NAMED = {
    "files": {
        "added /etc/profile.d/own.sh", "added /etc/cron.d/own", "added /etc/containerd/certs.d/example.com",
        "added /etc/systemd/system/kubelet.service.d/99-own.conf", "added /etc/systemd/system/own.service",
        "added /opt/own", "added /srv/own", "added /usr/local/bin/own", "added /root/own", "added /tmp/own",
        "added /var/tmp/own", "added /var/spool/own", "changed /var/lib/etcd", "removed /etc/profile",
        "added /home/bob", "changed /etc/hosts", "changed /etc/passwd", "changed /etc/shadow", "added /var/lib/cks-lab",
    },
    "images": {"added example.com/own:1"},
    "containers": {"added own own-container"},
    "units": {"added own.service"},
    "mounts": {"added /mnt/own", "added /etc/hosts"},
    "network": {
        "added iptables -t filter -A OUTPUT -d 192.0.2.1/32 -j DROP", "added iptables -t nat -N OWN",
        "added iptables -t filter -P FORWARD DROP", "added nft table inet own",
        "changed net/ipv4/tcp_syncookies=0",
    },
    "objects": {
        "added namespaces own", "added configmaps default/own",
        "added clusterrolebindings.rbac.authorization.k8s.io own", "changed configmaps kube-system/coredns",
    },
}  # fmt: skip


def drift(lab: Lab) -> dict[str, set[str]]:
    """What differs, by group; ids of processes left out."""
    found: dict[str, set[str]] = {}
    for each in json.loads(lab("status", "--drift", "--json", expect=None).stdout):
        name = each["name"].partition(" ")[2] if each["group"] == "processes" else each["name"]
        found.setdefault(each["group"], set()).add(f"{each['change']} {name}")
        assert each["command"].startswith(f"lab --name {lab.name} ")
    return found


def test_what_a_learner_left_is_named_and_a_reset_leaves_none_of_it(lab: Lab) -> None:
    lab("reset", "--all")
    assert drift(lab) == {}
    assert "Nothing differs" in lab("status", "--drift").stdout
    lab.node(LEFT)
    found = drift(lab)
    assert "added sleep 3601" in found["processes"]
    assert {group: names - found.get(group, set()) for group, names in NAMED.items()} == {
        group: set() for group in NAMED
    }
    assert any(name.startswith("changed nodes ") for name in found["objects"])
    assert "kill -KILL" in lab("status", "--drift", expect=1).stdout
    proven = lab("reset", "--all", "--prove")
    assert "image-digest: 0 of 10 points" in proven.stdout
    assert "Nothing differs" in proven.stdout
    assert (lab.state / "clusters" / lab.name / "before-reset/etc/profile.d/own.sh").read_text() == "echo hello\n"
    assert lab.node("pgrep -fx 'sleep 360[01]' || true") == ""


FULL = "mount -t tmpfs -o size=64k full {0}; head -c 1M /dev/zero >{0}/x 2>/dev/null"
BEYOND_REPAIR = {
    "etcd's folder full": FULL.format("/var/lib/etcd"),
    "the lab's own folder full": f"mkdir -p /var/lib/cks-lab; {FULL.format('/var/lib/cks-lab')}",
    "no name server": ": >/etc/resolv.conf",
}


@pytest.mark.long
@pytest.mark.parametrize("name", BEYOND_REPAIR)
def test_what_was_full_or_empty_is_healed_at_once(lab: Lab, name: str) -> None:
    lab.node(BEYOND_REPAIR[name], check=False)
    assert "Nothing differs" in lab("reset", "--all", "--prove").stdout


@pytest.mark.long
@pytest.mark.parametrize("act", ["stop", "kill", "pause", "network disconnect NAME"])
def test_a_node_that_was_ended_is_put_back_at_the_first_try(lab: Lab, act: str) -> None:
    words = act.replace("NAME", lab.name).split()
    subprocess.run(["docker", *words, f"{lab.name}-control-plane"], check=True, capture_output=True)
    told = lab("reset", "--all", "--prove")
    assert "made anew" not in told.stderr
    assert "Nothing differs" in told.stdout


@pytest.mark.long
def test_a_node_beyond_repair_is_made_anew(lab: Lab) -> None:
    lab.node("echo mine >/root/mine")
    lab.node("mount -o remount,bind,ro /")
    told = lab("reset", "--all", "--prove")
    assert "made anew from its image" in told.stderr
    assert "Nothing differs" in told.stdout
    assert (lab.state / "clusters" / lab.name / "before-reset/root/mine").read_text() == "mine\n"
