"""The one screen to work in: the steps, the text of the one at hand, its checks, and a terminal on the node.

On a wide screen all of it is in sight; on a narrow one, the terminal or the rest.
"""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import ScreenResume
from textual.widgets import Footer

from lab.model import Exercise
from lab.tui import clock, dialogs, help_dialogs, observation, rescue_dialog
from lab.tui.messages import Heard, Looked
from lab.tui.observation import Observation
from lab.tui.screens.base import LabScreen
from lab.tui.screens.work_keys import KEYS
from lab.tui.session import Session
from lab.tui.step_checker import StepChecker, Verified
from lab.tui.widgets.cluster_line import ClusterLine, GoneLine
from lab.tui.widgets.fence import Sent
from lab.tui.widgets.rescue_panel import RescuePanel
from lab.tui.widgets.step_list import StepList
from lab.tui.widgets.step_reader import StepReader
from lab.tui.widgets.terminal_dock import LeaveLine, TerminalDock
from lab.tui.widgets.text import TitleBar
from lab.tui.work_words import summary

TICK = 0.5  # seconds between two thoughts about what is due


class WorkScreen(LabScreen):
    """An exercise, with the terminal; one for all exercises, so that its shell stays."""

    BINDINGS = KEYS
    CSS_PATH = "work.tcss"

    def __init__(self, session: Session, prefix: str, exercise: Exercise, step_id: str = "") -> None:
        super().__init__(session)
        self.checker = StepChecker(session, self)
        self.checker.take_up(exercise)
        self.reader = StepReader(self.seen)
        self.dock = TerminalDock(session, prefix, beside=self.reader.page)
        self._first_step = step_id

    def compose(self) -> ComposeResult:
        """Steps, text and checks beside the terminal."""
        yield TitleBar()
        yield GoneLine(self.session)
        yield RescuePanel(self.session)
        yield Horizontal(self.reader, self.dock, id="both")
        yield Horizontal(ClusterLine(self.session), LeaveLine(self.session, self.dock.pane), id="below")
        yield Footer(compact=True, show_command_palette=False)  # 80 columns are full; the page of keys has it

    def on_mount(self) -> None:
        """Open the place that was asked for, and think of the checks now and then."""
        self.set_interval(TICK, self.think)
        self.open_place(self.exercise, self._first_step)

    @property
    def exercise(self) -> Exercise:
        """The exercise at hand."""
        return self.checker.exercise

    @property
    def seen(self) -> Observation:
        """What is known of it."""
        return self.checker.seen

    def open_place(self, exercise: Exercise, step_id: str = "") -> None:
        """Go to an exercise and a step of it; without one, to where the learner was, or what is next."""
        another = exercise is not self.exercise
        self.checker.take_up(exercise)
        if not step_id and self.checker.started:
            step_id = self.session.next_step(exercise) or exercise.steps[0].id
        self.session.remember(exercise.id, step_id)  # where a shell begins
        self.reader.open(self.seen, step_id)
        self.refresh_bindings()
        self.dock.leave()
        self.dock.open_shell()
        self.dock.go_to(exercise.node_folder if another and self.checker.started else "")
        self.show_state()
        self.think()

    def on_descendant_focus(self) -> None:
        """Say how the terminal is left while it has the keys."""
        self.set_class(self.dock.has_keys, "-in-terminal")
        self.call_after_refresh(self.show_state)

    @on(StepReader.StepShown)
    def _step_shown(self) -> None:
        step = self.reader.step
        self.session.remember(self.exercise.id, step.id if step else "")
        self.show_state()
        self.think()

    @on(StepList.OptionSelected)
    def _chosen(self) -> None:
        self.remove_class("-steps")
        self.set_focus(self.reader.page)

    def think(self) -> None:
        """Look if it is time to; and show what changes with time."""
        if not self.is_current:
            return
        followed = self.checker.follow_cluster()
        if followed.back:
            self.dock.open_shell()
        if followed.undone:
            self.show_result()
        if followed.anything:
            self.refresh_bindings()
        step = self.reader.step
        self.checker.look_if_due(step.id if step else "")
        self.show_state()
        if self.is_active and not self.dock.has_keys and self.seen.finish():  # there it would take what is being typed
            self.celebrate(self.seen)

    @on(Heard)
    def _heard(self) -> None:
        self.checker.hear()
        self.set_timer(observation.DEBOUNCE + 0.02, self.think)

    @on(ScreenResume)
    @on(Looked)
    def _something_came(self) -> None:
        self.call_later(self.think)

    @on(Verified)
    def _verified(self, event: Verified) -> None:
        help_dialogs.tell(self.app, event)
        if event.seen is self.seen:
            self.show_result()
        self.set_timer(observation.REST + 0.02, self.think)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Starting is there before the start, and to take up again; what needs a started exercise after it."""
        if action == "start":
            return self.checker.aside or not self.checker.started
        return self.checker.started if action in ("verify", "solve", "hint", "reset") else True

    @work(exclusive=True, group="flow")
    async def action_start(self) -> None:
        """Put the starting state in place, after a question."""
        exercise, seen = self.exercise, self.seen
        if await dialogs.start(self.app, self.session, exercise):
            seen.forget()
            self.reader.go_to(exercise.steps[0].id)
            self.dock.go_to(exercise.node_folder)

    @work(exclusive=True, group="flow")
    async def action_reset(self) -> None:
        """Reset the exercise, after a question."""
        seen = self.seen
        if await dialogs.reset(self.app, self.session, self.exercise):
            seen.forget()
            self.show_result()

    @work(exclusive=True, group="flow")
    async def action_rescue(self) -> None:
        """Put the control plane's last good files back, after a question."""
        await rescue_dialog.rescue(self.app, self.session)

    @work(exclusive=True, group="flow")
    async def action_hint(self) -> None:
        """Show the hints of the step at hand."""
        if step := self.reader.needed_step():
            self.take(await help_dialogs.show_hints(self.app, self.session.course, self.exercise, step))

    @work(exclusive=True, group="flow")
    async def action_solve(self) -> None:
        """Show the solution of the step at hand, or have it done; after a question, as it is recorded."""
        if step := self.reader.needed_step():
            seen = self.seen
            sent = await help_dialogs.offer_solution(self.app, self.session, self.exercise, step)
            seen.want()
            self.take(sent)

    @work(exclusive=True, group="help")
    async def celebrate(self, seen: Observation) -> None:
        """Say that all steps of an exercise pass, and go to the next one if that is wanted."""
        if following := await help_dialogs.congratulate(self.app, self.session.course, seen):
            self.open_place(following)

    @work(exclusive=True, group="own")
    async def do_here(self, command: str) -> None:
        """Do a command of the lab."""
        await help_dialogs.do_own_command(self.app, self.session, command)

    def take(self, sent: Sent | None) -> None:
        """Put a command into the terminal, or do it when it is one for one's own machine."""
        if sent and sent.own:
            self.do_here(sent.text)
        elif sent:
            self.dock.type(sent)

    def action_verify(self) -> None:
        """Verify now, and tell the learner what came of it."""
        self.checker.ask()
        self.think()

    def action_terminal(self) -> None:
        """Go to the terminal."""
        self.dock.enter()

    def action_full(self) -> None:
        """Make the terminal as large as the screen, or as it was."""
        self.dock.toggle_full()

    def action_step(self, by: int) -> None:
        """Go to another step; behind the last one of an exercise that is done, to the next exercise."""
        if by > 0 and self.reader.step is self.exercise.steps[-1] and self.seen.complete and self.seen.then:
            self.open_place(self.seen.then)
        else:
            self.reader.steps.move(by)

    def action_item(self, by: int, checks: bool = True) -> None:
        """Go to another command of the text or to a check; or among the commands alone."""
        self.reader.walk(by, checks)

    def action_scroll(self, by: int) -> None:
        """Scroll the text."""
        self.reader.page.scroll_relative(y=5 * by, animate=False)

    def action_read(self) -> None:
        """Show the text alone, or all."""
        self.toggle_class("-text-alone")

    def action_steps(self) -> None:
        """Go to the list of steps, where it is hidden show it; and back."""
        self.toggle_class("-steps")
        self.set_focus(self.reader.steps if self.has_class("-steps") else self.reader.page)

    async def action_why(self) -> None:
        """Show what the step has taught."""
        await self.reader.page.go_to_learnt()

    def show_result(self) -> None:
        """Show what is known, in place."""
        self.reader.show_result()
        self.show_state()

    def show_state(self) -> None:
        """Show what changes with time."""
        started, notice = self.checker.started, self.session.notices.line if self.dock.alone else ""
        where, score = summary(self.seen, self.reader.step, started, clock.now())
        self.query_one(TitleBar).show(notice or where, score)
        self.reader.show_state(started)
        self.query_one(GoneLine).refresh_state()
        self.query_one(RescuePanel).refresh_state()
