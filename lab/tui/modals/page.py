"""A page of Markdown to read: the keys, or a solution with its why."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalGroup, VerticalScroll
from textual.screen import ModalScreen

from lab.tui.widgets.prose import Prose
from lab.tui.widgets.text import Text


class Page(ModalScreen[None]):
    """Shows a text until it is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close", id="page.close", tooltip="Back to where you were"),
    ]

    def __init__(self, title: str, markdown: str) -> None:
        super().__init__()
        self._title = title
        self._markdown = markdown

    def compose(self) -> ComposeResult:
        """The text under its title."""
        with VerticalGroup(classes="dialog"):
            yield Text(self._title, classes="heading")
            with VerticalScroll(classes="page"):
                yield Prose(self._markdown)
            yield Text("esc closes, arrows scroll", classes="keys")

    def action_close(self) -> None:
        """Close."""
        self.dismiss()


def keys_page(bindings: Mapping[str, ActiveBinding], display: Callable[[Binding], str]) -> Page:
    """A page of the keys that work at this moment; `display` says how a key is written."""
    actions: dict[str, tuple[list[str], str]] = {}
    for key, active in bindings.items():
        text = active.binding.tooltip
        if text and active.enabled:
            actions.setdefault(active.binding.action, ([], text))[0].append(display(Binding(key, "")))
    lines = [f"{' or '.join(keys):10} {text}" for keys, text in actions.values()]
    return Page("Keys", "\n".join(["```", *lines, "```"]))
