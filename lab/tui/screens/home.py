"""The opening page: what this lab is, and its exercises."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Footer

from lab.model import Exercise
from lab.tui.screens.base import LabScreen
from lab.tui.screens.exercise import ExerciseScreen
from lab.tui.widgets.cluster_line import ClusterLine
from lab.tui.widgets.prose import Prose
from lab.tui.widgets.rows import Rows
from lab.tui.widgets.text import TitleBar
from lab.tui.words import exercise_state


class HomeScreen(LabScreen):
    """The first row is about the lab, the others are the exercises; the page beside shows the row at hand."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,o", "open", "Open", id="home.open", priority=True, tooltip="Open the exercise"),
        Binding("s", "start", "Start", id="home.start", tooltip="Start the exercise and open it"),
        Binding("r", "reset", "Reset", id="home.reset", tooltip="Put the exercise back to its start"),
        Binding("R", "reset_all", "Reset all", id="home.reset-all", tooltip="Put the whole cluster back"),
        Binding("j", "scroll(1)", "Scroll", id="home.down", show=False, tooltip="Scroll the page down"),
        Binding("k", "scroll(-1)", "Scroll", id="home.up", show=False, tooltip="Scroll the page up"),
    ]

    def compose(self) -> ComposeResult:
        """The rows beside a page."""
        yield TitleBar()
        with Horizontal(id="home"):
            yield Rows()
            with VerticalScroll(id="page"):
                yield Prose()
        yield ClusterLine(self.session)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Show the exercises and follow their state."""
        self._show_rows()
        self.query_one(Rows).highlighted = 0
        self.set_interval(0.5, self._show_rows)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs an exercise is there when one is highlighted, starting only when it is not started."""
        if action not in ("open", "start", "reset"):
            return True
        exercise = self._exercise() if self.is_mounted else None
        if exercise is None:
            return False
        return action != "start" or not self.session.started(exercise.id)

    def action_open(self) -> None:
        """Open the exercise at hand."""
        if exercise := self._exercise():
            self.app.push_screen(ExerciseScreen(self.session, exercise))

    @work(exclusive=True, group="flow")
    async def action_start(self) -> None:
        """Start the exercise at hand, then open it."""
        exercise = self._exercise()
        if exercise and await self.carry_out(
            f"Starting: {exercise.title}", lambda: self.session.course.start(exercise.id)
        ):
            self.app.push_screen(ExerciseScreen(self.session, exercise))

    @work(exclusive=True, group="flow")
    async def action_reset(self) -> None:
        """Reset the exercise at hand, after a question."""
        exercise = self._exercise()
        if exercise is None:
            return
        question = "What you did in this exercise is undone and its points are cleared. Others keep theirs."
        if await self.ask(f"Reset: {exercise.title}", question, "Reset"):
            course = self.session.course
            await self.carry_out(f"Resetting: {exercise.title}", lambda: course.reset(exercise.id))

    @work(exclusive=True, group="flow")
    async def action_reset_all(self) -> None:
        """Reset the cluster, after a question."""
        question = "The cluster is put back to what it was when it was made. All progress is cleared."
        if await self.ask("Reset everything", question, "Reset all"):
            await self.carry_out("Resetting everything", self.session.course.reset_all)

    def action_scroll(self, by: int) -> None:
        """Scroll the page."""
        self.query_one("#page", VerticalScroll).scroll_relative(y=5 * by, animate=False)

    @on(Rows.OptionHighlighted)
    def _highlighted(self) -> None:
        exercise = self._exercise()
        text = exercise.brief if exercise else self.session.course.catalog.overview
        self.query_one(Prose).update(text)
        self.query_one("#page", VerticalScroll).scroll_home(animate=False)
        self.refresh_bindings()

    @on(Rows.OptionSelected)
    def _clicked(self) -> None:
        self.action_open()

    def _exercise(self) -> Exercise | None:
        index = self.query_one(Rows).highlighted or 0
        return self.session.course.catalog.exercises[index - 1] if index else None

    def _show_rows(self) -> None:
        texts = [Content("About this lab")]
        for exercise in self.session.course.catalog.exercises:
            state = exercise_state(exercise, self.session.progress(exercise.id))
            texts.append(Content.assemble(Content.styled(exercise.title, "bold"), "\n    ", state))
        self.query_one(Rows).show(texts)
