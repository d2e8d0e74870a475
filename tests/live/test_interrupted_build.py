"""Ctrl-C in the middle of the Go build: nothing goes on behind the learner's back, and the next build goes on there.

The build is one of its own: a copy of the checkout with a comment more has another key, and Go's cache is empty. It is
never brought to its end, which would take ten minutes more; that a build ends well is what a new machine shows.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from live_program import Lab

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
LABEL = "io.cks-lab.name"
KEPT = "cks-lab-test-kept"
HOUR = 3600.0
TAG = """
from lab.engine import docker
from lab.images import binaries, pins
from lab.images.build import Workshop
from lab.phases import Silent

print(binaries.tag(Workshop(pins.load(), docker.find(), Silent())))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder on a disk: /tmp may be in memory."""
    home = Path.home() / ".cache"
    home.mkdir(exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="cks-lab-test-", dir=home))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def images_kept() -> Iterator[None]:
    """All images as they were: a build takes over names, and removes node images of earlier builds."""
    before = _images()
    named = sorted({identity for name, identity in before if "<none>" not in name})
    for number, identity in enumerate(named):
        _docker("tag", identity, f"{KEPT}:{number}")
    yield
    for name, identity in before:
        if "<none>" not in name:
            _docker("tag", identity, name)
    for name, identity in _images() - before:
        _docker("image", "rm", identity if "<none>" in name else name, check=False)


@pytest.fixture
def lab(images_kept: None, folder: Path, others: Callable[..., Lab]) -> Lab:
    """`lab` as the copy of the checkout has it, with a Go cache of its own."""
    copy = folder / "checkout"
    copy.mkdir()
    for name in ("lab", "cluster", "exercises", "solutions"):
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    source = copy / "cluster" / "node-image" / "cmd" / "pause" / "main.go"
    source.write_text(f"{source.read_text()}\n// {folder.name}: another key, the same program\n")
    environment = {"PYTHONSAFEPATH": "1", "PYTHONPATH": str(copy), "GOCACHE": str(folder / "go-build")}
    return others("build", environment)


def test_an_interrupted_build_goes_on_where_it_was(lab: Lab, folder: Path) -> None:
    cache = folder / "go-build"
    _interrupted(lab, folder, lambda: len(_files(cache)) > 300)
    assert _images_of(lab) == set()
    kept = _files(cache)
    _interrupted(lab, folder, lambda: len(_files(cache) - kept) > 100)
    assert kept <= _files(cache)  # what was compiled stays
    assert _images_of(lab) == set()


def _interrupted(lab: Lab, folder: Path, far: Callable[[], bool]) -> None:
    """Start the build, press Ctrl-C when it is so far, and see that nothing of it goes on."""
    cache = folder / "go-build"
    with (folder / "said").open("w+") as said:
        process = subprocess.Popen(
            lab.argv("up", "--from-source"), env=lab.environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        try:
            _wait_until(lambda: "compile" in _builders(cache).values() and far(), process)
            os.kill(process.pid, signal.SIGINT)
            assert process.wait(15) == 130
            assert _left(cache) == {}
        finally:
            process.kill()
            process.wait()
            for pid in _builders(cache):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        said.seek(0)
        words = said.read()
    assert "Traceback" not in words
    assert "Nothing is lost" in words


def _builders(cache: Path) -> dict[int, str]:
    """The programs that work for this Go cache, the lab itself left out: names by process id."""
    found: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            name = (folder / "comm").read_text().strip()
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            environment = (folder / "environ").read_bytes().split(b"\0")
            if f"GOCACHE={cache}".encode() in environment and state != "Z" and not name.startswith("python"):
                found[int(folder.name)] = name
    return found


def _left(cache: Path) -> dict[int, str]:
    """The programs that still work for this Go cache after a moment in which those that were told to end can."""
    for _ in range(50):
        if not (left := _builders(cache)):
            break
        time.sleep(0.1)
    return left


def _files(cache: Path) -> set[str]:
    """The entries of a Go cache: what was compiled, by the hash of what went into it."""
    return {path.name for path in cache.glob("[0-9a-f][0-9a-f]/*") if not path.name.endswith(".tmp")}


def _wait_until(true: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + HOUR
    while not true():
        assert process.poll() is None, "it ended before it could be interrupted"
        assert time.monotonic() < deadline, "no compile process ever ran"
        time.sleep(0.2)


def _images_of(lab: Lab) -> set[str]:
    """The image of the programs that the copy's sources make; its name holds their key."""
    name = subprocess.check_output([sys.executable, "-c", TAG], env=lab.environment, text=True).strip()
    assert name.startswith("cks-lab/binaries:")
    return {image for image, _ in _images() if image == name}


def _images() -> set[tuple[str, str]]:
    """Names and ids of all images that a lab made."""
    form = "{{.Repository}}:{{.Tag}} {{.ID}}"
    listing = _docker("image", "ls", "--no-trunc", "--filter", f"label={LABEL}", "--format", form)
    return {(name, identity) for name, _, identity in (line.partition(" ") for line in listing.splitlines())}


def _docker(*arguments: str, check: bool = True) -> str:
    return subprocess.run(["docker", *arguments], check=check, capture_output=True, text=True).stdout
