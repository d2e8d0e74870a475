"""The part of the app that knows how the cluster is: it is told of changes, and looks now and then all the same."""

from textual import on, work
from textual.timer import Timer

from lab.model import Told
from lab.tui import clock
from lab.tui.failures import Failure, attempt
from lab.tui.messages import Heard, Looked
from lab.tui.session import Session
from lab.tui.textual_faults import MendedApp

LOOK_EVERY = 2.5
"""Seconds between two looks at the lab while nobody tells of changes, or the API server is away."""
LOOK_ANYWAY = 60.0
"""The same while changes are told: a look all the same, should a word have been missed."""


class WatchApp(MendedApp):
    """An app that passes on to its screens what is told of the cluster, and what a look at it has found."""

    session: Session
    _looks: Timer
    _looking = False
    _look_again = False
    _gone = False

    def begin_watching(self) -> None:
        """Be told of changes, and look now and then."""
        self._watch()
        self._looks = self.set_interval(LOOK_EVERY, self._now_and_then)

    def end_watching(self) -> None:
        """Do neither any more, as the cluster is about to be another."""
        self.stop_watching()
        self._looks.stop()

    def stop_watching(self) -> None:
        """Leave nothing running."""
        if self.session.watching:
            self.session.watching.stop()
            self.session.watching = None

    @work(thread=True, exclusive=True, exit_on_error=False, group="watch")
    def _watch(self) -> None:
        watching = attempt(lambda: self.session.course.watch(self._told))
        self.session.watching = None if isinstance(watching, Failure) else watching

    def _told(self, told: Told) -> None:
        self.post_message(Heard(told))

    @on(Heard)
    def _heard(self, event: Heard) -> None:
        self.session.hear(event.told)
        for screen in self.screen_stack:
            screen.post_message(Heard(event.told))
        if event.told.what not in ("files", "objects"):  # which say nothing of how the cluster is
            self._look_soon()

    @on(Looked)
    def _looked(self) -> None:
        for screen in self.screen_stack:
            screen.post_message(Looked())
        if self.session.gone() != self._gone:  # else the footer would be made anew at every look
            self._gone = not self._gone
            self.refresh_bindings()

    def _now_and_then(self) -> None:
        last = self.session.last_look
        well = last is not None and last.status.api_server == "ready" and self.session.watching is not None
        if last is None or not well or clock.now() - last.at > LOOK_ANYWAY:
            self._look_soon()

    def _look_soon(self) -> None:
        if self._looking:
            self._look_again = True
        elif not self.session.busy:  # what is going on ends with a look
            self._looking, self._look_again = True, False
            self._look()

    @work(thread=True, exclusive=True, exit_on_error=False, group="look")
    def _look(self) -> None:
        try:
            self.session.look()
        finally:
            self.call_later(self._look_ended)

    def _look_ended(self) -> None:
        self._looking = False
        if self._look_again:
            self._look_soon()
