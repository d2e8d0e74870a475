"""The cluster as `lab up` leaves it."""

import json
import re
import subprocess
from pathlib import Path

import yaml
from live_program import Lab, images_of
from screen import Screen

KUBERNETES = yaml.safe_load((Path(__file__).parents[2] / "cluster" / "pins.yaml").read_text())["kubernetes"]


def test_every_system_pod_is_running(lab: Lab) -> None:
    pods = json.loads(lab.node("kubectl get pods -A -o json"))["items"]
    names = [pod["metadata"]["name"] for pod in pods]
    assert {pod["status"]["phase"] for pod in pods} == {"Running"}
    for component in ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "coredns"):
        assert any(name.startswith(component) for name in names), component


def test_up_a_second_time_changes_nothing(lab: Lab) -> None:
    before = lab.node("cat /proc/sys/kernel/random/boot_id; pgrep -x kube-apiserver; hostname")
    again = lab("up")
    assert "What next" in again.stdout
    assert lab.node("cat /proc/sys/kernel/random/boot_id; pgrep -x kube-apiserver; hostname") == before


def test_kind_knows_the_cluster(lab: Lab) -> None:
    labels = subprocess.check_output(
        ["docker", "inspect", "-f", "{{json .Config.Labels}}", f"{lab.name}-control-plane"], text=True
    )
    assert json.loads(labels)["io.x-k8s.kind.cluster"] == lab.name
    [kind] = (Path.home() / ".cache/cks-lab/bin").glob("kind-*")
    assert lab.name in subprocess.check_output([kind, "get", "clusters"], text=True).split()


def test_ports_are_bound_to_loopback(lab: Lab) -> None:
    ports = subprocess.check_output(["docker", "port", f"{lab.name}-control-plane"], text=True)
    assert ports.strip()
    assert all("-> 127.0.0.1:" in line for line in ports.splitlines())


def test_keys_are_readable_by_their_owner_alone(lab: Lab) -> None:
    folder = lab.state / "clusters" / lab.name
    for file in (
        folder / "kubeconfig",
        folder / "golden.tar.gz",
        folder / "cluster.json",
        lab.state / "users-kubeconfig",
    ):
        assert file.stat().st_mode & 0o077 == 0, file
    assert folder.stat().st_mode & 0o077 == 0


def test_the_users_kubeconfig_gains_the_context_and_keeps_the_current_one(lab: Lab) -> None:
    file = lab.state / "users-kubeconfig"
    content = yaml.safe_load(file.read_text())
    assert f"kind-{lab.name}" in [entry["name"] for entry in content["contexts"]]
    assert not content["current-context"]


def test_every_image_has_a_repository_digest(lab: Lab) -> None:
    pods = json.loads(lab.node("kubectl -n kube-system get pods -o json"))["items"]
    running = {
        status["name"]: status["imageID"] for pod in pods for status in pod["status"].get("containerStatuses") or []
    }
    images = images_of(lab)
    assert set(images) >= {"kube-apiserver", "etcd", "coredns", "pause"}
    assert running["etcd"] == f"registry.k8s.io/etcd@{images['etcd']['manifest_digest']}"
    for image in images.values():
        assert image["manifest_digest"].startswith("sha256:")
        assert image["config_digest"].startswith("sha256:")
        assert image["manifest_digest"] != image["config_digest"]


def test_the_node_has_what_a_learner_expects(lab: Lab) -> None:
    for program in ("vi", "vim", "nano", "less", "jq", "curl", "k", "kubectl", "crictl", "openssl"):
        lab.node(f"command -v {program}")
    assert re.fullmatch(r"crictl version v1\.\d+\.\d+", lab.node("crictl --version").strip())
    assert "kube-apiserver" in lab.node("crictl ps")
    assert "kube-apiserver" in lab.node("crictl pods")
    assert "registry.k8s.io/kube-apiserver" in lab.node("crictl images --digests")
    container = lab.node("crictl ps -q --name '^kube-apiserver$'").split()[0]
    assert lab.node(f"crictl logs --tail 3 {container} 2>&1").strip()
    status = json.loads(lab.node(f"crictl inspect {container}"))
    assert status["status"]["metadata"]["name"] == "kube-apiserver"
    assert KUBERNETES in lab.node("k version")
    completed = lab.node("bash -ic 'complete -p k; type __start_kubectl | head -n 1' 2>/dev/null")
    assert "__start_kubectl" in completed


def test_status_tells_everything(lab: Lab) -> None:
    seen = json.loads(lab("status", "--json").stdout)
    assert seen["cluster"] == "running"
    assert seen["api_server"] == "ready"
    assert seen["kubernetes_version"] == KUBERNETES
    exercises = ["image-digest", "opa-whitelist", "image-policy-webhook"]
    assert [each["id"] for each in seen["progress"]] == exercises


def test_shell_runs_a_command_and_passes_its_exit_code(lab: Lab) -> None:
    assert lab("shell", "kubectl", "get", "nodes", "-o", "name").stdout == f"node/{lab.name}-control-plane\n"
    assert lab("shell", "echo $HOME | tr a-z A-Z").stdout == "/ROOT\n"
    lab("shell", "exit 7", expect=7)


def test_a_program_on_the_nodes_terminal_finds_its_size_at_once(lab: Lab) -> None:
    screen = Screen(lab.argv("shell", "stty size; trap 'echo resized' WINCH; sleep 1; env"), lab.environment, 77, 60)
    screen.wait()
    assert "60 77" in screen.lines
    assert "resized" not in screen.text
    assert "LAB_SIZE" not in screen.text
    screen.close()


def test_the_node_stays_within_its_memory(lab: Lab) -> None:
    """What the node uses less the cache that the kernel can drop, as docker stats counts."""
    used, droppable = lab.node(
        "cd /sys/fs/cgroup; cat memory/memory.usage_in_bytes memory.current 2>/dev/null; "
        "cat memory/memory.stat memory.stat 2>/dev/null | awk '/inactive_file / {last = $2} END {print last}'"
    ).split()
    assert (int(used) - int(droppable)) / 2**20 <= 700


def test_the_image_is_at_most_one_gigabyte(lab: Lab) -> None:
    record = json.loads((lab.state / "clusters" / lab.name / "cluster.json").read_text())
    size = subprocess.check_output(["docker", "image", "inspect", "-f", "{{.Size}}", record["node_image"]], text=True)
    assert int(size) <= 1_000_000_000
