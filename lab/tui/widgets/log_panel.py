"""The end of a log, under its path."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalGroup

from lab.tui.widgets.text import Text


class LogPanel(VerticalGroup):
    """As many of the last lines as it is high."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        """The path, and the lines below it."""
        yield Text("Log: nothing was written yet", id="log-path")
        yield Text(id="log-lines")

    def show(self, file: str, lines: Sequence[str]) -> None:
        """Show the end of a log; no file is that none was written to."""
        self._lines = lines
        self.query_one("#log-path", Text).show(f"Log: {file}" if file else "Log: nothing was written yet")
        self._show_lines()

    def on_resize(self) -> None:
        """Show as many as there is room for."""
        self._show_lines()

    def _show_lines(self) -> None:
        room = self.query_one("#log-lines").size.height
        self.query_one("#log-lines", Text).show("\n".join(self._lines[-room:]) if room else "")
