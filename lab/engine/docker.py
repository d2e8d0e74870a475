"""Runs Docker's command-line client, which knows contexts, hosts and logins."""

import json
from dataclasses import dataclass
from typing import Any

from lab import shell
from lab.errors import CommandError, EngineError

LABEL = "io.cks-lab.name"
"""On everything that the lab makes in Docker; its value is the cluster's name, or `all` for what is shared."""
STATE_LABEL = "io.cks-lab.state"
"""On a cluster's network; its value is the state folder of the lab that made it."""


@dataclass(frozen=True)
class Engine:
    """A Docker engine that answers."""

    version: str
    cgroup_version: int
    architecture: str
    memory_bytes: int
    cpus: int
    root: str

    @property
    def title(self) -> str:
        """For people: `Docker 28.2.2`."""
        return f"Docker {self.version}"


def find() -> Engine:
    """The engine that the Docker client reaches.

    Raises:
        EngineError: there is no client, or no engine answers; the message says which.
    """
    if not shell.which("docker"):
        raise EngineError("There is no docker command on this machine.", "Install and start it with: lab doctor --fix")
    try:
        answer = shell.run(["docker", "info", "--format", "{{json .}}"], timeout=30, check=False)
        info: dict[str, Any] = json.loads(answer.text or "{}")
    except (CommandError, ValueError) as error:
        message = f"The Docker engine gave no usable answer: {error}"
        raise EngineError(message, "Ask it yourself: docker info") from error
    if not info.get("ServerVersion"):
        reason = " ".join(info.get("ServerErrors") or [answer.output.strip()]) or "it gave no reason"
        raise EngineError(_say(reason), "Start it with: lab doctor --fix")
    return Engine(
        version=info["ServerVersion"],
        cgroup_version=int(info.get("CgroupVersion") or 1),
        architecture=info.get("Architecture", ""),
        memory_bytes=int(info.get("MemTotal") or 0),
        cpus=int(info.get("NCPU") or 0),
        root=info.get("DockerRootDir", ""),
    )


def _say(reason: str) -> str:
    if "permission denied" in reason.lower():
        return (
            "This user may not use the Docker engine (permission denied on its socket). "
            "Add the user to the group docker and log in again, or use root."
        )
    return f"No Docker engine answers: {reason.splitlines()[-1]}"


def docker(*arguments: str, **options: Any) -> shell.Completed:
    """Run the Docker client; options are those of `shell.run`.

    Raises:
        CommandError: it failed.
    """
    return shell.run(["docker", *arguments], **options)


def image_exists(reference: str) -> bool:
    """Whether the engine has an image of that name."""
    return shell.succeeds(["docker", "image", "inspect", reference])


def image_id(reference: str) -> str:
    """The id of an image, `sha256:...`: a digest of all that is in it.

    Raises:
        CommandError: there is no image of that name.
    """
    return docker("image", "inspect", "--format", "{{.Id}}", reference).text.strip()


def labels(name: str) -> list[str]:
    """The arguments that put the lab's label on something new."""
    return ["--label", f"{LABEL}={name}"]
