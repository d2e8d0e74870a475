"""The making of the cluster, phase by phase."""

import time
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import ScreenResume
from textual.widgets import Footer

from lab.exit_codes import ExitCode
from lab.status import seconds
from lab.tui.messages import ClusterReady, JobEnded, MakingBegan
from lab.tui.screens.base import LabScreen
from lab.tui.session import Session
from lab.tui.widgets.error_panel import ErrorPanel
from lab.tui.widgets.phase_list import PhaseList
from lab.tui.widgets.text import Text, TitleBar

_MAKING = "This is done once: from then on `lab` finds the cluster as you left it. Quitting stops it."
_BACK = "It was made before and does not run now."


class MakingScreen(LabScreen):
    """Looks for the cluster, makes it when there is none, and says `ClusterReady` when it runs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "Retry", id="making.retry", tooltip="Try once more; what was done is kept"),
        Binding("q", "quit", "Quit", id="making.quit", tooltip="Leave the lab"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._begun = time.monotonic()
        self._phases = PhaseList()
        self._ended: JobEnded | None = None
        self._title = ""

    def compose(self) -> ComposeResult:
        """The phases, and an error below them."""
        yield TitleBar()
        yield Text(classes="heading")
        yield Text(id="about")
        yield self._phases
        yield ErrorPanel()
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Begin."""
        self.set_interval(0.5, self._tick)
        self._begin()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Retry is there after a failure only."""
        return self._ended is not None if action == "retry" else True

    def action_retry(self) -> None:
        """Begin anew."""
        self._begin()

    def action_quit(self) -> None:
        """Quit; while the work goes on, the app asks first."""
        if self._ended:
            self.app.exit(return_code=ExitCode.COULD_NOT)
        else:
            self.app.call_next(self.app.action_quit)

    def _begin(self) -> None:
        self._phases.clear()
        self.query_one(ErrorPanel).show(None)
        self.session.busy += 1
        self.session.status.target = self._phases
        self._begun, self._ended = time.monotonic(), None
        self._title = f'Looking for the cluster "{self.session.course.name}"'
        self.query_one("#about", Text).show("")
        self._tick()
        self.refresh_bindings()
        self._work()

    @work(thread=True, exclusive=True, exit_on_error=False, group="job")
    def _work(self) -> None:
        outcome = JobEnded(self.session.change(self._up))
        self._phases.post_message(outcome)

    def _up(self) -> None:
        course = self.session.course
        _ = course.catalog  # read here, where an error in the data can be shown; it is kept
        exists = course.exists()
        if not exists or course.look().cluster != "running":
            self.post_message(MakingBegan(exists))
            course.up()

    @on(MakingBegan)
    def _making_began(self, event: MakingBegan) -> None:
        doing = "Bringing back" if event.exists else "Making"
        self._title = f'{doing} the cluster "{self.session.course.name}"'
        self.query_one("#about", Text).show(_BACK if event.exists else _MAKING)
        self._tick()

    @on(JobEnded)
    def _job_ended(self, event: JobEnded) -> None:
        self._tick()
        self.session.busy -= 1
        self.session.status.target = self.app
        self._ended = event
        self.query_one(ErrorPanel).show(event.failure)
        self.refresh_bindings()
        self._close()

    @on(ScreenResume)
    def _close(self) -> None:
        if self._ended and self._ended.failure is None and self.is_active:  # not while a question is open
            self.post_message(ClusterReady())

    def _tick(self) -> None:
        if self._ended is None:
            spent = seconds(time.monotonic() - self._begun)
            self.query_one(".heading", Text).show(f"{self._title} · {spent}")
