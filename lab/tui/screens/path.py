"""The way of a request, live, on a screen of its own."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer

from lab.tui.messages import Looked
from lab.tui.screens.base import LabScreen
from lab.tui.session import Session
from lab.tui.widgets.cluster_line import ClusterLine, GoneLine
from lab.tui.widgets.path_view import PathView


class PathScreen(LabScreen):
    """Looks when it opens, at every word of a change, and when it is asked to."""

    CSS_PATH = "path.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,a", "dismiss", "Back", id="path.back", tooltip="Back to where you were"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._view = PathView(session)

    def compose(self) -> ComposeResult:
        """The picture over the line about the cluster."""
        yield self._view
        yield GoneLine(self.session)
        yield ClusterLine(self.session)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Look, and give the keys to the picture."""
        self.set_focus(self._view.picture)
        self.query_one(GoneLine).refresh_state()
        self.call_after_refresh(self._view.begin)

    @on(Looked)
    def _looked(self) -> None:
        self.query_one(GoneLine).refresh_state()
