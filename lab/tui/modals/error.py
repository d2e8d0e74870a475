"""A failure that the learner has to know of."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.screen import ModalScreen
from textual.widgets import Button

from lab.tui.failures import Failure
from lab.tui.widgets.error_panel import ErrorPanel


class ErrorModal(ModalScreen[None]):
    """Says what failed and what to do next, and waits to be closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", id="error.close", tooltip="Back to where you were"),
    ]

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self._failure = failure

    def compose(self) -> ComposeResult:
        """The error over a button."""
        with VerticalGroup(classes="dialog"):
            yield ErrorPanel()
            yield Button("Close (esc)")

    def on_mount(self) -> None:
        """Show the failure."""
        self.query_one(ErrorPanel).show(self._failure)
        self.query_one(Button).focus()

    @on(Button.Pressed)
    def action_close(self) -> None:
        """Close."""
        self.dismiss()
