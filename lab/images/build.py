"""Shared by the builders: keys of their inputs, logs, staged folders, Docker builds."""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab import paths
from lab.engine.docker import LABEL, Engine, docker, labels
from lab.errors import BuildError, CommandError
from lab.images.pins import Pins
from lab.phases import Status

BUILD_TIMEOUT = 5400.0  # seconds; a slow laptop compiles Kubernetes in less


@dataclass(frozen=True)
class Workshop:
    """The tools of one build: pins, engine, status, and where the sources lie."""

    pins: Pins
    engine: Engine
    status: Status

    @property
    def sources(self) -> Path:
        """The folder of the node image's sources."""
        return paths.data("cluster") / "node-image"

    @property
    def architecture(self) -> str:
        """The engine's architecture as Go and Debian name it."""
        return {"x86_64": "amd64", "aarch64": "arm64"}.get(self.engine.architecture, self.engine.architecture)

    def log(self, part: str) -> Path:
        """The full log of one part of the build."""
        return paths.log_file(f"build-{part}")


def key_of(*inputs: str | Path) -> str:
    """A short hash of texts and of files and folders by name, mode and content: what makes a build another one."""
    digest = hashlib.sha256()
    for entry in inputs:
        if isinstance(entry, str):
            digest.update(b"text\0" + entry.encode() + b"\0")
            continue
        files = sorted(path for path in entry.rglob("*") if path.is_file()) if entry.is_dir() else [entry]
        for file in files:
            executable = "x" if file.stat().st_mode & 0o100 else "-"
            digest.update(f"{file.relative_to(entry.parent)}\0{executable}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


@contextmanager
def one_at_a_time(status: Status) -> Iterator[None]:
    """Hold the lock of all builds of this user: two at once would do the same work twice, and empty each other's
    `scratch` folders. It lies beside those, where labs with state folders of their own meet.
    """
    with (paths.private_directory(paths.cache_home()) / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            status.note("Another lab is building images; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def scratch(purpose: str) -> Iterator[Path]:
    """A folder for staging that is gone afterwards, and on a disk: /tmp may be in memory.

    One a purpose: what a killed build left there is removed by the next; builds hold the lock.
    """
    folder = paths.cache_home() / "work" / purpose
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield paths.private_directory(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def docker_build(
    context: Path, dockerfile: Path, tag: str, arguments: Mapping[str, str], log: Path, target: str = ""
) -> None:
    """Build an image from a staged context.

    Raises:
        BuildError: docker build failed; names the log.
    """
    command = ["build", "-t", tag, "-f", str(dockerfile), *labels("all")]
    command += [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]
    command += ["--target", target] if target else []
    logged([*command, str(context)], log)


def logged(command: list[str], log: Path, **options: object) -> None:
    """Run the Docker client with its output in a log.

    Raises:
        BuildError: it failed; names the log.
    """
    try:
        docker(*command, timeout=BUILD_TIMEOUT, log=log, **options)
    except CommandError as error:
        raise BuildError(error.message, f"The full log is {log}. Go on where it stopped with: lab up") from error


def stage(target: Path, **folders: Path) -> Path:
    """Copy folders side by side into a build context; what comes from Go's module cache is read-only there."""
    for name, source in folders.items():
        shutil.copytree(source, target / name, symlinks=True, dirs_exist_ok=True)
        for path in (target / name).rglob("*"):
            path.chmod(path.stat().st_mode | 0o200)
    return target


def drop_old(repository: str, *keep: str) -> None:
    """Remove the images of earlier builds from one of the lab's repositories; Docker keeps those still in use.

    Args:
        repository: such as `cks-lab/node`.
        keep: names with their tags that stay.
    """
    listing = docker("image", "ls", "--filter", f"label={LABEL}", "--format", "{{.Repository}}:{{.Tag}}").text
    for name in listing.split():
        if name.startswith(f"{repository}:") and name not in keep:
            docker("image", "rm", name, check=False)
