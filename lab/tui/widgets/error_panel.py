"""An error as a learner sees it: what failed and what to do next."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from lab.tui.failures import Failure
from lab.tui.widgets.text import Text


class ErrorPanel(VerticalScroll):
    """Hidden until there is a failure to show."""

    def __init__(self, failure: Failure | None = None) -> None:
        super().__init__()
        self._failure = failure

    def compose(self) -> ComposeResult:
        """The message over the advice."""
        yield Text(id="message")
        yield Text(id="advice")

    def on_mount(self) -> None:
        """Show what there is."""
        self.show(self._failure)

    def show(self, failure: Failure | None) -> None:
        """Show a failure, or hide."""
        self.display = failure is not None
        if failure is None:
            return
        self.query_one("#message", Text).show(
            Content.assemble(Content.styled("✗ Error  ", "bold $text-error"), failure.message)
        )
        advice = Content.assemble(Content.styled("Next     ", "bold"), failure.hint) if failure.hint else ""
        self.query_one("#advice", Text).show(advice)
