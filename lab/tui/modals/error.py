"""A failure that the learner has to know of."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.widgets import Button

from lab.tui.failures import Failure
from lab.tui.modals.unasked import UnaskedModal
from lab.tui.widgets.error_panel import ErrorPanel


class ErrorModal(UnaskedModal[None]):
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
            yield HorizontalGroup(Button("Close (esc)"), classes="buttons")

    def on_mount(self) -> None:
        """Show the failure."""
        super().on_mount()
        self.query_one(ErrorPanel).show(self._failure)

    @on(Button.Pressed)
    def action_close(self) -> None:
        """Close."""
        self.dismiss()
