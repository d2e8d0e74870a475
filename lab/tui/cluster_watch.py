"""Keeps the app informed about the cluster: it is told of changes, and looks now and then all the same."""

from typing import Any

from textual.app import App
from textual.timer import Timer

from lab.model import Told
from lab.tui import clock
from lab.tui.failures import Failure, attempted
from lab.tui.messages import Heard
from lab.tui.session import Session

MANIFESTS = "/etc/kubernetes/manifests"
"""A change there is followed by a restart, whose progress is shown."""
LOOK_EVERY = 2.5
"""Seconds between two looks at the lab while nobody tells of changes, or the API server is away."""
LOOK_ANYWAY = 60.0
"""The same while the course tells of changes, should one have been missed."""


class ClusterWatch:
    """Passes changes of the cluster on to an app, as `Heard`, and keeps the session's last look new."""

    def __init__(self, app: App[Any], session: Session) -> None:
        self._app = app
        self._session = session
        self._timer: Timer | None = None
        self._looking = self._look_again = False

    def begin(self) -> None:
        """Be told of changes, and look now and then."""
        self._app.run_worker(self._watch(), exclusive=True, exit_on_error=False, group="watch")
        self._timer = self._app.set_interval(LOOK_EVERY, self._now_and_then)

    def end(self) -> None:
        """Do neither any more."""
        if self._session.watching:
            self._session.watching.stop()
            self._session.watching = None
        if self._timer:
            self._timer.stop()
            self._timer = None

    def hear(self, told: Told) -> None:
        """Take over a word; one that says how the cluster is is followed by a look."""
        self._session.hear(told)
        if told.what not in ("files", "objects") or told.detail.startswith(MANIFESTS):
            self._look_soon()

    async def _watch(self) -> None:
        watching = await attempted(lambda: self._session.course.watch(self._pass_on))
        self._session.watching = None if isinstance(watching, Failure) else watching

    def _pass_on(self, told: Told) -> None:
        self._app.post_message(Heard(told))

    def _now_and_then(self) -> None:
        last = self._session.last_look
        well = last is not None and last.status.api_server == "ready" and not last.status.restart
        well = well and self._session.watching is not None
        if last is None or not well or clock.now() - last.at > LOOK_ANYWAY:
            self._look_soon()

    def _look_soon(self) -> None:
        if self._looking:
            self._look_again = True
        elif not self._session.busy:  # what is going on ends with a look
            self._looking, self._look_again = True, False
            self._app.run_worker(self._look(), exclusive=True, exit_on_error=False, group="look")

    async def _look(self) -> None:
        await attempted(self._session.look)
        self._looking = False
        if self._look_again:
            self._app.call_later(self._look_soon)
