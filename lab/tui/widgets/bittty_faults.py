"""Faults of bittty 0.1.4 that need nothing but its table of operations to be mended, and what a pane refuses."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bittty import XTERM, Board, Operation, TerminalCaps

MODEL = replace(XTERM, unsupported_modes=frozenset({(True, 3), (True, 40)}))
"""An xterm without DECCOLM: 132 columns would not fit the pane."""

_Handler = Callable[[Any], None]
_MOST = 10_000  # repetitions: "repeat this 10^9 times" would hang
_REPORTS = (18, 19)  # of XTWINOPS: the size in cells
_REPEATS = ("CBT", "CHT", "REP")
_REFUSED = (
    "DECSCPP",  # a program may not change the pane's size
    "KITTY_PUSH KITTY_POP KITTY_SET KITTY_QUERY",  # no answer: keys go out as every terminal sends them
    "MC DECMC",  # a printer that nobody has would swallow all output
    "OSC_FONT OSC_NOTIFY OSC_SHELL_MARK LINUX_SETTERM",  # kept in lists without an end; fonts are echoed as input
)


def mend(board: Board) -> None:
    """Change a board that is new."""
    # Without clusters, a combining accent takes a cell of its own.
    board.set_caps(TerminalCaps(color_depth="truecolor", grapheme_mode="permanently-set"))
    registry = board.registry
    for name in " ".join(_REFUSED).split():
        registry[name] = lambda operation: None
    for name in _REPEATS:
        registry[name] = _bounded(registry[name])
    registry["XTWINOPS"] = _only_reports(registry["XTWINOPS"])


def _bounded(handle: _Handler) -> _Handler:
    def run(operation: Any) -> None:
        handle(Operation(operation.name, (min(operation.args[0], _MOST),), operation.raw))

    return run


def _only_reports(handle: _Handler) -> _Handler:
    def run(operation: Any) -> None:
        if (operation.args[0] or (0,))[0] in _REPORTS:
            handle(operation)

    return run
