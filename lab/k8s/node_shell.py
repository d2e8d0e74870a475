"""Root's shell on a node's terminal, of which nothing is left on the node when its terminal is gone.

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

_KEYS = "ctrl-^,ctrl-@,ctrl-_"  # else the engine's client keeps Ctrl-P back: it might begin Ctrl-P Ctrl-Q
_ENVIRONMENT = ("TERM=xterm-256color", "LANG=C.UTF-8")  # the node's own locale knows ASCII alone

_GUARD = r"""
: >"/dev/shm/$0"
read -r said
rm -f "/dev/shm/$0"
[ "$said" != left ] || exit 0
own() {
    for process in /proc/[0-9]*; do
        grep -qzx "$0" "$process/environ" 2>/dev/null && echo "${process#/proc/}"
    done
}
kill -HUP $(own) 2>/dev/null
kill -CONT $(own) 2>/dev/null
sleep 1
for id in $(own); do
    ignored=$(sed -n 's/^SigIgn:\s*//p' "/proc/$id/status" 2>/dev/null)
    [ $((0x${ignored:-0} & 1)) = 1 ] || kill -KILL "$id" 2>/dev/null
done
"""

# 129, 137 and 143: the client was ended by a signal. Its exit code leaves through the descriptor 5.
_BOTH = r"""
container=$1 mark=$2 guard=$3; shift 3
exec 3<&0 4>&1
code=$({ {
    docker exec -it -e LAB_SIZE="$(stty size <&3 2>/dev/null)" "$@" <&3 >&4 2>&4 3<&- 4>&- 5>&-; code=$?
    case $code in 129|137|143) ;; *) [ ! -t 3 ] || echo left ;; esac
    echo $code >&5
} | docker exec -i "$container" bash -c "$guard" "$mark" >/dev/null 2>&1 3<&- 4>&- 5>&-; } 5>&1)
exit "${code:-1}"
"""

_START = r"""
waited=0
until [ -e "/dev/shm/LAB_SHELL=$LAB_SHELL" ]; do
    waited=$((waited + 1))
    [ $waited -le 1500 ] || { echo "The terminal on the node did not start within 30 s: try again." >&2; exit 1; }
    sleep 0.02
done
size=$LAB_SIZE; unset LAB_SIZE
stty rows "${size% *}" cols "${size#* }" 2>/dev/null
exec "$@"
"""


def argv(container: str, command: Sequence[str]) -> list[str]:
    """The argument list of a program that runs a command on the node's terminal and ends with its exit code.

    Args:
        container: the node's container.
        command: what to run there.
    """
    mark = f"LAB_SHELL={secrets.token_hex(8)}"
    flags = ["--detach-keys", _KEYS, "-w", "/root", "-e", mark]
    for variable in _ENVIRONMENT:
        flags += ["-e", variable]
    start = ["sh", "-c", _START, "sh", *command]
    return ["sh", "-c", _BOTH, "lab-shell", container, mark, _GUARD, *flags, container, *start]
