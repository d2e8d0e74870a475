"""Reads bash programs from files beside the code that runs them."""

from pathlib import Path
from shlex import quote


def program(beside: str, name: str, *arguments: str, **variables: str) -> str:
    """The text of a program, to be run on a node or in a helper.

    Args:
        beside: the `__file__` of the module that runs it.
        name: its file's, such as `images.sh`.
        arguments: its `$1`, `$2` and so on.
        variables: set for it.
    """
    given = [f"{variable}={quote(value)}\n" for variable, value in variables.items()]
    given += [f"set -- {' '.join(map(quote, arguments))}\n"] if arguments else []
    return "".join(given) + Path(beside).with_name(name).read_text()
