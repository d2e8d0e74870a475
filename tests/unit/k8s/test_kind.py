from typing import Any

import pytest
import yaml

from lab import shell
from lab.errors import ClusterError, CommandError
from lab.images.node import NodeImage
from lab.k8s import kind
from lab.paths import ClusterPaths, state_home
from lab.shell import Completed


@pytest.fixture
def ran(monkeypatch, tmp_path):
    """What was run; `answers` gives exit code and output by the beginning of the command."""

    def run(argv, *, check=True, **options):
        ran.append((" ".join(argv), options))
        code, text = next((value for start, value in ran_answers.items() if ran[-1][0].startswith(start)), (0, ""))
        if check and code:
            raise CommandError(argv, code, text)
        return Completed(tuple(argv), code, text.encode(), b"")

    ran: list[Any] = []
    ran_answers: dict[str, tuple[int, str]] = {}
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    monkeypatch.setattr(shell, "run", run)
    return ran, ran_answers


@pytest.mark.parametrize("origin", ["built", "official"])
def test_the_configuration(origin) -> None:
    content = yaml.safe_load(kind.config("exam", NodeImage("image:tag", origin)))
    assert content["name"] == "exam"
    assert [(node["role"], node["image"]) for node in content["nodes"]] == [("control-plane", "image:tag")]
    assert content["networking"]["apiServerAddress"] == "127.0.0.1"  # nobody else reaches it
    assert content["networking"].get("disableDefaultCNI", False) is (origin == "built")
    assert "patches" in content["kubeadmConfigPatches"][1]


def test_a_cluster_has_a_network_and_a_kubeconfig_of_its_own(ran, tmp_path) -> None:
    files = ClusterPaths("exam")
    ran[1]["docker network inspect exam"] = (1, "no such network")
    ran[1]["docker network inspect bridge"] = (0, "1400\n")
    files.folder.mkdir(parents=True)
    files.kubeconfig.touch(0o644)
    kind.create("/x/kind", files, NodeImage("image:tag", "built"), tmp_path / "log")
    commands = [command for command, _ in ran[0]]
    mtu = "--opt com.docker.network.driver.mtu=1400"
    labels = f"--label io.cks-lab.name=exam --label io.cks-lab.state={state_home().resolve()}"
    assert f"docker network create {mtu} {labels} exam" in commands
    assert commands[-1].startswith("/x/kind create cluster --name exam --config ")
    assert f"--kubeconfig {files.kubeconfig}" in commands[-1]
    assert ran[0][-1][1]["env"] == {"KIND_EXPERIMENTAL_DOCKER_NETWORK": "exam"}
    assert files.kubeconfig.stat().st_mode & 0o777 == 0o600


def test_a_kind_that_fails_names_its_log(ran, tmp_path) -> None:
    ran[1]["/x/kind"] = (1, "could not find a log line")
    with pytest.raises(ClusterError, match="could not find a log line") as raised:
        kind.create("/x/kind", ClusterPaths("exam"), NodeImage("image:tag", "built"), tmp_path / "log")
    assert str(tmp_path / "log") in raised.value.hint


def test_removing_takes_containers_volumes_network_and_context(ran, tmp_path) -> None:
    ran[1]["docker ps"] = (0, "aaa\nbbb\n")
    (tmp_path / "config").write_text("contexts: [{name: kind-exam}, {name: work}]\ncurrent-context: work\n")
    kind.delete("exam", ClusterPaths("exam"))
    commands = [command for command, _ in ran[0]]
    assert commands == [
        "docker ps -aq --filter label=io.x-k8s.kind.cluster=exam",
        "docker rm -f -v aaa bbb",
        "docker ps -aq --filter label=io.cks-lab.name=exam",
        "docker rm -f -v aaa bbb",
        "docker network rm exam",
    ]
    assert yaml.safe_load((tmp_path / "config").read_text())["contexts"] == [{"name": "work"}]


def test_removing_what_is_not_there(ran) -> None:
    ran[1]["docker network rm"] = (1, "no such network")
    kind.delete("exam", ClusterPaths("exam"))
    assert not any(command.startswith("docker rm") for command, _ in ran[0])


def test_names() -> None:
    assert (kind.context("exam"), kind.node_container("exam")) == ("kind-exam", "exam-control-plane")


SAID = {
    "Creating cluster ...\nERROR: failed to create cluster: node(s) already exist\nStack Trace:\nsigs.k8s.io/kind": (
        "failed to create cluster: node(s) already exist."
    ),
    "ERROR: failed to create cluster: no node\nE1 cannot watch: too many open files\nStack Trace:\nmain.go": (
        "E1 cannot watch: too many open files."
    ),
    "[preflight] Some fatal errors occurred:\n\t[ERROR Port-6443]: Port 6443 is in use\nStack Trace:\nmain.go": (
        "[ERROR Port-6443]: Port 6443 is in use."
    ),
    "": "it gave no reason.",
}


@pytest.mark.parametrize("output", SAID)
def test_what_went_wrong_is_one_sentence_without_a_stack_trace(output) -> None:
    assert kind.why_not(output) == SAID[output]
