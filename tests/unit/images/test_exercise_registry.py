import re
import shutil
from pathlib import Path

import pytest

from lab import paths
from lab.errors import BuildError, DataError
from lab.images import binaries, exercise_registry, gatekeeper, rootfs


@pytest.fixture
def parts(workshop, monkeypatch) -> None:
    """File system and programs are there already."""
    monkeypatch.setattr(rootfs, "ensure", lambda kind, workshop: f"rootfs-{kind}")
    monkeypatch.setattr(binaries, "ensure", lambda workshop: "binaries")
    monkeypatch.setattr(exercise_registry, "_wait_for", lambda host: None)


def script(docker, missing: str = "cks-lab/", pulls: bool = True) -> Path:
    """A docker command that has no image of those names, and logs what it is asked."""
    log = docker.parent / "asked"
    docker.write_text(
        f'#!/bin/sh\necho "$*" >>{log}\n'
        f'case "$1 $2 $3" in "image inspect {missing}"*|"image inspect docker.io"*) exit 1;; '
        f'"port "*) echo 127.0.0.1:4321;; "pull "*) {"echo Pulling from x" if pulls else "exit 1"};; esac\n'
    )
    return log


def test_what_is_served_is_pinned_and_reachable(workshop) -> None:
    stock = exercise_registry.load(workshop.pins)
    names = [name for image in stock.images for name in image.names]
    assert len(names) == len(set(names))
    assert f"openpolicyagent/gatekeeper:{workshop.pins.gatekeeper}" in names
    assert all(re.fullmatch(r"[a-z0-9./-]+:[A-Za-z0-9._-]+", name) for name in names)
    dockerfile = (paths.data("cluster") / "exercise-images" / "Dockerfile").read_text()
    for target in ("registry", *(image.target for image in stock.images)):
        assert f" AS {target}\n" in dockerfile
    hosts = paths.data("cluster") / "node-image" / "learner" / "etc" / "containerd" / "certs.d"
    assert sorted(stock.hosts) == sorted(folder.name for folder in hosts.iterdir())


def test_every_host_file_names_the_registry_that_runs() -> None:
    from lab.k8s import registry

    hosts = paths.data("cluster") / "node-image" / "learner" / "etc" / "containerd" / "certs.d"
    for folder in hosts.iterdir():
        assert f'[host."http://{registry.ALIAS}:{exercise_registry.PORT}"]' in (folder / "hosts.toml").read_text()


def test_a_broken_list_is_refused(workshop, tmp_path) -> None:
    file = tmp_path / "images.yaml"
    file.write_text("registry: {target: registry, official: x}\nhosts: [docker.io]\nimages: [{target: nginx}]\n")
    with pytest.raises(DataError, match='"official" is missing'):
        exercise_registry.load(workshop.pins, file)


def test_built_from_what_is_here(workshop, parts, docker) -> None:
    log = script(docker)
    name = exercise_registry.ensure(workshop, "built")
    asked = log.read_text()
    assert "pull" not in asked
    for target in ("registry", "nginx", "busybox", "gatekeeper"):
        assert f"--target {target}" in asked
    assert "push --quiet 127.0.0.1:4321/library/nginx:latest" in asked
    assert 'ENTRYPOINT ["/usr/bin/docker-registry", "serve", "/etc/registry.yml"]' in asked
    assert asked.rstrip().splitlines()[-2].startswith("rm -f -v cks-lab-filling-")
    assert f" {name}\n" in asked


def test_official_images_are_pulled(workshop, parts, docker) -> None:
    log = script(docker)
    exercise_registry.ensure(workshop, "official")
    asked = log.read_text()
    assert "--target" not in asked
    assert f"pull docker.io/openpolicyagent/gatekeeper:{workshop.pins.gatekeeper}" in asked
    assert 'ENTRYPOINT ["registry", "serve", "/etc/registry.yml"]' in asked


def test_after_one_pull_that_fails_all_is_built(workshop, parts, docker) -> None:
    log = script(docker, pulls=False)
    exercise_registry.ensure(workshop, "official")
    asked = log.read_text()
    assert asked.count("\npull ") == 1
    assert asked.count("--target") == 4


def test_a_registry_that_is_there_is_taken(workshop, parts, docker) -> None:
    log = script(docker, missing="nothing")
    assert exercise_registry.ensure(workshop, "built") == exercise_registry._name(workshop, "built")
    assert log.read_text().splitlines() == [f"image inspect {exercise_registry._name(workshop, 'built')}"]


def test_a_change_of_what_goes_in_makes_another_registry(workshop) -> None:
    before = exercise_registry._name(workshop, "built")
    assert exercise_registry._name(workshop, "official") != before
    file = paths.data("cluster") / "exercise-images" / "images.yaml"
    file.write_text(file.read_text() + "# changed\n")
    assert exercise_registry._name(workshop, "built") != before


def test_the_manifest_is_checked_and_kept(workshop, tmp_path, monkeypatch) -> None:
    module = tmp_path / "module"
    (module / "deploy").mkdir(parents=True)
    (module / "deploy" / "gatekeeper.yaml").write_text("kind: Namespace\n")
    monkeypatch.setattr(binaries, "module_folder", lambda name, workshop: module)
    with pytest.raises(BuildError, match="not the pinned one"):
        gatekeeper.manifest(workshop)
    good = gatekeeper._digest(b"kind: Namespace\n")
    pinned = type(workshop)(
        type(workshop.pins)(**{**vars(workshop.pins), "gatekeeper_manifest": good}), workshop.engine, workshop.status
    )
    assert gatekeeper.manifest(pinned) == "kind: Namespace\n"
    shutil.rmtree(module)
    assert gatekeeper.manifest(pinned) == "kind: Namespace\n"  # from the cache
    kept = next(paths.cache_home().glob("gatekeeper-*.yaml"))
    kept.write_text("kind: Evil\n")
    with pytest.raises(FileNotFoundError):
        gatekeeper.manifest(pinned)
    gatekeeper.purge()
    assert not kept.exists()
