"""The control plane broken by an edit: lab rescue heals it within one restart, and keeps the learner's files."""

import time

import pytest
from live_program import Lab

API_SERVER = "/etc/kubernetes/manifests/kube-apiserver.yaml"
SLOWEST = 60.0
"""Seconds for one restart on a machine that is busy with another cluster, where 12 are usual, and a margin."""
BREAKS = {
    "an unknown flag": f"sed -i 's/--enable-admission-plugins=/--enable-addmission-plugins=/' {API_SERVER}",
    "no YAML": f"sed -i 's/^  containers:/  containers: [/' {API_SERVER}",
    "the manifest gone": f"rm {API_SERVER}",
    "another's key": (
        "cp /etc/kubernetes/pki/etcd/server.key /etc/kubernetes/pki/apiserver.key; "
        "crictl stop -t 0 $(crictl ps -q --name kube-apiserver)"
    ),
    "etcd's volume misspelt": "sed -i '0,/name: etcd-data/s//name: etcd-dota/' /etc/kubernetes/manifests/etcd.yaml",
}
UNSEEN = {
    "the kubelet stopped": f"systemctl stop kubelet; sed -i 's/--secure-port=/--insecure-port=/' {API_SERVER}",
    "a backup copy": f"sed 's/--secure-port=/--insecure-port=/' {API_SERVER} >{API_SERVER}.bak",
}
"""The API server still answers when they are rescued."""
IN_EVERY_RUN = ("an unknown flag", "another's key", "the kubelet stopped")


def ready(lab: Lab) -> bool:
    return lab.node("kubectl get --raw /readyz --request-timeout 3s", check=False) == "ok"


def wait_until(lab: Lab, is_ready: bool) -> None:
    for _ in range(90):
        if ready(lab) == is_ready:
            return
        time.sleep(1)
    raise AssertionError(f"the API server never was {'ready' if is_ready else 'away'}")


def broken(lab: Lab, script: str) -> None:
    """Break it, and wait until that shows."""
    lab.node(script)
    wait_until(lab, is_ready=False)


@pytest.mark.parametrize(
    "fault",
    [pytest.param(name, marks=[] if name in IN_EVERY_RUN else [pytest.mark.long]) for name in {**BREAKS, **UNSEEN}],
)
def test_a_broken_control_plane_is_healed_within_one_restart(lab: Lab, fault: str) -> None:
    lab("start", "image-digest")
    before = lab.verify("image-digest", expect=1).score
    manifest = lab.node(f"cat {API_SERVER}")
    if fault in UNSEEN:
        lab.node(UNSEEN[fault])
    else:
        broken(lab, BREAKS[fault])
    begun = time.monotonic()
    said = lab("rescue").stdout
    assert time.monotonic() - begun < SLOWEST
    assert "The API server is ready, after" in said
    assert lab.node(f"cat {API_SERVER}") == manifest
    assert lab.node("ls /etc/kubernetes/manifests").split() == [
        "etcd.yaml", "kube-apiserver.yaml", "kube-controller-manager.yaml", "kube-scheduler.yaml"
    ]  # fmt: skip
    assert ready(lab)
    assert lab.verify("image-digest", expect=1).score == before
    assert lab("rescue").stdout.startswith("Nothing to rescue")


def test_the_learners_edit_is_kept_and_put_on_again(lab: Lab) -> None:
    broken(lab, BREAKS["an unknown flag"])
    edited = lab.node(f"cat {API_SERVER}")
    said = lab("rescue").stdout
    assert "-    - --enable-addmission-plugins=" in said
    folder = next(line.rpartition(" ")[2] for line in said.splitlines() if "kept on the node in" in line)
    assert lab.node(f"cat {folder}{API_SERVER}") == edited
    assert API_SERVER in lab("rescue", "--mine").stdout
    assert lab.node(f"cat {API_SERVER}") == edited
    lab("rescue")
    assert ready(lab)


def test_the_last_good_files_move_on_with_an_edit_that_works(lab: Lab) -> None:
    lab.node(f"sed -i 's/--allow-privileged=true/--allow-privileged=true\\n    - --v=3/' {API_SERVER}")
    wait_until(lab, is_ready=False)
    wait_until(lab, is_ready=True)
    assert lab("rescue").stdout.startswith("Nothing to rescue")  # though it differs from the last good one
    time.sleep(50)
    lab("status")
    broken(lab, BREAKS["an unknown flag"])
    lab("rescue")
    assert "--v=3" in lab.node(f"cat {API_SERVER}")
    lab("reset", "--all")
    assert "--v=3" not in lab.node(f"cat {API_SERVER}")
    assert "No rescue has kept" in lab("rescue", "--mine", expect=3).stderr
