"""The node's files, read and changed by the helper's programs, whatever links or attributes a learner gave them."""

from functools import cache
from pathlib import Path
from shlex import quote

from lab.errors import CommandError
from lab.k8s.helper import Helper

_PROGRAM = Path(__file__).with_name("in_node.pl")
_MISSING = 44

_FUNCTIONS = r"""
in_node() { perl -e "$IN_NODE" -- "$@"; }
unlock() { # PATH: it and its folder may be changed again (chattr)
    in_node "${1%/*}/" sh -c 'chattr -ia .; [ -L "./$1" ] || chattr -R -ia "./$1"' sh "${1##*/}" >/dev/null 2>&1 || true
}
remove() { # PATH
    unlock "$1"
    in_node "${1%/*}/" rm -rf -- "./${1##*/}" || [ $? = 44 ]
}
put() { # PATH MODE: a whole file from standard input; a dot-file first, so that the kubelet never reads half
    unlock "$1"
    unlock "${1%/*}/.${1##*/}.lab"
    in_node -p "${1%/*}/" sh -c '
        [ ! -d "./$1" ] || [ -L "./$1" ] || rm -rf "./$1"
        rm -f ".$1.lab" && cat >".$1.lab" && chmod "$2" ".$1.lab" && mv -fT ".$1.lab" "./$1"
    ' sh "${1##*/}" "$2"
}
"""


@cache
def shell() -> str:
    """For scripts in the helper: `in_node [-p] FOLDER COMMAND...`, `unlock PATH`, `remove PATH`, `put PATH MODE`."""
    return f"IN_NODE={quote(_PROGRAM.read_text())}\n{_FUNCTIONS}"


def read(helper: Helper, path: str) -> bytes | None:
    """The content of a file of the node; None when there is none.

    Raises:
        CommandError: it is there and cannot be read; LabError: the node cannot be entered.
    """
    folder, _, name = path.rpartition("/")
    completed = helper.run(f"{shell()}in_node {quote(folder + '/')} '<' {quote(name)}", check=False)
    if completed.returncode == _MISSING:
        return None
    if completed.returncode:
        raise CommandError(completed.argv[:4], completed.returncode, completed.output)
    return completed.stdout


def write(helper: Helper, path: str, content: bytes, mode: str = "0600") -> None:
    """Write a whole file on the node; its folder is made.

    Raises:
        CommandError: it cannot be written; LabError: the node cannot be entered.
    """
    helper.run(f"{shell()}put {quote(path)} {mode}", input=content)


def make_folder(helper: Helper, path: str) -> None:
    """Make a folder on the node, with those that lead to it.

    Raises:
        CommandError: it cannot be made; LabError: the node cannot be entered.
    """
    helper.run(f"{shell()}in_node -p {quote(path)} true")


def remove(helper: Helper, path: str) -> None:
    """Remove a file or folder of the node, where it is there.

    Raises:
        CommandError: it cannot be removed; LabError: the node cannot be entered.
    """
    helper.run(f"{shell()}remove {quote(path)}")
