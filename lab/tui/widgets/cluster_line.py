"""The line that always says how the API server is."""

import time

from lab.tui.session import Session
from lab.tui.widgets.text import Text
from lab.tui.words import cluster_state


class ClusterLine(Text):
    """Shows the session's last look and its age."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def on_mount(self) -> None:
        """Follow the session."""
        self._tick()
        self.set_interval(0.5, self._tick)

    def _tick(self) -> None:
        self.show(cluster_state(self._session.course.name, self._session.last_look, time.monotonic()))
