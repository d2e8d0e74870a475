"""A page of Markdown to read."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup, VerticalScroll
from textual.screen import ModalScreen

from lab.tui.widgets.prose import Prose
from lab.tui.widgets.text import Text


class Page(ModalScreen[None]):
    """Shows a text until it is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Close", id="page.close", tooltip="Back to where you were"),
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
