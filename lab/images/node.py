"""Makes the node image: the base, what a learner needs, and images with names by digest."""

from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import shell
from lab.engine import capabilities
from lab.engine.docker import LABEL, docker, image_exists, labels
from lab.errors import BuildError, CommandError
from lab.images import binaries, official, rootfs
from lab.images.build import (
    BUILD_TIMEOUT,
    Workshop,
    docker_build,
    drop_old,
    key_of,
    logged,
    one_at_a_time,
    scratch,
    stage,
)

PREFIX = "cks-lab/part/"
_BUILD = binaries.ESTIMATE + 70.0
"""Seconds for the node image from source: compiling beside Debian's packages, then the phases below."""
_PULL = 150.0
"""Seconds for the node image from a registry: the pull, and what is added to it."""
_AFTERWARDS = 95.0
"""Seconds for what comes after the node image: what runs beside the node, and the cluster."""
_ENTRYPOINT = '["/usr/local/bin/entrypoint","/sbin/init"]'


@dataclass(frozen=True)
class NodeImage:
    """A node image that kind can start: its name in Docker, and where it comes from (`official`, `built`)."""

    reference: str
    origin: str


def ensure(workshop: Workshop, from_source: bool) -> NodeImage:
    """The learner's node image, made first when it is not there.

    Args:
        workshop: the tools of the build.
        from_source: build it even where an image registry answers.

    Raises:
        BuildError: it could not be made; names the log.
    """
    with one_at_a_time(workshop.status):
        name = _built_name(workshop)
        ask = official.overridden() or not image_exists(name)  # what was built here once is not asked for again
        base = ""
        if ask and not from_source:
            workshop.status.ahead(_PULL + _AFTERWARDS)
            base = official.obtain(workshop)
        if base:
            return NodeImage(_finish(workshop, base, components={}), "official")
        if not image_exists(name):
            _build(workshop, name)
            drop_old("cks-lab/node", name, f"{name}-plain")
        return NodeImage(name, "built")


def purge() -> None:
    """Remove every image that the lab made; Docker keeps those that a container of another lab still uses."""
    listing = docker("image", "ls", "--filter", f"label={LABEL}", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}").text
    for line in listing.splitlines():
        name, _, identity = line.partition(" ")
        docker("image", "rm", identity if "<none>" in name else name, check=False)


def _built_name(workshop: Workshop) -> str:
    parts = (binaries.tag(workshop), rootfs.tag("node", workshop), rootfs.tag("kube_proxy", workshop))
    source = workshop.sources
    files = (source / "base", source / "base.Dockerfile", source / "components.Dockerfile")
    return _final_name(workshop, key_of(*parts, *files, repr(workshop.pins)))


def _final_name(workshop: Workshop, base: str) -> str:
    source = workshop.sources
    files = (source / "learner", source / "learner.Dockerfile", source / "preload.sh")
    key = key_of(base, *files, repr(capabilities.missing_here()))
    return f"cks-lab/node:{workshop.pins.kubernetes}-{key}"


def _build(workshop: Workshop, name: str) -> None:
    workshop.status.ahead(_BUILD + _AFTERWARDS)
    workshop.status.note(f"Building the node image from source. Full logs: {workshop.log('go').parent}/build-*.log")
    tags = _side_by_side(workshop)
    with workshop.status.phase("Making the control plane's images", 25):
        components = _components(workshop, tags)
    with workshop.status.phase("Making the base of the node image", 15):
        base = _base(workshop, tags)
    _finish(workshop, base, components, name)


def _side_by_side(workshop: Workshop) -> dict[str, str]:
    """File systems and Go build at the same time: one waits for the network where the other computes."""

    def file_systems() -> tuple[str, str]:
        node, proxy = rootfs.ensure("node", workshop), rootfs.ensure("kube_proxy", workshop)
        for later in ("exercise", "webhook"):  # other images want them, and now there is time
            rootfs.ensure(later, workshop)
        return node, proxy

    with ThreadPoolExecutor(2) as pool:
        systems, programs = pool.submit(file_systems), pool.submit(binaries.ensure, workshop)
        try:
            tasks: tuple[Future[Any], ...] = (systems, programs)
            wait(tasks, return_when=FIRST_EXCEPTION)
            if programs.done():
                programs.result()  # a build that failed ends the other at once
            node, proxy = systems.result()
            return {"ROOTFS": node, "PROXY_ROOTFS": proxy, "BINARIES": programs.result()}
        except BaseException:
            shell.stop_all()
            raise


