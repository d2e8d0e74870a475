"""The way of a request beside the terminal, in place of the step's text and checks."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from lab.tui.session import Session
from lab.tui.widgets.path_view import PathView
from lab.tui.widgets.step_page import StepPage
from lab.tui.widgets.step_reader import StepReader

LEAST = 160
"""The columns that leave 80 for the terminal."""
_OPEN = "-path"


class PathPane(PathView):
    """Its screen has the class `-path` while it is open, which hides `reader`; it closes when that gets the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Back", id="path.close", tooltip="Back to the step's text"),
    ]

    def __init__(self, session: Session, reader: StepReader) -> None:
        super().__init__(session)
        self._reader = reader
        self.border_title = "The way of a request"

    def on_mount(self) -> None:
        """Follow who has the keys, and which step is at hand."""
        self.watch(self.screen, "focused", self._follow_keys, init=False)
        self.watch(self._reader.steps, "highlighted", self.action_close, init=False)

    def on_resize(self) -> None:
        """Close where there is no room."""
        super().on_resize()
        if self.screen.size.width < LEAST:
            self.action_close()

    def toggle(self) -> None:
        """Open or close; a terminal that has the keys keeps them."""
        if self.screen.has_class(_OPEN):
            self.action_close()
            return
        self.screen.add_class(_OPEN)
        if self.screen.focused and self._reader in self.screen.focused.ancestors:
            self.screen.set_focus(self.picture)
        self.call_after_refresh(self.begin)

    def action_close(self) -> None:
        """Show the step's text again."""
        if self.screen.has_class(_OPEN):
            self.screen.remove_class(_OPEN)
            if self.screen.focused and self in self.screen.focused.ancestors:
                self.screen.set_focus(self._reader.page)

    def _follow_keys(self, focused: Widget | None) -> None:
        if not self.screen.has_class(_OPEN) or focused is None or self._reader not in focused.ancestors:
            return
        if isinstance(focused, StepPage):  # as the terminal is left
            self.screen.set_focus(self.picture)
        else:
            self.action_close()
