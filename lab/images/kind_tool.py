"""Finds the kind program on PATH at the pinned version, or makes it from the Go module."""

import re
import shutil
from pathlib import Path

from lab import paths, shell
from lab.engine.docker import docker, image_exists
from lab.errors import BuildError
from lab.images import binaries
from lab.images.build import Workshop, scratch


def ensure(workshop: Workshop) -> str:
    """A kind program of the pinned version: its path.

    Raises:
        BuildError: it is not on PATH at that version and there is no Go to build it with.
    """
    wanted = workshop.pins.kind
    own = paths.cache_home() / "bin" / f"kind-{wanted}"
    for candidate in (shell.which("kind"), str(own)):
        if candidate and Path(candidate).exists() and _version(candidate) == wanted:
            return candidate
    own.parent.mkdir(parents=True, exist_ok=True)
    if binaries.go_version() < binaries.GO_NEEDED:
        raise BuildError(
            f"This lab needs kind {wanted}, and it is not on PATH.",
            f"https://kind.sigs.k8s.io/docs/user/quick-start/#installation or: go install sigs.k8s.io/kind@{wanted}",
        )
    name = binaries.tag(workshop)
    if image_exists(name):
        _copy_out(name, own)
    else:
        with workshop.status.phase(f"Building kind {wanted}", 30), scratch("kind") as folder:
            binaries.go_build(["sigs.k8s.io/kind"], folder, workshop, workshop.log("kind"))
            (folder / "kind").replace(own)
    return str(own)


def purge() -> None:
    """Remove the kind programs that were built here."""
    shutil.rmtree(paths.cache_home() / "bin", ignore_errors=True)


def _version(program: str) -> str:
    found = re.search(r"\bv\d+\.\d+\.\d+\S*", shell.run([program, "version"], check=False).text)
    return found[0] if found else ""


def _copy_out(image: str, target: Path) -> None:
    container = docker("create", image, "kind").text.strip()
    try:
        draft = target.with_name(f".{target.name}")
        docker("cp", f"{container}:/programs/kind", str(draft))
        draft.chmod(0o755)
        draft.replace(target)
    finally:
        docker("rm", "-f", container, check=False)
