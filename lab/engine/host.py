"""The requirements of the host for `lab doctor`: memory, disk, cgroups, inotify, capabilities."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from lab.engine import capabilities
from lab.engine.docker import Engine
from lab.errors import EngineError
from lab.model import Finding

GIB = 1024**3
MEMORY_NEEDED = 3 * GIB
DISK_NEEDED = 12 * GIB  # Go's build cache and module cache, Docker's layers, one cluster
INOTIFY_NEEDED = 32  # instances that a node has open
PROC = Path("/proc")


def findings(engine: Engine | None) -> list[Finding]:
    """Every requirement of the host, met or not."""
    return [_memory(engine), _disk(engine), _cgroups(engine), _capabilities(), _inotify()]


def _memory(engine: Engine | None) -> Finding:
    total = engine.memory_bytes if engine and engine.memory_bytes else _host_memory()
    advice = "Give the machine (or Docker Desktop, under Resources) 3 GiB of memory or more."
    return Finding("memory", total >= MEMORY_NEEDED, f"{total / GIB:.1f} GiB", advice)


def _host_memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 0


def _disk(engine: Engine | None) -> Finding:
    place = Path(engine.root) if engine and engine.root and Path(engine.root).exists() else Path("/")
    free = shutil.disk_usage(place).free
    advice = f"Free {DISK_NEEDED // GIB} GiB under {place}: docker system df shows what Docker uses."
    return Finding("disk", free >= DISK_NEEDED, f"{free / GIB:.0f} GiB free under {place}", advice)


def _cgroups(engine: Engine | None) -> Finding:
    if engine is None:
        return Finding("cgroups", True, "not known without an engine", required=False)
    seen = f"version {engine.cgroup_version}"
    if engine.cgroup_version == 1:
        seen += " (works; Kubernetes calls it deprecated and the lab tells the kubelet to accept it)"
    return Finding("cgroups", True, seen, required=False)


def _capabilities() -> Finding:
    missing = capabilities.missing_here()
    if not missing:
        return Finding("capabilities", True, "all that --privileged asks for", required=False)
    installed = (capabilities.FOLDER / "bounded-runtime").exists()
    seen = f"this host lacks {', '.join(missing)}; " + (
        "containers run without them" if installed else "privileged containers cannot start"
    )
    return Finding("capabilities", installed, seen, "Stop dockerd, then: lab doctor --fix")


def check_inotify() -> None:
    """See that a node can be started: its systemd, containerd and kubelet watch files.

    Raises:
        EngineError: this machine's inotify instances are used up.
    """
    found = _inotify()
    if not found.ok:
        raise EngineError(f"A node cannot be started: of inotify instances {found.seen}.", found.advice)


def _inotify() -> Finding:
    limit_file = PROC / "sys/fs/inotify/max_user_instances"
    if not limit_file.exists():
        return Finding("inotify", True, "not known on this system", required=False)
    limit, used = int(limit_file.read_text()), _instances_in_use()
    advice = f"Allow more: sudo sysctl fs.inotify.max_user_instances={max(512, used + 2 * INOTIFY_NEEDED)}"
    return Finding("inotify", limit - used >= INOTIFY_NEEDED, f"{used} of {limit} are in use", advice)


def _instances_in_use() -> int:
    """The number of inotify instances that root's processes have, as far as this user may see: a node's are root's."""
    count = 0
    for process in PROC.glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is not for this user to look at
            if process.stat().st_uid == 0:
                files = [*(process / "fd").iterdir()]
                count += sum(_is_inotify(file) for file in files)
    return count


def _is_inotify(file: Path) -> bool:
    try:
        return file.readlink().name == "anon_inode:inotify"
    except OSError:
        return False
