"""Root's shell on a node's terminal, which leaves nothing on the node when its terminal is gone.

The engine goes on running what `docker exec -t` started when its client was killed, and tells it nothing. So a second
program on the node waits for the end of its standard input, a pipe that only the client's parent holds, and then does
what closing a terminal does everywhere: SIGHUP to all that was started there, and the end of all that does not ignore
it. A client that left by itself says so first; one that failed because its terminal had gone has not. The command
begins when that second program is there: a client may be killed before it is.

The engine's client tells the terminal's size only when the command runs already, and what draws the screen at once, as
vim does, draws it for no size and loses its first message over the second drawing. So the size goes with the command.
"""

import secrets
from collections.abc import Sequence

from lab.k8s.bash import program

_KEYS = "ctrl-^,ctrl-@,ctrl-_"  # else the engine's client keeps Ctrl-P back: it might begin Ctrl-P Ctrl-Q
_ENVIRONMENT = ("TERM=xterm-256color", "LANG=C.UTF-8")  # the node's own locale knows ASCII alone


def argv(container: str, command: Sequence[str], folder: str = "") -> list[str]:
    """The argument list of a program that runs a command on the node's terminal and ends with its exit code.

    Args:
        container: the node's container.
        command: what to run there.
        folder: where on the node, if it is there; else in /root.
    """
    mark = f"LAB_SHELL={secrets.token_hex(8)}"
    flags = ["--detach-keys", _KEYS, "-w", "/root", "-e", mark, "-e", f"LAB_FOLDER={folder}"]
    for variable in _ENVIRONMENT:
        flags += ["-e", variable]
    start = ["sh", "-c", program(__file__, "node_shell_start.sh"), "sh", *command]
    both, guard = program(__file__, "node_shell.sh"), program(__file__, "node_shell_guard.sh")
    return ["sh", "-c", both, "lab-shell", container, mark, guard, *flags, container, *start]


def programs_command(shell: Sequence[str]) -> list[str]:
    """The command that prints, on the node, the programs that run in a shell; empty for what `argv` did not give.

    Args:
        shell: what `argv` gave when the shell was opened.
    """
    mark = shell[5] if len(shell) > 5 and shell[3] == "lab-shell" else ""
    return ["bash", "-c", program(__file__, "node_shell_programs.sh"), mark] if mark else []
