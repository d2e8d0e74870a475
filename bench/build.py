"""The node image from nothing against `go build` alone, which nobody can do without."""

import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.table import Row
from lab import shell
from lab.engine.docker import LABEL, docker
from lab.images import binaries, node
from lab.images.build import Workshop

_PACKAGES = [*binaries._COMMANDS, *binaries._TOOLS]
_GOAL = 1.4


@dataclass(frozen=True)
class FromNothing(Workshop):
    """A workshop with a copy of the sources: another key of what goes in, so nothing is found as made already."""

    copy: Path

    @property
    def sources(self) -> Path:
        """The folder of the copy."""
        return self.copy


def measure(workshop: Workshop) -> Row:
    """Build the programs alone, then the whole node image, each with an empty cache of Go's; some 20 minutes.

    Packages and modules that Go's proxy gives are fetched before; Debian's packages are fetched anew.

    Raises:
        BuildError: a build failed; names the log.
    """
    with _scratch() as folder, _other_images_kept():
        fresh = FromNothing(workshop.pins, workshop.engine, workshop.status, _copy(workshop.sources, folder))
        shell.run(["go", "list", "-deps", *_PACKAGES], cwd=fresh.sources, env={"GOWORK": "off"}, timeout=1200)
        binaries.module_folder("sigs.k8s.io/kind", fresh)
        with workshop.status.phase("go build alone", binaries.ESTIMATE):
            alone = _timed_go_build(fresh, folder)
        with workshop.status.phase("The whole node image", binaries.ESTIMATE * _GOAL), _empty_go_cache(folder):
            begun = time.monotonic()
            # not node.ensure, which would remove the node image that is in use as one of an earlier build
            node._build(fresh, node._built_name(fresh))
            whole = time.monotonic() - begun
    return Row("node image from nothing, against go build alone", "s", _GOAL, (whole,), (alone,))


def _timed_go_build(workshop: Workshop, folder: Path) -> float:
    programs = folder / "programs"
    programs.mkdir()
    with _empty_go_cache(folder):
        begun = time.monotonic()
        binaries.go_build(_PACKAGES, programs, workshop, workshop.log("go"))
        taken = time.monotonic() - begun
    shutil.rmtree(programs)
    return taken


def _copy(sources: Path, folder: Path) -> Path:
    """Copy the sources and change what their keys are made of, but nothing of what is built from them."""
    copy = folder / "node-image"
    shutil.copytree(sources, copy, symlinks=True)
    (copy / "cmd" / "bench").write_text(uuid.uuid4().hex)
    packages = copy / "packages.yaml"
    lists: dict[str, list[str]] = yaml.safe_load(packages.read_text())
    packages.write_text(yaml.safe_dump({kind: names[::-1] for kind, names in lists.items()}))
    return copy


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder on a disk that the builds stage in, too: a lab that builds at the same time keeps its own."""
    cache = Path.home() / ".cache"
    cache.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="cks-lab-bench-", dir=cache))
    try:
        with _variable("XDG_CACHE_HOME", str(folder / "cache")):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _empty_go_cache(folder: Path) -> Iterator[None]:
    cache = folder / "go-build"
    try:
        with _variable("GOCACHE", str(cache)):
            yield
    finally:
        shutil.rmtree(cache, ignore_errors=True)


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@contextmanager
def _other_images_kept() -> Iterator[None]:
    """Give names of images back that the build took over, and remove the images that it left."""
    before = _images()
    try:
        yield
    finally:
        for name, identity in before:
            if "<none>" not in name:
                docker("tag", identity, name, check=False)
        for name, identity in _images() - before:
            docker("image", "rm", identity if "<none>" in name else name, check=False)


def _images() -> set[tuple[str, str]]:
    """Names and ids of all images that a lab made."""
    form = "{{.Repository}}:{{.Tag}} {{.ID}}"
    listing = docker("image", "ls", "--no-trunc", "--filter", f"label={LABEL}", "--format", form).text
    return {(name, identity) for name, _, identity in (line.partition(" ") for line in listing.splitlines())}
