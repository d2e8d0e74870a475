"""Finds the Linux capabilities that `docker run --privileged` asks for and this host cannot grant."""

import re
from pathlib import Path

from lab import paths, shell

NAMES = """
CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN
SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE
MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE
""".split()
"""In the order of their bits (linux/capability.h)."""

FOLDER = Path("/usr/local/lib/cks-lab")
"""The path of the runtime wrapper: dockerd must be able to run it after this checkout is gone."""


def missing(status: str, last: int) -> tuple[str, ...]:
    """The capabilities outside the bounding set.

    Args:
        status: the content of /proc/self/status.
        last: the highest capability that the kernel knows (/proc/sys/kernel/cap_last_cap).

    Returns:
        Names such as `CAP_SYS_RESOURCE`; empty when all are there or the set cannot be read.
    """
    found = re.search(r"^CapBnd:\s*([0-9a-f]+)", status, re.MULTILINE)
    if not found:
        return ()
    bounding = int(found[1], 16)
    known = range(min(last + 1, len(NAMES)))
    return tuple(f"CAP_{NAMES[bit]}" for bit in known if not bounding >> bit & 1)


def missing_here() -> tuple[str, ...]:
    """The capabilities that this host lacks; empty where that cannot be found out (not Linux)."""
    status, last = Path("/proc/self/status"), Path("/proc/sys/kernel/cap_last_cap")
    if not status.exists() or not last.exists():
        return ()
    return missing(status.read_text(), int(last.read_text()))


def install_wrapper(capabilities: tuple[str, ...], folder: Path = FOLDER) -> Path:
    """Put the runtime wrapper and its list of capabilities in place.

    Returns:
        The wrapper's path, for `dockerd --add-runtime`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "missing-capabilities").write_text("".join(f"{name}\n" for name in capabilities))
    wrapper = folder / "bounded-runtime"
    draft = folder / ".bounded-runtime"
    runc = shell.which("runc") or "/usr/sbin/runc"
    source = (paths.data("cluster") / "engine" / "bounded-runtime.sh").read_text()
    draft.write_text(source.replace('exec runc "$@"', f'exec {runc} "$@"'))
    draft.chmod(0o755)
    draft.replace(wrapper)  # a container that starts meanwhile runs the old or the new one, never half of it
    return wrapper
