"""The making of the cluster, phase by phase."""

import time
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import ScreenResume
from textual.widgets import Footer, ProgressBar

from lab import paths
from lab.advice import named
from lab.exit_codes import ExitCode
from lab.phases import seconds
from lab.tui import clock, log_tail
from lab.tui.messages import ClusterReady, JobEnded, LogRead, MakingBegan, StillAhead
from lab.tui.screens.base import LabScreen
from lab.tui.session import Session
from lab.tui.widgets.error_panel import ErrorPanel
from lab.tui.widgets.log_panel import LogPanel
from lab.tui.widgets.phase_list import PhaseList
from lab.tui.widgets.text import Text, TitleBar
from lab.tui.words import spent_of

_MAKING = "This is done once: from then on `lab` finds the cluster as you left it. Quitting stops it."
_BACK = "It was made before and does not run now."
_LOG_LINES = 40


class MakingScreen(LabScreen):
    """Looks for the cluster, makes it when there is none, and says `ClusterReady` when it runs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "Retry", id="making.retry", tooltip="Try once more; what was done is kept"),
        Binding("d", "doctor", "Doctor", id="making.doctor", tooltip="Is this machine fit, and what to do"),
        Binding("l", "log", "Log", id="making.log", tooltip="Show or hide the end of the log"),
        Binding("q", "quit", "Quit", id="making.quit", tooltip="Leave the lab"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._begun = clock.now()
        self._begun_at = time.time()
        self._total = 0.0
        self._phases = PhaseList()
        self._ended: JobEnded | None = None
        self._title = ""

    def compose(self) -> ComposeResult:
        """The phases, then the log, and an error below them."""
        yield TitleBar()
        yield Text(classes="heading")
        yield Text(id="about")
        yield ProgressBar(show_eta=False, id="whole")
        yield self._phases
        yield LogPanel()
        yield ErrorPanel()
        yield Text(id="after", classes="keys")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin."""
        self._ticks = self.set_interval(1, self._tick)
        self._begin()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Retry and the doctor are there after a failure only."""
        return self._ended is not None if action in ("retry", "doctor") else True

    def action_retry(self) -> None:
        """Begin anew."""
        self._begin()

    async def action_doctor(self) -> None:
        """Look at this machine."""
        await self.run_action("app.doctor")

    def action_log(self) -> None:
        """Show or hide the log."""
        panel = self.query_one(LogPanel)
        panel.display = not panel.display
        self._tick()

    def action_quit(self) -> None:
        """Quit; while the work goes on, the app asks first."""
        if self._ended:
            self.app.exit(return_code=ExitCode.COULD_NOT)
        else:
            self.app.call_next(self.app.action_quit)

    def _begin(self) -> None:
        self._phases.clear()
        self.query_one(ErrorPanel).show(None)
        self.query_one("#after", Text).show("")
        self.query_one("#whole").display = False
        self.session.busy += 1
        self.session.status.target = self._phases
        self._begun, self._begun_at, self._total, self._ended = clock.now(), time.time(), 0.0, None
        self._title = f'Looking for the cluster "{self.session.course.name}"'
        self.query_one("#about", Text).show("")
        self._ticks.resume()
        self._tick()
        self.refresh_bindings()
        self._work()

    @work(thread=True, exclusive=True, exit_on_error=False, group="job")
    def _work(self) -> None:
        outcome = JobEnded(self.session.change(self._up))
        if outcome.failure is None:
            self.session.resume_from_last_time()
        self._phases.post_message(outcome)

    def _up(self) -> None:
        import lab.tui.screens.home  # noqa: F401 (what comes next, loaded while this screen is shown)

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
        self.query_one("#about", Text).show(_BACK if event.exists else named(_MAKING, self.session.course.name))
        self._tick()

    @on(StillAhead)
    def _still_ahead(self, event: StillAhead) -> None:
        self._total = clock.now() - self._begun + event.estimate
        bar = self.query_one("#whole", ProgressBar)
        bar.display = True
        bar.update(total=self._total)
        self._tick()

    @on(LogRead)
    def _log_read(self, event: LogRead) -> None:
        self.query_one(LogPanel).show(event.file, event.lines)

    @on(JobEnded)
    def _job_ended(self, event: JobEnded) -> None:
        self._tick()
        self._ticks.pause()
        self.session.busy -= 1
        self.session.status.target = self.app
        self._ended = event
        self.query_one(ErrorPanel).show(event.failure)
        self.refresh_bindings()
        if event.failure:
            spent = seconds(clock.now() - self._begun)
            self.query_one(".heading", Text).show(f"{self._title} · failed after {spent}")
            self.query_one("#about", Text).show("")
            self.query_one("#whole").display = False
            names = ("retry", "tries again"), ("doctor", "looks at this machine"), ("log", "shows or hides the log")
            words = [f"{self.session.key(f'making.{id}')} {does}" for id, does in (*names, ("quit", "quits"))]
            self.query_one("#after", Text).show(" · ".join(words))
        self._close()

    @on(ScreenResume)
    def _close(self) -> None:
        if self._ended and self._ended.failure is None and self.is_active:  # not while a question is open
            self.post_message(ClusterReady())

    def _tick(self) -> None:
        if self._ended is None:
            spent = clock.now() - self._begun
            self.query_one(".heading", Text).show(f"{self._title} · {spent_of(spent, self._total)}")
            self.query_one("#whole", ProgressBar).update(progress=min(spent, self._total * 0.99))
        if self.query_one(LogPanel).display:
            self._read_log()

    @work(thread=True, exclusive=True, exit_on_error=False, group="log")
    def _read_log(self) -> None:
        file = log_tail.newest(paths.state_home() / "logs", self._begun_at)
        self.post_message(LogRead(str(file or ""), log_tail.tail(file, _LOG_LINES) if file else ()))
