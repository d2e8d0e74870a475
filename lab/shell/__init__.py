"""The one place that starts processes.

Every program is started with an argument list, never through a shell, in a process group of its own,
so that Ctrl-C and a time-out end it with all its children and no half-dead `docker build` stays.
"""

from lab.shell.background import Background, Stream, spawn_daemon
from lab.shell.completed import DEFAULT_TIMEOUT, Completed, run, succeeds, which
from lab.shell.processes import stop_all
from lab.shell.terminal import interact

__all__ = [
    "DEFAULT_TIMEOUT",
    "Background",
    "Completed",
    "Stream",
    "interact",
    "run",
    "spawn_daemon",
    "stop_all",
    "succeeds",
    "which",
]
