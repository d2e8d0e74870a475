"""Installs and starts the Docker engine on Debian and Ubuntu, and advises what to do elsewhere."""

import os
from collections.abc import Callable
from pathlib import Path

from lab import paths, shell
from lab.engine import capabilities
from lab.engine.docker import Engine, find
from lab.errors import CommandError, EngineError
from lab.phases import Status
from lab.retry import attempts

PACKAGES = ("docker.io", "containerd", "runc", "iptables", "cgroupfs-mount")
START_TIMEOUT = 60.0  # seconds; a killed daemon's containers are cleaned up first
Ask = Callable[[str], bool]

_ELSEWHERE = (
    "Install Docker Engine 20.10 or later (or Docker Desktop) for this system, start it, and try again: "
    "https://docs.docker.com/engine/install/"
)


def ensure(status: Status, ask: Ask) -> Engine:
    """The engine, installed and started first where that is possible.

    Args:
        status: shows the phases of the work.
        ask: asks a yes-or-no question before `sudo` is used; answers False where nobody can be asked.

    Raises:
        EngineError: there is none and it could not be had; the hint says what to install or start.
    """
    try:
        return find()
    except EngineError as error:
        if "permission denied" in error.message:
            raise
        if told := elsewhere():
            error.hint = f"Docker's client is told to use {told}: start that engine, or let it use this machine's own."
            raise
        reason = error
    if not _debian():
        raise EngineError(reason.message, _ELSEWHERE)
    sudo = _privilege(reason, ask)
    if not shell.which("dockerd"):
        with status.phase("Installing Docker from the system's packages", 30):
            _install(sudo)
    with status.phase("Starting the Docker engine", 5):
        return _start(sudo)


def elsewhere() -> str:
    """The setting that makes Docker's client use another engine than this machine's; empty where none does."""
    if address := os.environ.get("DOCKER_HOST"):
        return f"DOCKER_HOST={address}"
    if not shell.which("docker"):
        return ""
    context = shell.run(["docker", "context", "show"], timeout=10, check=False)  # DOCKER_CONTEXT, or what was chosen
    name = context.text.strip() if context.returncode == 0 else ""
    return f'the context "{name}"' if name not in ("", "default") else ""


def _privilege(reason: EngineError, ask: Ask) -> list[str]:
    if os.geteuid() == 0:
        return []
    if shell.which("sudo") and ask("Docker has to be installed or started, which needs root. Use sudo?"):
        return ["sudo"]
    raise EngineError(reason.message, "Run this as root, or type: sudo -E lab doctor --fix")


def _debian() -> bool:
    release = Path("/etc/os-release")
    if not release.exists() or not shell.which("apt-get"):
        return False
    families = [line for line in release.read_text().splitlines() if line.startswith(("ID=", "ID_LIKE="))]
    return any(name in line for line in families for name in ("debian", "ubuntu"))


def _install(sudo: list[str]) -> None:
    log = paths.log_file("apt")
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    try:
        shell.run([*apt, "update"], timeout=300, check=False, log=log)  # an old list may still do
        shell.run([*apt, "install", "-y", "--no-install-recommends", *PACKAGES], timeout=900, log=log)
    except CommandError as error:
        hint = f"The full log is {log}. Mend the system's packages and type: lab doctor --fix"
        raise EngineError(f"Docker could not be installed: {error.message}", hint) from error


def _start(sudo: list[str]) -> Engine:
    if Path("/run/systemd/system").is_dir():
        shell.run([*sudo, "systemctl", "start", "docker"], timeout=START_TIMEOUT)
        return _wait(Path("/var/log/syslog"))
    log = paths.log_file("dockerd")
    _mount_cgroups(sudo)
    _clear_stale(sudo)
    shell.spawn_daemon([*sudo, "dockerd", *_runtime_flags()], log)
    return _wait(log)


def _mount_cgroups(sudo: list[str]) -> None:
    root = Path("/sys/fs/cgroup")
    if not (root / "cgroup.controllers").exists() and not (root / "memory").is_dir():
        shell.run([*sudo, "cgroupfs-mount"])


def _clear_stale(sudo: list[str]) -> None:
    """Remove pid files whose process is gone or is another program by now: dockerd refuses to start over them."""
    for file, program in (
        (Path("/var/run/docker.pid"), "dockerd"),
        (Path("/var/run/docker/containerd/containerd.pid"), "containerd"),
    ):
        try:
            command = Path(f"/proc/{int(file.read_text())}/comm").read_text().strip()
        except (FileNotFoundError, ProcessLookupError):  # the second: it ended between opening and reading
            command = ""
        except (OSError, ValueError):
            continue
        if command != program:
            shell.run([*sudo, "rm", "-f", str(file)])


def _runtime_flags() -> list[str]:
    missing = capabilities.missing_here()
    if not missing:
        return []
    wrapper = capabilities.install_wrapper(missing)
    return [f"--add-runtime=bounded={wrapper}", "--default-runtime=bounded"]


def _wait(log: Path) -> Engine:
    for _ in attempts(START_TIMEOUT, pause=0.3):
        try:
            return find()
        except EngineError as error:
            failed = error
    tail = log.read_text(errors="replace").strip().splitlines()[-3:] if log.exists() else []
    message = "The Docker engine was started but does not answer.\n" + "\n".join(tail)
    raise EngineError(message, f"Its log is {log}") from failed
