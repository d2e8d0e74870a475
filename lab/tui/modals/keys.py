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
_COPY = """\
Drag the mouse over a text, then press Ctrl-C: it goes to your terminal's clipboard (OSC 52). Where the terminal
does not take it, hold Shift (on macOS Option) while you drag: then the terminal itself selects and copies.
"""


def keys_page(screen: Screen[Any], settings: Settings) -> Page:
    """The page for a screen as it is at this moment."""
    prefix = pressed(settings.prefix)
    parts = [
        "## Here",
        _table(_keys(screen, everywhere=False)),
        "## Everywhere",
        _table(_keys(screen, everywhere=True)),
        "## In the terminal",
        f"Every key is the shell's, but **{prefix}**, the lab's own. After it:",
        _table([*AFTER_PREFIX, (prefix, f"{prefix} for the shell itself")]),
        "## Copying",
        _COPY,
        "## Other keys, another theme",
        _settings(settings),
        _table([("name", "keys"), *_ids(screen)]),
    ]
    return Page("Keys and help", "\n\n".join(parts))


def _settings(settings: Settings) -> str:
    file = paths.settings_file()
    lines = ("theme: high-contrast", f"prefix: ctrl+b   # now {settings.prefix}", "keys:", "  lab.keys: f1")
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
