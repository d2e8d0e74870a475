"""Work that changes the cluster, with what it is at; nothing else can be done meanwhile."""

import time
from collections.abc import Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.events import ScreenResume
from textual.screen import ModalScreen

from lab.phases import seconds
from lab.tui.failures import Failure
from lab.tui.messages import JobEnded
from lab.tui.session import Session
from lab.tui.widgets.phase_list import PhaseList
from lab.tui.widgets.text import Text

NOTE_SECONDS = 15.0
"""How long what the work said stays in sight after it."""


class Working(ModalScreen[Failure | None]):
    """Does one thing in a thread and closes with its failure, or None when it went well."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "app.quit", "Quit", id="working.quit", tooltip="Stop the work and leave the lab"),
    ]

    def __init__(self, session: Session, title: str, call: Callable[[], object]) -> None:
        super().__init__()
        self._session = session
        self._title = title
        self._call = call
        self._begun = time.monotonic()
        self._phases = PhaseList()
        self._ended: JobEnded | None = None

    def compose(self) -> ComposeResult:
        """The phases under what is done."""
        with VerticalGroup(classes="dialog"):
            yield Text(self._title, classes="heading")
            yield self._phases
            yield Text(classes="keys")

    def on_mount(self) -> None:
        """Begin."""
        self._session.busy += 1
        self._session.status.target = self._phases
        self._tick()
        self.set_interval(1, self._tick)
        self._work()

    @work(thread=True, exclusive=True, exit_on_error=False, group="job")
    def _work(self) -> None:
        outcome = JobEnded(self._session.change(self._call))
        self._phases.post_message(outcome)

    @on(JobEnded)
    def _job_ended(self, event: JobEnded) -> None:
        self._session.busy -= 1
        self._session.status.target = self.app
        self._ended = event
        self._close()

    @on(ScreenResume)
    def _close(self) -> None:
        if self._ended is None or not self.is_active:  # not under the question whether to quit
            return
        for note in self._phases.notes:
            self.app.notify(note, timeout=NOTE_SECONDS, markup=False)
        self.dismiss(self._ended.failure)

    def _tick(self) -> None:
        self.query_one(".keys", Text).show(f"{seconds(time.monotonic() - self._begun)} so far, q quits")
