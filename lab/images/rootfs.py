"""Makes the file systems of the node, of kube-proxy's image and of the exercise images, from Debian's packages."""

import os
import re
from pathlib import Path

import yaml

from lab import shell
from lab.engine.docker import LABEL, image_exists
from lab.errors import BuildError, CommandError
from lab.images.build import BUILD_TIMEOUT, Workshop, key_of, logged, scratch

ESTIMATE = 75.0  # seconds
_DOCUMENTATION = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*")
_EXCLUDED = {
    "node": _DOCUMENTATION,
    "kube_proxy": ("/usr/share/*",),
    "exercise": _DOCUMENTATION,
    "webhook": _DOCUMENTATION,
}
_VARIANT = {"node": "minbase", "kube_proxy": "extract", "exercise": "extract", "webhook": "extract"}
_TITLE = {
    "node": "the node's file system",
    "kube_proxy": "kube-proxy's file system",
    "exercise": "the exercise images' file system",
    "webhook": "the webhook's file system",
}


def tag(kind: str, workshop: Workshop) -> str:
    """The Docker image's name of a file system (a key of packages.yaml), one for each state of what goes in."""
    key = key_of(workshop.pins.debian, *_packages(kind, workshop), *_EXCLUDED[kind], _VARIANT[kind])
    return f"cks-lab/rootfs-{kind.replace('_', '-')}:{key}-{workshop.architecture}"


def ensure(kind: str, workshop: Workshop) -> str:
    """The file system as a Docker image, made first when it is not there.

    Raises:
        BuildError: Debian's packages cannot be had here; names the log.
    """
    name = tag(kind, workshop)
    if image_exists(name):
        return name
    estimate = ESTIMATE if kind == "node" else 12
    phase = workshop.status.phase(f"Making {_TITLE[kind]} from Debian's packages", estimate)
    with phase, scratch(f"rootfs-{kind}") as folder:
        archive = folder / "rootfs.tar"
        _debootstrap(kind, archive, workshop)
        logged(["import", "--change", f"LABEL {LABEL}=all", str(archive), name], workshop.log("rootfs"))
    return name


def _packages(kind: str, workshop: Workshop) -> list[str]:
    names: list[str] = yaml.safe_load((workshop.sources / "packages.yaml").read_text())[kind]
    return names


def _debootstrap(kind: str, archive: Path, workshop: Workshop) -> None:
    log = workshop.log("rootfs")
    _ensure_mmdebstrap(log)
    command = [
        "mmdebstrap",
        f"--variant={_VARIANT[kind]}",
        f"--include={','.join(_packages(kind, workshop))}",
    ]
    command += [f"--dpkgopt=path-exclude={pattern}" for pattern in _EXCLUDED[kind]]
    try:
        shell.run(
            [*command, workshop.pins.debian, str(archive), *_mirror()],
            env={"TMPDIR": str(archive.parent)}, timeout=BUILD_TIMEOUT, log=log,
        )  # fmt: skip
    except CommandError as error:
        raise BuildError(error.message, f"The full log is {log}. Try again with: lab up") from error


def _ensure_mmdebstrap(log: Path) -> None:
    if shell.which("mmdebstrap"):
        return
    if not shell.which("apt-get") or os.geteuid() != 0:
        message = "The node image has to be built, which needs mmdebstrap (on Debian and Ubuntu: a package)."
        raise BuildError(message, "Install it as root: apt-get install mmdebstrap, then: lab up")
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    shell.run([*apt, "update"], timeout=300, check=False, log=log)
    shell.run([*apt, "install", "-y", "--no-install-recommends", "mmdebstrap"], timeout=600, log=log)


def _mirror() -> list[str]:
    """The Debian archive that this machine's own apt uses; none on Ubuntu, where mmdebstrap's default holds."""
    query = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
    answer = shell.run(query, check=False).text
    archives = [line for line in answer.splitlines() if re.search(r"/debian/?$", line)]
    return archives[:1]
