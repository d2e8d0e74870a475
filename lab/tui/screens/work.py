"""The one screen to work in: the steps, the text of the one at hand, its checks, and a terminal on the node.

On a wide screen all of it is in sight; on a narrow one, the terminal or the rest.
"""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer

from lab.model import Exercise, Step
from lab.tui import clock
from lab.tui.keys import pressed
from lab.tui.modals.reading import Walk
from lab.tui.screens.work_looks import Looks
from lab.tui.session import Session
from lab.tui.widgets.check_panel import CheckPanel, CheckRow
from lab.tui.widgets.cluster_line import ClusterLine, GoneLine
from lab.tui.widgets.fence import Fence
from lab.tui.widgets.step_list import StepList
from lab.tui.widgets.step_page import StepPage, text_of
from lab.tui.widgets.terminal import TerminalPane
from lab.tui.widgets.text import Text, TitleBar
from lab.tui.work_words import heading, learnt, summary

if TYPE_CHECKING:
    from lab.tui.app import LabApp

_NAME = "work"


def open_work(app: "LabApp", session: Session, exercise_id: str, step_id: str = "") -> None:
    """Show the work screen at an exercise and a step; without a step, at the learner's own or the first."""
    place = session.course.catalog.find(exercise_id), step_id
    if not app.is_screen_installed(_NAME):
        app.install_screen(WorkScreen(session, app.settings.prefix, *place), _NAME)
    screen = app.get_screen(_NAME, WorkScreen)
    if screen.is_mounted:  # else it opens the place when it is
        screen.open_place(*place)
    if screen not in app.screen_stack:
        app.push_screen(screen)


