"""The pane that a learner reads: an exercise's steps, the text of the one at hand, and its checks."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.markup import escape
from textual.message import Message

from lab.model import Exercise, Step
from lab.tui import clock
from lab.tui.modals.reading import Walk
from lab.tui.observation import Observation
from lab.tui.widgets.check_panel import CheckPanel, CheckRow
from lab.tui.widgets.fence import Fence
from lab.tui.widgets.step_list import StepList
from lab.tui.widgets.step_page import StepPage, text_of
from lab.tui.work_words import heading, learnt


class StepReader(Vertical):
    """Shows what is known of an exercise, `seen`, at one of its steps. Its `page` is the text."""

    class StepShown(Message):
        """Another step is at hand, with its text and its checks."""

    def __init__(self, seen: Observation) -> None:
        super().__init__(id="reading")
        self.seen = seen
        self.page = StepPage()
        self.steps = StepList()
        self._checks = CheckPanel()
        self._walk = Walk()

    def compose(self) -> ComposeResult:
        """Steps over text over checks."""
        self.steps.border_title = "Steps"
        yield self.steps
        yield self.page
        yield self._checks

    @property
    def exercise(self) -> Exercise:
        """The exercise at hand."""
        return self.seen.exercise

    @property
    def step(self) -> Step | None:
        """The step at hand; None at the task."""
        index = self.steps.highlighted or 0
        return self.exercise.steps[index - 1] if index else None

    def needed_step(self) -> Step | None:
        """The step at hand; tells the learner where there is none."""
        if self.step is None:
            self.notify("Go to a step first: n", markup=False)
        return self.step

    def open(self, seen: Observation, step_id: str) -> None:
        """Go to an exercise and a step of it; until its text is there, that of another is not shown."""
        self.set_class(self.exercise is not seen.exercise, "-arriving")
        self.page.border_title = escape(seen.exercise.title)
        self.seen = seen
        with self.prevent(StepList.OptionHighlighted):
            self.steps.highlighted = None
        self.steps.show_steps(seen)
        self.go_to(step_id)

    def go_to(self, step_id: str) -> None:
        """Go to a step of this exercise; to its task when it is empty."""
        ids = ["", *(step.id for step in self.exercise.steps)]
        self.steps.highlighted = ids.index(step_id)

    def walk(self, by: int, checks: bool) -> None:
        """Give the keys to another command of the text; with `checks`, to a check too."""
        self._walk.go([*self.page.commands(), *(self.query(CheckRow) if checks else ())], by)

    def show_result(self) -> None:
        """Show what is known, in place."""
        step = self.step
        self.steps.show_steps(self.seen)
        self._checks.show_result(step.id if step else "", self.seen)
        self.page.show_learnt(learnt(self.seen, step))

    def show_state(self, started: bool) -> None:
        """Show over the checks what there is to do, or how new they are."""
        text = self._command_keys() or heading(self.seen, self.step, started, clock.now())
        self._checks.border_title = escape(text)
        for toasts in self.screen.query("ToastRack"):  # over the text, below the list of steps
            toasts.styles.margin = (self.page.region.y, 0, 0, 1)

    @on(StepList.OptionHighlighted)
    async def _highlighted(self) -> None:
        step = self.step
        text = self.page.show_text(text_of(step) if step else self.exercise.brief)
        await self._checks.show_step(step, self.seen)
        if self.has_class("-arriving"):
            await text
            self.remove_class("-arriving")
        self.show_result()
        self.post_message(self.StepShown())

    def _command_keys(self) -> str:
        """What can be done with a command at hand that is so long that its own border is out of sight."""
        fence = self.screen.focused
        long = fence is not None and fence.region.bottom > self.page.region.bottom
        return f"▸ {fence.keys}" if isinstance(fence, Fence) and long else ""
