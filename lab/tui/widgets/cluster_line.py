"""The line that always says how the API server is, and the one that says that the cluster is gone."""

from textual.content import Content

from lab.tui import clock
from lab.tui.session import Session
from lab.tui.widgets.text import Text
from lab.tui.words import cluster_state, gone


class ClusterLine(Text):
    """Shows the session's last look. Its clock runs only while there is one to show."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def on_mount(self) -> None:
        """Follow the session."""
        self._ticks = self.set_interval(1, self.refresh_state, pause=True)
        self.refresh_state()

    def refresh_state(self) -> None:
        """Show the last look, and how long it has been so where that matters."""
        look, told = self._session.last_look, self._session.watching is not None
        now = look.at if look and told and self._well() else clock.now()
        self.show(cluster_state(self._session.course.name, look, now))
        if told and self._well():
            self._ticks.pause()
        else:
            self._ticks.resume()

    def _well(self) -> bool:
        look = self._session.last_look
        return look is not None and look.status.api_server == "ready" and not look.status.restart


class GoneLine(Text):
    """Says that no cluster runs, and which key makes it run again; takes no room while one does."""

    def __init__(self, session: Session) -> None:
        super().__init__(id="gone")
        self._session = session

    def refresh_state(self) -> None:
        """Take over the last look."""
        missing = gone(self._session.last_look)
        again = f" · {self._session.key('lab.make')} makes it run again"
        self.show(Content.assemble(missing, again))
        self.display = bool(missing.plain)