class WorkScreen(Looks):
    """An exercise, with the terminal. There is one for all exercises, so that its shell stays."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", "Start", id="work.start", tooltip="Start this exercise"),
        Binding("n", "step(1)", "Step", id="work.next", key_display="n/p", tooltip="Next step"),
        Binding("p", "step(-1)", "Step", id="work.previous", show=False, tooltip="Step before"),
        Binding("right_square_bracket", "command(1)", "Command", id="work.command", tooltip="Next command of the text"),
        Binding("left_square_bracket", "command(-1)", id="work.command-before", show=False, tooltip="Command before"),
        Binding("tab", "item(1)", id="work.item", show=False, tooltip="Next command or check"),
        Binding("shift+tab", "item(-1)", id="work.item-before", show=False, tooltip="Command or check before"),
        Binding("t,f2", "terminal", "Terminal", id="work.terminal", tooltip="Go to the terminal on the node"),
        Binding("f", "full", "Full", id="work.full", show=False, tooltip="The terminal as large as the screen, or not"),
        Binding("h", "hint", "Hint", id="work.hint", tooltip="Hints of this step, one at a time"),
        Binding(
            "s", "solve", "Solution", id="work.solve", tooltip="The solution of this step: see it, or have it done"
        ),
        Binding("v", "verify", "Verify", id="work.verify", show=False, tooltip="Look at the cluster now"),
        Binding("w", "why", "Why", id="work.why", show=False, tooltip="What a step that is done has taught"),
        Binding("m", "read", "Text", id="work.read", show=False, tooltip="The text alone, or with steps and checks"),
        Binding("l", "steps", "Steps", id="work.steps", show=False, tooltip="The list of steps"),
        Binding("j", "scroll(1)", id="work.down", show=False, tooltip="Scroll the text down"),
        Binding("k", "scroll(-1)", id="work.up", show=False, tooltip="Scroll the text up"),
        Binding("r", "reset", "Reset", id="work.reset", show=False, tooltip="Put the exercise back to its start"),
        Binding("escape", "back", "Back", id="work.back", tooltip="Back to the exercises; the shell stays"),
    ]
    CSS_PATH = "work.tcss"

    def __init__(self, session: Session, prefix: str, exercise: Exercise, step_id: str = "") -> None:
        super().__init__(session, exercise)
        self.prefix = prefix
        self._walk = Walk()
        self._first_step = step_id

    def compose(self) -> ComposeResult:
        """Steps, text and checks beside the terminal."""
        yield TitleBar()
        yield GoneLine(self.session)
        with Horizontal(id="both"):
            with Vertical(id="reading"):
                yield StepList()
                yield StepPage()
                yield Text(id="checks-heading")
                yield CheckPanel()
            with Vertical(id="doing"):
                yield self.make_pane()
        with Horizontal(id="below"):
            yield ClusterLine(self.session)
            yield Text(id="leave")
        yield Footer(compact=True, show_command_palette=False)  # 80 columns are full; the page of keys has it

    def make_pane(self) -> TerminalPane:
        """The terminal."""
        return TerminalPane(prefix=self.prefix)

    def on_mount(self) -> None:
        """Open the place that was asked for."""
        super().on_mount()
        self.watch(self.pane, "prefixed", self._show_leaving)
        self.open_place(self.exercise, self._first_step)

    def _show_leaving(self, prefixed: bool) -> None:
        """Say how the terminal is left; after the prefix key, what the next one can be."""
        names = ("full", "full"), ("hint", "hint"), ("solve", "solution"), ("next", "next step")
        after = " · ".join(f"{self.session.key(f'work.{id}')} {does}" for id, does in names)
        keys = self.session.key("lab.keys")
        text = f"tab leaves · {after} · {keys} keys" if prefixed else f"{pressed(self.prefix)} then tab leaves"
        self.query_one("#leave", Text).show(text)

    # -- where one is

    @property
    def step(self) -> Step | None:
        """The step at hand; None at the task."""
        index = self.query_one(StepList).highlighted or 0
        return self.exercise.steps[index - 1] if index else None

    def open_exercise(self, exercise: Exercise) -> None:
        """Go to an exercise: to its first step that does not pass, or, when it is not started, to its task."""
        self.open_place(exercise, "")

    def open_place(self, exercise: Exercise, step_id: str) -> None:
        """Go to an exercise and a step of it; without one, to where the learner was, or what is next."""
        self.set_class(
            self.exercise is not exercise, "-arriving"
        )  # until its text is there, that of another is not shown
        self.take_up(exercise)
        place = self.session.resume
        if not step_id and self.started:
            step_id = place.step_id if place and place.exercise_id == exercise.id else ""
            step_id = step_id or exercise.steps[0].id
        steps = self.query_one(StepList)
        with self.prevent(StepList.OptionHighlighted):
            steps.highlighted = None
        steps.show_steps(self.seen)
        self.go_to(step_id)
        self.refresh_bindings()
        self.leave_terminal()
        self.open_terminal()
        self.show_state()
        self.think()

    def go_to(self, step_id: str) -> None:
        """Go to a step of this exercise; to its task when it is empty."""
        ids = ["", *(step.id for step in self.exercise.steps)]
        self.query_one(StepList).highlighted = ids.index(step_id)

    def focus_text(self) -> None:
        """Let the arrows scroll the text."""
        self.set_focus(self.query_one(StepPage))

    def on_descendant_focus(self) -> None:
        """Say how the terminal is left while it has the keys."""
        self.set_class(self.in_terminal, "-in-terminal")
        self.call_after_refresh(self.show_state)

    @on(StepList.OptionHighlighted)
    async def _highlighted(self) -> None:
        step, page = self.step, self.query_one(StepPage)
        self.session.remember(self.exercise.id, step.id if step else "")
        text = page.show_text(text_of(step) if step else self.exercise.brief)
        await self.query_one(CheckPanel).show_step(step, self.seen)
        if self.has_class("-arriving"):
            await text
            self.remove_class("-arriving")
        self.show_result()
        self.think()

    @on(StepList.OptionSelected)
    def _chosen(self) -> None:
        self.remove_class("-steps")
        self.focus_text()

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Starting is there before the start, and to take up again; what needs a started exercise after it."""
        if action == "start":
            return self.aside or not self.started
        return self.started if action in ("verify", "solve", "hint", "reset") else True

    def action_step(self, by: int) -> None:
        """Go to another step."""
        self.query_one(StepList).move(by)

    def action_command(self, by: int) -> None:
        """Go to another command of the text."""
        self._walk.go(self.query_one(StepPage).commands(), by)

    def action_item(self, by: int) -> None:
        """Go to another command of the text or to a check."""
        self._walk.go([*self.query_one(StepPage).commands(), *self.query(CheckRow)], by)

    def action_scroll(self, by: int) -> None:
        """Scroll the text."""
        self.query_one(StepPage).scroll_relative(y=5 * by, animate=False)

    def action_read(self) -> None:
        """Show the text alone, or all."""
        self.toggle_class("-text-alone")

    def action_steps(self) -> None:
        """Go to the list of steps, where it is hidden show it; and back."""
        self.toggle_class("-steps")
        if self.has_class("-steps"):
            self.set_focus(self.query_one(StepList))
        else:
            self.focus_text()

    async def action_why(self) -> None:
        """Show what the step has taught."""
        await self.query_one(StepPage).go_to_learnt()

    def action_back(self) -> None:
        """Back to the list; the shell goes on."""
        self.app.pop_screen()

    # -- showing

    def show_result(self) -> None:
        """Show what is known, in place."""
        step = self.step
        self.query_one(StepList).show_steps(self.seen)
        self.query_one(CheckPanel).show_result(step.id if step else "", self.seen)
        self.query_one(StepPage).show_learnt(learnt(self.seen, step))
        self.show_state()

    def _command_keys(self) -> str:
        """What can be done with a command at hand that is so long that its own border is out of sight."""
        fence, page = self.focused, self.query_one(StepPage)
        long = fence is not None and fence.region.bottom > page.region.bottom
        return f"▸ {fence.keys}" if isinstance(fence, Fence) and long else ""

    def show_state(self) -> None:
        """Show what changes with time: the summary, the cluster's fate, and the line over the checks."""
        seen, step, now = self.seen, self.step, clock.now()
        self.query_one(TitleBar).show(summary(seen, step, self.started, now))
        self.query_one("#checks-heading", Text).show(self._command_keys() or heading(seen, step, self.started, now))
        self.query_one(GoneLine).refresh_state()
