"""The path of the official node image, against an image registry on this machine.

The registry serves, through the override of name and digest, a stand-in for kindest/node made from the image that
was built here: images without names by digest, kind's place for a CNI manifest, none of the learner's things.
"""

import json
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from live_program import Lab

pytestmark = pytest.mark.long

STRIP = (Path(__file__).parent / "strip_node.sh").read_text()


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry of Debian's package, unpacked and not installed: its address on loopback."""
    folder = tmp_path_factory.mktemp("registry")
    program = shutil.which("docker-registry")
    if not program:
        if not shutil.which("apt-get"):
            pytest.skip("no docker-registry, and no apt-get to have it from")
        folder.chmod(0o755)  # apt downloads as a user of its own
        subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
        subprocess.run(["apt-get", "download", "-qq", "docker-registry"], cwd=folder, check=True, capture_output=True)
        [package] = folder.glob("*.deb")
        subprocess.run(["dpkg", "-x", package, folder], check=True)
        program = str(folder / "usr" / "bin" / "docker-registry")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    config = folder / "config.yml"
    config.write_text(json.dumps(settings))
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([program, "serve", config], stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/v2/")
        yield f"localhost:{port}"
    finally:
        process.kill()
        process.wait()


def _wait_for(url: str) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


@pytest.fixture(scope="module")
def stand_in(registry: str, lab: Lab) -> Iterator[str]:
    """The stand-in, pushed: its name by digest."""
    record = json.loads((lab.state / "clusters" / lab.name / "cluster.json").read_text())
    container, tag = "cks-lab-test-stand-in", f"{registry}/kindest/node:v1.36.4"

    def docker(*arguments: str) -> str:
        return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout

    subprocess.run(["docker", "rm", "-f", container], check=False, capture_output=True)
    docker("run", "--privileged", "--name", container, "--entrypoint", "bash", record["node_image"], "-c", STRIP)
    try:
        docker("commit", "-c", 'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]', "-c", "CMD []", container, tag)
    finally:
        docker("rm", "-f", container)
    digest = re.search(r"sha256:[0-9a-f]{64}", docker("push", tag))
    assert digest
    docker("image", "rm", tag)
    name = f"{registry}/kindest/node@{digest[0]}"
    yield name
    subprocess.run(["docker", "image", "rm", name], check=False, capture_output=True)


def test_the_official_image_is_pulled_by_digest_and_made_a_learners_node(
    stand_in: str, others: Callable[..., Lab]
) -> None:
    lab = others("official", {"LAB_NODE_IMAGE": stand_in})
    said = lab("up").stderr
    assert "Asking the image registry" in said
    assert "built from source" not in said
    lab("start", "image-digest")
    assert lab.verify("image-digest", expect=1).score == (0, 10)
    lab("solve", "image-digest")
    assert lab.verify("image-digest", expect=0).score == (10, 10)
    for program in ("k", "vim", "nano", "crictl"):
        lab.node(f"command -v {program}")
    lab("reset", "--all")
    assert lab.verify("image-digest", expect=1).score == (0, 10)


def test_a_registry_that_lacks_the_image_is_said_and_the_image_is_built(registry: str, state: Path) -> None:
    """Without a cluster being made: the decision alone, by the program's own words."""
    lab = Lab("cks-lab-test-lacking", state, {"LAB_NODE_IMAGE": f"{registry}/kindest/node@sha256:{'0' * 64}"})
    try:
        said = lab("up").stderr
        assert "No image registry gave" in said
    finally:
        lab("down", expect=None)
