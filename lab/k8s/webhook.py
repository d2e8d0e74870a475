"""Runs the reference webhook in a container on a cluster's network, under the name that the API server asks for."""

import io
import tarfile
from collections.abc import Mapping

from lab.engine.docker import docker, labels
from lab.errors import CommandError, EngineError
from lab.retry import attempts

SERVICE = "external-service"
PORT = 1234
USER = 65532
_FOLDER = "/etc/webhook"
_SINCE = "3m"
_LOG_LINES = "200"
START_TIMEOUT = 20.0  # seconds


def container(name: str) -> str:
    """The name of its container in Docker."""
    return f"{name}-webhook"


def start(name: str, image: str, files: Mapping[str, bytes], service: str = SERVICE) -> None:
    """Start the webhook of a cluster and wait until it listens; one that is there is made anew.

    Args:
        name: the cluster's name, which is also that of its network.
        image: the webhook's image.
        files: cert.pem, key.pem, client-ca.pem and policy.yaml.
        service: the name on the network that the API server asks for.

    Raises:
        EngineError: it does not start.
    """
    remove(name)
    place = ["--name", container(name), "--network", name, "--network-alias", service, "--restart", "on-failure:1"]
    # the file system is not read-only: the files are copied in, which works with an engine on another machine too
    limits = ["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", str(USER)]
    arguments = ["--listen", f":{PORT}", "--cert", f"{_FOLDER}/cert.pem", "--key", f"{_FOLDER}/key.pem"]
    arguments += ["--client-ca", f"{_FOLDER}/client-ca.pem", "--policy", f"{_FOLDER}/policy.yaml"]
    try:
        docker("create", *place, *limits, *labels(name), image, *arguments)
        docker("cp", "-", f"{container(name)}:/etc", input=_archive(files))
        docker("start", container(name))
        _wait(name)
    except CommandError as error:
        remove(name)
        raise EngineError(f"The webhook does not start: {error.message}", "Make its image anew: lab up") from error


def remove(name: str) -> None:
    """Remove the webhook of a cluster, if there is one."""
    docker("rm", "-f", "-v", container(name), check=False)


def running(name: str) -> bool:
    """Whether the webhook of a cluster runs."""
    answer = docker("inspect", "--format", "{{.State.Running}}", container(name), check=False)
    return answer.text.strip() == "true"


def decisions(name: str) -> str | None:
    """The log of a cluster's webhook of the last three minutes; None when none runs."""
    if not running(name):
        return None
    return docker("logs", "--since", _SINCE, container(name)).text


def log(name: str) -> str:
    """The end of the log of a cluster's webhook, which runs: some hundred lines at most."""
    return docker("logs", "--tail", _LOG_LINES, container(name)).text


def _wait(name: str) -> None:
    """Wait until the webhook logs that it has started."""
    for _ in attempts(START_TIMEOUT, pause=0.1):
        if '"event":"started"' in (decisions(name) or ""):
            return
        if not running(name):
            break
    said = docker("logs", "--tail", "5", container(name), check=False).output.strip()
    raise CommandError(["docker", "start", container(name)], None, said, "It does not start to listen.")


def _archive(files: Mapping[str, bytes]) -> bytes:
    """A tar archive of the webhook's folder, which only the webhook's user can read."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        folder = tarfile.TarInfo(_FOLDER.rpartition("/")[2])
        folder.type, folder.mode = tarfile.DIRTYPE, 0o500
        folder.uid = folder.gid = USER
        tar.addfile(folder)
        for name, content in files.items():
            entry = tarfile.TarInfo(f"{folder.name}/{name}")
            entry.size, entry.mode = len(content), 0o400
            entry.uid = entry.gid = USER
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
