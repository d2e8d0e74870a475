"""Runs the lab's registry on a cluster's network: containerd asks it first, so nothing needs the internet."""

from lab.engine.docker import docker, labels
from lab.errors import CommandError, EngineError

ALIAS = "cks-lab-registry"
"""Its name on the network, as the node's hosts.toml files have it (cluster/node-image/learner)."""


def container(name: str) -> str:
    """The name of its container in Docker."""
    return f"{name}-registry"


def ensure(name: str, image: str) -> None:
    """See that the registry of a cluster runs, from that image; it is made, started or left as it is.

    Raises:
        EngineError: it does not start.
    """
    there = docker("inspect", "--format", "{{.State.Status}} {{.Config.Image}}", container(name), check=False).text
    state, _, made_from = there.strip().partition(" ")
    try:
        if state and made_from != image:
            docker("rm", "-f", "-v", container(name))
            state = ""
        if not state:
            place = ["--name", container(name), "--network", name, "--network-alias", ALIAS]
            docker("run", "-d", "--restart", "on-failure:1", *place, *labels(name), image)
        elif state != "running":
            docker("unpause" if state == "paused" else "start", container(name))
    except CommandError as error:
        message = f"The registry of the exercise images does not start: {error.message}"
        raise EngineError(message, "Make its image anew: lab up") from error
