"""Makes one registry image with all images of the exercises, so that a lab works without any network.

cluster/exercise-images/images.yaml says what it serves and where each comes from.
"""

import urllib.error
import urllib.request
from dataclasses import dataclass, fields
from pathlib import Path

from lab import paths
from lab.catalog.decode import decode
from lab.catalog.yaml_document import Problem, parse
from lab.engine.docker import docker, image_exists, labels
from lab.errors import BuildError, CommandError, DataError
from lab.images import binaries, official, rootfs
from lab.images.build import Workshop, docker_build, drop_old, key_of, logged, one_at_a_time, scratch, stage
from lab.images.pins import Pins
from lab.retry import attempts

PORT = 5000
_PART = "cks-lab/exercise/"
_CONFIG = "/etc/registry.yml"


@dataclass(frozen=True)
class Source:
    """The source of an image: a registry's name of it, or a target of the Dockerfile."""

    target: str
    official: str


@dataclass(frozen=True)
class Served:
    """An image that the registry serves, under several names."""

    target: str
    official: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Stock:
    """images.yaml: the registry itself, the hosts that it stands in for, and what it serves."""

    registry: Source
    hosts: tuple[str, ...]
    images: tuple[Served, ...]


def load(pins: Pins, file: Path | None = None) -> Stock:
    """Read images.yaml, the pins' versions filled in.

    Raises:
        DataError: it is not of that form; lists all that is wrong.
    """
    file = file or _sources() / "images.yaml"
    problems: list[Problem] = []
    document = parse(file, problems)
    stock = decode(Stock, document, problems) if document else None
    if stock is None or problems:
        raise DataError("\n".join(str(problem) for problem in problems))
    versions = {entry.name: getattr(pins, entry.name) for entry in fields(Pins)}
    images = tuple(
        Served(
            image.target,
            image.official.format_map(versions),
            tuple(name.format_map(versions) for name in image.names),
        )
        for image in stock.images
    )
    return Stock(stock.registry, stock.hosts, images)


def ensure(workshop: Workshop, origin: str) -> str:
    """The registry's image, made first when it is not there.

    Args:
        workshop: the tools of the build.
        origin: `official` to ask image registries first, `built` to build at once.

    Raises:
        BuildError: it could not be made; names the log.
    """
    stock = load(workshop.pins)
    name = _name(workshop, origin)
    with one_at_a_time(workshop.status):
        if image_exists(name):
            return name
        with workshop.status.phase("Filling the lab's registry with what the exercises run", 40):
            images = _gather(workshop, stock, origin)
            _fill(workshop, stock, images, name)
        drop_old("cks-lab/registry", name)
    return name


def _sources() -> Path:
    return paths.data("cluster") / "exercise-images"


def _name(workshop: Workshop, origin: str) -> str:
    parts: list[str | Path] = [_sources(), repr(workshop.pins), origin, workshop.architecture]
    if origin == "built":
        parts += [rootfs.tag("exercise", workshop), binaries.tag(workshop)]
    return f"cks-lab/registry:{key_of(*parts)}"


def _gather(workshop: Workshop, stock: Stock, origin: str) -> dict[str, str]:
    """The names in Docker of the registry and of all that it serves, by target.

    Once an official one cannot be had, the others are not asked for: each would cost a time-out.
    """
    ask, found = origin == "official", dict[str, str]()
    sources = [(stock.registry.target, stock.registry.official)]
    sources += [(image.target, image.official) for image in stock.images]
    for target, name in sources:
        ask = ask and _pulled(name, workshop)
        found[target] = name if ask else _built(target, workshop)
    return found


def _pulled(name: str, workshop: Workshop) -> bool:
    try:
        return image_exists(name) or official.pull(name, workshop, workshop.log("pull"))
    except CommandError:
        return False  # the log has it


def _built(target: str, workshop: Workshop) -> str:
    name = f"{_PART}{target}"
    arguments = {"ROOTFS": rootfs.ensure("exercise", workshop), "BINARIES": binaries.ensure(workshop)}
    with scratch("exercise-images") as folder:
        context = stage(folder, context=_sources()) / "context"
        docker_build(context, context / "Dockerfile", name, arguments, workshop.log("images"), target=target)
    return name


def _fill(workshop: Workshop, stock: Stock, images: dict[str, str], name: str) -> None:
    """Push everything into a registry that runs for the purpose, and keep it with what it then holds."""
    log, program = workshop.log("images"), _program(images["registry"])
    container = f"cks-lab-filling-{key_of(name)}"
    docker("rm", "-f", "-v", container, check=False)  # of a build that was killed
    try:
        create = ["create", "--name", container, "-p", f"127.0.0.1::{PORT}", *labels("all"), "--entrypoint", program]
        logged([*create, images["registry"], "serve", _CONFIG], log)
        logged(["cp", str(_sources() / "registry.yml"), f"{container}:{_CONFIG}"], log)
        logged(["start", container], log)
        host = docker("port", container, f"{PORT}/tcp").text.split()[0]  # on loopback Docker asks for no TLS
        _wait_for(host)
        for image in stock.images:
            for served in image.names:
                _push(images[image.target], f"{host}/{served}", log)
        logged(["stop", "-t", "5", container], log)
        entrypoint = f'ENTRYPOINT ["{program}", "serve", "{_CONFIG}"]'
        logged(["commit", "--change", entrypoint, "--change", "CMD []", container, name], log)
    finally:
        docker("rm", "-f", "-v", container, check=False)


def _program(image: str) -> str:
    """The registry's program: Debian's package and the distribution project name it differently."""
    return "/usr/bin/docker-registry" if image.startswith(_PART) else "registry"


def _push(image: str, name: str, log: Path) -> None:
    logged(["tag", image, name], log)
    try:
        logged(["push", "--quiet", name], log)
    finally:
        docker("image", "rm", name, check=False)


def _wait_for(host: str, timeout: float = 30.0) -> None:
    for _ in attempts(timeout, pause=0.1):
        try:
            with urllib.request.urlopen(f"http://{host}/v2/", timeout=2):
                return
        except (urllib.error.URLError, OSError) as error:
            failed = error
    raise BuildError(f"The lab's registry did not start: {failed}", "Try again with: lab up") from failed
