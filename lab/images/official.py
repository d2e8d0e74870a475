"""The official node image, where an image registry answers."""

import os
import ssl
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path

from lab import shell
from lab.engine.docker import image_exists
from lab.errors import CommandError
from lab.images.build import Workshop
from lab.images.pins import Pins
from lab.model import Finding
from lab.retry import attempts

DECISION = 10.0  # seconds in which a registry has to send the first word about the image
PULL_TIMEOUT = 3600.0
OVERRIDE = "LAB_NODE_IMAGE"
"""Names another node image (with its digest) than the pinned one: a mirror of it, or one made for a test."""


def reference(pins: Pins) -> str:
    """The node image asked for: the pinned one, or the one that the override names."""
    return os.environ.get(OVERRIDE) or pins.node_image


def overridden() -> bool:
    """Whether another node image than the pinned one is asked for."""
    return bool(os.environ.get(OVERRIDE))


def finding(pins: Pins) -> Finding:
    """Whether an image registry answers this machine, for `lab doctor`."""
    name = reference(pins)
    first = name.partition("/")[0]
    host = first if "." in first or ":" in first or first == "localhost" else "registry-1.docker.io"
    scheme = "http" if host.partition(":")[0] in ("localhost", "127.0.0.1") else "https"
    try:
        with urllib.request.urlopen(f"{scheme}://{host}/v2/", timeout=5, context=ssl.create_default_context()):
            seen = f"{host} answers"
    except urllib.error.HTTPError as error:  # 401 is the usual answer to a client without a token
        seen = f"{host} answers ({error.code})"
    except (OSError, ValueError, HTTPException):
        advice = "Nothing to do: the node image is built from source instead, which needs Go and takes some minutes."
        return Finding("image registry", False, f"{host} does not answer", advice, required=False)
    return Finding("image registry", True, seen, required=False)


def obtain(workshop: Workshop) -> str:
    """The official node image, pulled by the engine, which knows its own mirrors, proxies and logins.

    Returns:
        Its name in Docker; empty when no registry sent anything within 10 s, or the pull failed.
    """
    name = reference(workshop.pins)
    if image_exists(name):
        return name
    log = workshop.log("pull")
    log.write_text("")
    try:
        if pull(name, workshop, log):
            return name
    except CommandError:
        pass  # the log has it; the note says what happens instead
    workshop.status.note(f"No image registry gave {name.partition('@')[0]}: the node image is built from source.")
    return ""


def pull(name: str, workshop: Workshop, log: Path) -> bool:
    """Pull an image; whether it came. Nothing sent within 10 s counts as no.

    Raises:
        CommandError: the pull could not be started, or took too long.
    """
    short = name.partition("@")[0]
    puller = shell.Background(["docker", "pull", name], log)
    try:
        with workshop.status.phase(f"Asking the image registry for {short}", DECISION):
            any(not puller.running() or _answered(log) for _ in attempts(DECISION, pause=0.2))
        if puller.running() and _answered(log):
            with workshop.status.phase(f"Pulling {short}", 120):
                puller.wait(PULL_TIMEOUT)
        return puller.succeeded()
    finally:
        puller.stop()


def _answered(log: Path) -> bool:
    """Whether the registry has sent the image's manifest: Docker then names its layers."""
    output = log.read_text(errors="replace")
    return "Pulling from" in output or "Pulling fs layer" in output
