import pytest

from lab import shell
from lab.errors import CommandError, EngineError
from lab.k8s import registry
from lab.shell import Completed


@pytest.fixture
def docker(monkeypatch):
    """What was run, and the state of the container that is there."""
    ran, state = [], {"inspect": (1, ""), "run": (0, ""), "start": (0, "")}

    def run(argv, *, check=True, **options):
        ran.append(" ".join(argv))
        code, text = state.get(argv[1], (0, ""))
        if check and code:
            raise CommandError(argv, code, "boom")
        return Completed(tuple(argv), code, text.encode(), b"")

    monkeypatch.setattr(shell, "run", run)
    return ran, state


def test_it_is_made_on_the_clusters_network(docker) -> None:
    ran, _ = docker
    registry.ensure("exam", "cks-lab/registry:1")
    assert ran[1].startswith("docker run -d --restart on-failure:1 --name exam-registry --network exam ")
    assert "--network-alias cks-lab-registry" in ran[1]
    assert "--label io.cks-lab.name=exam" in ran[1]
    assert "-p " not in ran[1]  # nothing of it is published on the host


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        ("running cks-lab/registry:1", []),
        ("exited cks-lab/registry:1", ["docker start exam-registry"]),
        ("paused cks-lab/registry:1", ["docker unpause exam-registry"]),
    ],
)
def test_one_that_is_there_is_taken(docker, there, wanted) -> None:
    ran, state = docker
    state["inspect"] = (0, there + "\n")
    registry.ensure("exam", "cks-lab/registry:1")
    assert ran[1:] == wanted


def test_one_of_another_image_is_made_anew(docker) -> None:
    ran, state = docker
    state["inspect"] = (0, "running cks-lab/registry:0\n")
    registry.ensure("exam", "cks-lab/registry:1")
    assert ran[1] == "docker rm -f -v exam-registry"
    assert ran[2].startswith("docker run ")


def test_one_that_does_not_start_says_what_to_do(docker) -> None:
    docker[1]["run"] = (125, "")
    with pytest.raises(EngineError, match="registry of the exercise images") as raised:
        registry.ensure("exam", "cks-lab/registry:1")
    assert "lab up" in raised.value.hint
