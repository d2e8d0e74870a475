"""The cluster broken on purpose: reset from any state, the node away, no cluster, Ctrl-C in the middle."""

import os
import signal
import subprocess
import time
from collections.abc import Callable

import pytest
from live_program import Lab

DESTRUCTION = {
    "manifests gone and the API server away": "rm -rf /etc/kubernetes/manifests; sleep 4",
    "all of /etc/kubernetes gone": "rm -rf /etc/kubernetes",
    "kubelet masked, containerd stopped": "systemctl mask --now kubelet; systemctl stop containerd",
    "images removed and etcd's data gone": (
        "ctr -n k8s.io images rm $(ctr -n k8s.io images ls -q | grep -E 'kube-apiserver|pause|etcd'); "
        "rm -rf /var/lib/etcd/member"
    ),
    "containerd's and kubelet's configuration broken": (
        "echo nonsense >/etc/containerd/config.toml; echo nonsense >/var/lib/kubelet/config.yaml; "
        "systemctl restart containerd kubelet || true"
    ),
}
IN_EVERY_RUN = "manifests gone and the API server away"


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(text, id=name, marks=[] if name == IN_EVERY_RUN else [pytest.mark.long])
        for name, text in DESTRUCTION.items()
    ],
)
def test_reset_all_puts_the_golden_state_back(lab: Lab, script: str) -> None:
    lab("start", "image-digest")
    lab.node("kubectl create configmap left-over -n default 2>&1; echo x >/root/image-digest/digest", check=False)
    lab.node(script, check=False)
    lab("reset", "--all")
    assert "left-over" not in lab.node("kubectl get configmaps -n default -o name")
    assert lab.verify().score[0] == 0
    lab("start", "image-digest")
    verified = lab.verify("image-digest", expect=1)
    assert verified.score == (0, 10)
    assert verified.verdict("ready") == "pass"


def test_the_node_stopped_is_an_error_and_up_starts_it_again(lab: Lab) -> None:
    lab("start", "image-digest")
    subprocess.run(["docker", "stop", "-t", "3", f"{lab.name}-control-plane"], check=True, capture_output=True)
    verified = lab.verify("image-digest", expect=3)
    assert {check["verdict"] for check in verified.checks.values()} == {"error"}
    assert lab("status", expect=3).stdout.count("stopped")
    lab("up")
    assert lab.verify("image-digest", expect=1).verdict("ready") == "pass"
    lab("reset", "--all")  # the golden state fits, even if the node has another address now


def test_without_a_cluster_every_command_says_what_to_type(others: Callable[..., Lab]) -> None:
    nobody = others("absent")
    for command in (
        ["verify"],
        ["start", "image-digest"],
        ["solve", "image-digest"],
        ["reset", "--all"],
        ["shell", "true"],
    ):
        done = nobody(*command, expect=3)
        assert f"lab --name {nobody.name} up" in done.stderr, command
        assert done.stdout == ""
    assert nobody("status", expect=3).stdout.count("absent")
    nobody("down")


@pytest.mark.parametrize("after", [pytest.param(2.0, marks=pytest.mark.long), 8.0])
def test_interrupted_up_is_made_whole_by_the_next(others: Callable[..., Lab], after: float) -> None:
    lab = others("interrupted")
    process = subprocess.Popen(
        lab.argv("up"), env=lab.environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    time.sleep(after)  # a moment in the middle; whichever it is, what follows must hold
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    if after > 5:
        lab("up")
        assert lab.verify("image-digest", expect=1).score == (0, 10)


def test_down_removes_what_it_made_and_nothing_else(lab: Lab, others: Callable[..., Lab]) -> None:
    other = others("short")
    other("up")
    other("down")
    for kind in (["ps", "-aq"], ["network", "ls", "-q"]):
        listed = subprocess.check_output(["docker", *kind, "--filter", f"name={other.name}"], text=True)
        assert listed.strip() == ""
    assert not (other.state / "clusters" / other.name).exists()
    assert f"kind-{other.name}" not in (other.state / "users-kubeconfig").read_text()
    assert f"kind-{lab.name}" in (other.state / "users-kubeconfig").read_text()
    assert lab.verify(expect=1).report["cluster"]["name"] == lab.name