def _components(workshop: Workshop, tags: dict[str, str]) -> dict[str, str]:
    """Build the control plane's images; gives their names in Docker by component.

    There they stand under a prefix of the lab's own, so that images of the same name that the user has are
    left alone; preload.sh takes the prefix off.
    """
    images = {component: PREFIX + name for component, name in workshop.pins.component_images.items()}
    dockerfile = workshop.sources / "components.Dockerfile"
    arguments = {name: tags[name] for name in ("BINARIES", "PROXY_ROOTFS")}
    with scratch("components") as empty:
        for component, name in images.items():
            docker_build(empty, dockerfile, name, arguments, workshop.log("images"), target=component)
    return images


def _base(workshop: Workshop, tags: dict[str, str]) -> str:
    kind_files = binaries.module_folder("sigs.k8s.io/kind", workshop) / "images" / "base" / "files"
    name = f"cks-lab/base:{key_of(*tags.values())}"
    arguments = {
        "BINARIES": tags["BINARIES"], "ROOTFS": tags["ROOTFS"],
        "KUBERNETES": workshop.pins.kubernetes, "PAUSE": workshop.pins.pause,
    }  # fmt: skip
    with scratch("base") as folder:
        context = stage(folder, kind=kind_files, base=workshop.sources / "base")
        docker_build(context, workshop.sources / "base.Dockerfile", name, arguments, workshop.log("images"))
    return name


def _finish(workshop: Workshop, base: str, components: dict[str, str], name: str = "") -> str:
    """Add what a learner needs, the control plane's images and their names by digest."""
    name = name or _final_name(workshop, base)
    if image_exists(name):
        return name
    log = workshop.log("images")
    with workshop.status.phase("Adding the learner's tools", 10), scratch("learner") as folder:
        context = stage(folder, learner=workshop.sources / "learner")
        arguments = {
            "NODE": base,
            "RESTRICT_OOM_SCORE": str("CAP_SYS_RESOURCE" in capabilities.missing_here()).lower(),
        }
        plain = f"{name}-plain"
        docker_build(context, workshop.sources / "learner.Dockerfile", plain, arguments, log)
    with workshop.status.phase("Loading the control plane's images into the node image", 20):
        _preload(workshop.sources / "preload.sh", plain, components, name, log)
    return name


def _preload(script: Path, image: str, components: dict[str, str], name: str, log: Path) -> None:
    container = f"cks-lab-preload-{key_of(name)}"
    docker("rm", "-f", container, check=False)  # of a build that was killed
    verb = "import" if components else "name"
    entry = ["--entrypoint", "/bin/bash", image, "-c", script.read_text(), "preload", verb]
    try:
        docker("create", "-i", "--privileged", "--name", container, *labels("all"), *entry)
        if components:
            with scratch("images") as folder:
                archive = folder / "images.tar"
                logged(["save", "-o", str(archive), *components.values()], log)
                with archive.open("rb") as stream:
                    docker("start", "-i", "-a", container, stdin=stream, timeout=BUILD_TIMEOUT)
        else:
            docker("start", "-i", "-a", container, timeout=BUILD_TIMEOUT)
        changes = (f"ENTRYPOINT {_ENTRYPOINT}", "CMD []", f"LABEL {LABEL}=all")
        change = [word for text in changes for word in ("--change", text)]
        logged(["commit", *change, container, name], log)
    except CommandError as error:
        raise BuildError(error.message, f"The full log is {log}. Try again with: lab up") from error
    finally:
        docker("rm", "-f", container, check=False)
