"""The base of every screen: the session, its layout from the first frame on, copying, and the cluster's line."""

from textual import on
from textual.actions import SkipAction
from textual.events import Mount, ScreenResume
from textual.screen import Screen

from lab.tui.messages import Heard, Looked
from lab.tui.session import Session
from lab.tui.widgets.cluster_line import ClusterLine


class LabScreen(Screen[None]):
    """A screen of one session. Widgets of the class `live` get its words, too, also when it is in sight again."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    @on(Mount)
    def _fit(self) -> None:
        """Be laid out for this width from the first frame on; Textual's classes come with the first resize."""
        names = [name for width, name in self.app.HORIZONTAL_BREAKPOINTS or () if width <= self.app.size.width]
        self.set_classes([*self.classes, *names[-1:]])

    def action_copy_text(self) -> None:
        """Copy what is selected, and say so: nothing else would show it."""
        text = self.get_selected_text()
        if not text:
            raise SkipAction
        self.app.copy_to_clipboard(text)
        lines = len(text.splitlines())
        self.notify("1 line" if lines == 1 else f"{lines} lines", title="Copied", timeout=2, markup=False)

    @on(Heard)
    def _pass_on(self, event: Heard) -> None:
        for view in self.query(".live"):
            view.post_message(Heard(event.told))

    @on(Looked)
    @on(ScreenResume)
    def _show_cluster(self) -> None:
        for view in self.query(".live"):
            view.post_message(Looked())
        for line in self.query(ClusterLine):
            line.refresh_state()
