"""One exercise: its steps, the text of the one at hand, and its checks, looked at again and again."""

import time
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Footer

from lab.model import Exercise, Report, Step, Verdict
from lab.tui.failures import Failure
from lab.tui.messages import Observed
from lab.tui.modals.error import ErrorModal
from lab.tui.modals.hint import HintModal
from lab.tui.modals.page import Page
from lab.tui.observation import Observation
from lab.tui.screens.base import LabScreen
from lab.tui.session import Session
from lab.tui.widgets.check_panel import CheckPanel
from lab.tui.widgets.cluster_line import ClusterLine
from lab.tui.widgets.prose import Prose
from lab.tui.widgets.rows import Rows
from lab.tui.widgets.text import Text, TitleBar
from lab.tui.words import points, step_state


class ExerciseScreen(LabScreen):
    """The first row is the brief, the others are the steps. Observes the exercise while it is started."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", "Start", id="exercise.start", priority=True, tooltip="Start this exercise"),
        Binding("n", "step(1)", "Step", id="exercise.next", key_display="n/p", tooltip="Next step"),
        Binding("p", "step(-1)", "Step", id="exercise.previous", show=False, tooltip="Previous step"),
        Binding("h", "hint", "Hint", id="exercise.hint", tooltip="Hints of this step, one at a time"),
        Binding("v", "verify", "Verify", id="exercise.verify", tooltip="Look at the cluster now"),
        Binding("s", "solve", "Solve", id="exercise.solve", tooltip="Have this step done, and see how"),
        Binding("r", "reset", "Reset", id="exercise.reset", tooltip="Put the exercise back to its start"),
        Binding("m", "read", "Text", id="exercise.read", tooltip="The text alone, or with steps and checks"),
        Binding("j", "scroll(1)", "Scroll", id="exercise.down", show=False, tooltip="Scroll the text down"),
        Binding("k", "scroll(-1)", "Scroll", id="exercise.up", show=False, tooltip="Scroll the text up"),
        Binding("escape", "back", "Back", id="exercise.back", tooltip="Back to the exercises"),
    ]

    def __init__(self, session: Session, exercise: Exercise) -> None:
        super().__init__(session)
        self.exercise = exercise
        self.seen = Observation()
        self._started = False
        self._asked = False

    def compose(self) -> ComposeResult:
        """Steps beside the text, checks below."""
        yield TitleBar(self.exercise.title)
        with Horizontal(id="top"):
            yield Rows()
            with VerticalScroll(id="text"):
                yield Prose()
        yield Text(id="checks-heading")
        yield CheckPanel()
        yield ClusterLine(self.session)
        yield Footer(compact=True, show_command_palette=False)  # 80 columns are full; the page of keys has it

    def on_mount(self) -> None:
        """Open at the first step when the exercise is started, else at the brief."""
        self._started = self.session.started(self.exercise.id)
        self._show_rows()
        self.query_one(Rows).highlighted = 1 if self._started else 0
        self._tick()
        self.set_interval(0.5, self._tick)

    @property
    def step(self) -> Step | None:
        """The step at hand; None at the brief."""
        index = self.query_one(Rows).highlighted or 0
        return self.exercise.steps[index - 1] if index else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Starting is there before the start, what needs a started exercise after it."""
        if action == "start":
            return not self._started
        return self._started if action in ("verify", "solve", "hint", "reset") else True

    def action_step(self, by: int) -> None:
        """Go to another step."""
        self.query_one(Rows).move(by)

    def action_scroll(self, by: int) -> None:
        """Scroll the text."""
        self.query_one("#text", VerticalScroll).scroll_relative(y=5 * by, animate=False)

    def action_read(self) -> None:
        """Show the text alone, or all."""
        self.toggle_class("-reading")

    def action_back(self) -> None:
        """Back to the list."""
        self.dismiss()

    def action_verify(self) -> None:
        """Look now; what comes of it is said."""
        self.seen.wanted = self._asked = True
        self._tick()

    def action_hint(self) -> None:
        """Show the hints of the step at hand."""
        if step := self._needs_step():
            self.app.push_screen(HintModal(self.session.course, self.exercise.id, step))

    @work(exclusive=True, group="flow")
    async def action_start(self) -> None:
        """Put the starting state in place."""
        course = self.session.course
        if await self.carry_out(f"Starting: {self.exercise.title}", lambda: course.start(self.exercise.id)):
            self.query_one(Rows).highlighted = 1

    @work(exclusive=True, group="flow")
    async def action_solve(self) -> None:
        """Solve the step at hand, after a question, then show what was typed."""
        if not (step := self._needs_step()):
            return
        question = "The lab types the solution of this step on the node, and records that. Hints (h) tell less."
        if not await self.ask(f"Solve: {step.title}", question, "Solve"):
            return
        selector = f"{self.exercise.id}/{step.id}"
        if await self.carry_out(f"Solving: {step.title}", lambda: self.session.course.solve(selector)):
            self.seen.wanted = True
            text = f"What was typed:\n\n```bash\n{step.solution.strip()}\n```\n\n{step.why}"
            self.app.push_screen(Page(f"Solution: {step.title}", text))

    @work(exclusive=True, group="flow")
    async def action_reset(self) -> None:
        """Reset the exercise, after a question."""
        title, course = self.exercise.title, self.session.course
        question = "What you did in this exercise is undone and its points are cleared. Others keep theirs."
        if await self.ask(f"Reset: {title}", question, "Reset"):
            await self.carry_out(f"Resetting: {title}", lambda: course.reset(self.exercise.id))
            self.seen.forget()
            self._show_result()

    @work(thread=True, exclusive=True, exit_on_error=False, group="verify")
    def _observe(self) -> None:
        self.post_message(Observed(self.session.verify(self.exercise.id)))

    @on(Observed)
    def _observed(self, event: Observed) -> None:
        before = {step.id: step.verdict for step in self.seen.result.steps} if self.seen.result else {}
        self.seen.end(event.outcome, time.monotonic())
        asked, self._asked = self._asked and not self.seen.wanted, self._asked and self.seen.wanted
        if asked and isinstance(event.outcome, Failure):
            self.app.push_screen(ErrorModal(event.outcome))
        elif asked and isinstance(event.outcome, Report):
            score = f"{event.outcome.earned} of {points(event.outcome.possible)}"
            self.notify(score, title="Looked at the cluster", markup=False)
        for step in self.seen.result.steps if self.seen.result else ():
            if step.verdict is Verdict.PASS and before.get(step.id, Verdict.PASS) is not Verdict.PASS:
                self.notify(step.title, title="✓ This step passes", markup=False)
        self._show_result()

    @on(Rows.OptionHighlighted)
    async def _highlighted(self) -> None:
        step = self.step
        self.query_one(Prose).update(_text(step) if step else self.exercise.brief)
        self.query_one("#text", VerticalScroll).scroll_home(animate=False)
        await self.query_one(CheckPanel).show_step(step, self.seen.step(step.id) if step else None)
        self._show_heading()

    def _tick(self) -> None:
        started = self.session.started(self.exercise.id)
        if started != self._started:
            self._started = started
            self.refresh_bindings()
        now = time.monotonic()
        if started and not self.session.busy and self.seen.due(now):
            self.seen.begin(now)
            self._observe()
        self._show_heading()

    def _show_result(self) -> None:
        self._show_rows()
        if step := self.step:
            self.query_one(CheckPanel).show_result(self.seen.step(step.id))
        self._show_heading()

    def _show_rows(self) -> None:
        texts = [Content("The task")]
        for number, step in enumerate(self.exercise.steps, 1):
            state = step_state(self.seen.step(step.id))
            texts.append(Content.assemble(Content.styled(f"{number} {step.title}", "bold"), "\n    ", state))
        self.query_one(Rows).show(texts)

    def _show_heading(self) -> None:
        heading = self.query_one("#checks-heading", Text)
        if not self._started:
            heading.show("Not started: Enter puts the starting state in place.")
            return
        result, step = self.seen.result, self.step
        what = f"Checks of step {self.query_one(Rows).highlighted}" if step else "n goes to the first step"
        score = f" · {result.earned} of {points(result.possible)} in all" if result else ""
        note = f" · {result.note}" if result and result.note else ""
        heading.show(f"{what} · {self.seen.age(time.monotonic())}{score}{note}")

    def _needs_step(self) -> Step | None:
        if self.step is None:
            self.notify("Go to a step first: n", markup=False)
        return self.step


def _text(step: Step) -> str:
    links = "\n".join(f"- {reference.title}: {reference.url}" for reference in step.references)
    return f"{step.text}\n\n**In the documentation**\n\n{links}" if links else step.text
