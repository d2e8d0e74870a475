"""The page of help: the keys of the screen at hand, copying, the terminal, and how to change keys."""

from collections.abc import Iterator
from typing import Any

from textual.screen import Screen

from lab import paths
from lab.tui.keys import pressed
from lab.tui.modals.page import Page
from lab.tui.settings import Settings
from lab.tui.widgets.terminal_dock import AFTER_PREFIX

_WIDTH = 16
_DRAG = """\
Drag the mouse over a text, then press **Ctrl-C**. In the terminal pane, letting the mouse go copies, and two clicks
take a word, three a line. `y` copies the command at hand, whole.

The lab hands a copy to your own terminal (OSC 52), over ssh too; the terminal puts it into the clipboard, if it takes
that (tmux: `set -g set-clipboard on`). Where it does not, **{key}** gives the mouse back to your terminal, which then
selects and copies by itself; so it does while you hold Shift (on macOS Option) and drag.
"""
_TERMINALS = """\
The mouse is your terminal's: drag and copy as you do there. `y` copies the command at hand, whole: the lab hands it to
your terminal (OSC 52), over ssh too. **{key}** gives the mouse to the lab again; until then, keys alone scroll.
"""


def keys_page(screen: Screen[Any], settings: Settings, takes_mouse: bool) -> Page:
    """The page for a screen as it is at this moment; `takes_mouse` says whether the mouse is the lab's."""
    prefix = pressed(settings.prefix)
    mouse = next((pressed(key) for key, each in screen.active_bindings.items() if each.binding.id == "lab.mouse"), "M")
    parts = [
        "## Here",
        _table(_keys(screen, everywhere=False)),
        "## Everywhere",
        _table(_keys(screen, everywhere=True)),
        "## In the terminal",
        f"Every key is the shell's, but **{prefix}**, the lab's own. After it:",
        _table([*AFTER_PREFIX, (prefix, f"{prefix} for the shell itself")]),
        "## Copying",
        (_DRAG if takes_mouse else _TERMINALS).format(key=mouse),
        "## Other keys, another theme",
        _settings(settings),
        _table([("name", "keys"), *_ids(screen)]),
    ]
    return Page("Keys and help", "\n\n".join(parts))


def _settings(settings: Settings) -> str:
    file = paths.settings_file()
    prefix = f"prefix: ctrl+b   # now {settings.prefix}"
    lines = ("theme: high-contrast", prefix, "mouse: false     # the terminal's own", "keys:", "  lab.keys: f1")
    example = "\n".join(["```", *lines, "```"])  # with a language it would be a piece to paste on the node
    wrong = "".join(f"- {problem}\n" for problem in settings.problems)
    said = f"\n\nIt was not taken, because:\n\n{wrong}" if wrong else ""
    return f"In `{file}`, read when the lab starts:{said}\n\n{example}\n\nThe keys of this screen have these names:"


def _keys(screen: Screen[Any], everywhere: bool) -> Iterator[tuple[str, str]]:
    """The keys that work, by what they do: those of the screen, or those of the app."""
    actions: dict[str, tuple[list[str], str]] = {}
    for key, active in screen.active_bindings.items():
        text = active.binding.tooltip
        if text and active.enabled and (active.node is screen.app) is everywhere:
            shown = pressed(key) if len(key) > 1 else key
            actions.setdefault(active.binding.action, ([], text))[0].append(shown)
    for keys, text in actions.values():
        yield " or ".join(keys), text


def _ids(screen: Screen[Any]) -> Iterator[tuple[str, str]]:
    """The keys of the bindings that have names, by name."""
    names: dict[str, list[str]] = {}
    for key, active in screen.active_bindings.items():
        if active.binding.id:
            names.setdefault(active.binding.id, []).append(key)
    for name, keys in names.items():
        yield name, ",".join(keys)


def _table(rows: "Iterator[tuple[str, str]] | list[tuple[str, str]]") -> str:
    lines = [f"{first:{_WIDTH}} {second}" for first, second in rows]
    return "\n".join(["```", *lines, "```"])
