"""The official node image, where an image registry answers."""

import os
import threading
import time

from lab import shell
from lab.engine.docker import image_exists
from lab.errors import CommandError
from lab.images.workshop import Workshop

DECISION = 10.0  # seconds in which a registry has to send the first word about the image
PULL_TIMEOUT = 3600.0
OVERRIDE = "LAB_NODE_IMAGE"
"""Names another node image (with its digest) than the pinned one: a mirror of it, or one made for a test."""


def reference(workshop: Workshop) -> str:
    """The node image asked for: the pinned one, or the one that the override names."""
    return os.environ.get(OVERRIDE) or workshop.pins.node_image


def obtain(workshop: Workshop) -> str:
    """The official node image, pulled by the engine, which knows its own mirrors, proxies and logins.

    Returns:
        Its name in Docker; empty when no registry sent anything within 10 s, or the pull failed.
    """
    name = reference(workshop)
    if image_exists(name):
        return name
    log = workshop.log("pull")
    log.write_text("")
    answered = threading.Event()
    pull = shell.Background(["docker", "pull", name], log)
    try:
        with workshop.status.phase(f"Asking the image registry for {name.partition('@')[0]}", DECISION):
            deadline = time.monotonic() + DECISION
            while time.monotonic() < deadline and not answered.is_set() and pull.running():
                if _says_something(log.read_text(errors="replace")):
                    answered.set()
                time.sleep(0.2)
        if pull.running() and answered.is_set():
            with workshop.status.phase(f"Pulling {name.partition('@')[0]}", 120):
                pull.wait(PULL_TIMEOUT)
        if pull.succeeded():
            return name
    except CommandError:
        pass
    finally:
        pull.stop()
    workshop.status.note(f"No image registry gave {name.partition('@')[0]}: the node image is built from source.")
    return ""


def _says_something(output: str) -> bool:
    """Whether the registry has sent the image's manifest: Docker then names its layers."""
    return "Pulling from" in output or "Pulling fs layer" in output
