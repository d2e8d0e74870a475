"""The opening page: what this lab is, its exercises, and where to go on."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalGroup, VerticalScroll
from textual.content import Content
from textual.events import ScreenResume
from textual.widgets import Footer

from lab.model import Exercise, Place
from lab.tui import dialogs
from lab.tui.messages import Looked, OpenPlace
from lab.tui.path_words import small
from lab.tui.screens.base import LabScreen
from lab.tui.session import Session
from lab.tui.widgets.cluster_line import ClusterLine, GoneLine
from lab.tui.widgets.prose import Prose
from lab.tui.widgets.rows import Rows
from lab.tui.widgets.text import Text, TitleBar
from lab.tui.words import exercise_state, score_bar, step_marks

_NEEDS_EXERCISE = ("open", "start", "reset")


class HomeScreen(LabScreen):
    """The first row is about the lab, the others are the exercises; the page beside shows the row at hand."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,o", "open", "Open", id="home.open", priority=True, tooltip="Open the exercise"),
        Binding("s", "start", "Start", id="home.start", tooltip="Start the exercise and open it"),
        Binding("r", "reset", "Reset", id="home.reset", tooltip="Put the exercise back to its start"),
        Binding("R", "reset_all", "Reset all", id="home.reset-all", tooltip="Put the whole cluster back"),
        Binding("a", "app.path", "Path", id="home.path", tooltip="The way of a request: who judges an image where"),
        Binding("d", "app.doctor", "Doctor", id="home.doctor", tooltip="Is this machine fit, and what to do"),
        Binding("j", "scroll(1)", "Scroll", id="home.down", show=False, tooltip="Scroll the page down"),
        Binding("k", "scroll(-1)", "Scroll", id="home.up", show=False, tooltip="Scroll the page up"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._startable: set[str] = set()

    def compose(self) -> ComposeResult:
        """The rows beside a page, under what to do next."""
        yield TitleBar()
        yield GoneLine(self.session)
        with Horizontal(id="home"):
            with VerticalGroup(id="list") as listed:
                listed.border_title = "Exercises"
                yield Text(id="next")
                yield Rows()
            with VerticalScroll(id="page"):
                yield Prose()
        yield Text(id="way")
        yield ClusterLine(self.session)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show the exercises, with the cursor where the learner was."""
        self._show_state()
        place = self.session.resume
        ids = [exercise.id for exercise in self.session.course.catalog.exercises]
        self.query_one(Rows).highlighted = ids.index(place.exercise_id) + 1 if place and place.exercise_id in ids else 0

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs an exercise is there when one is highlighted, starting only when there is something to start."""
        if action not in _NEEDS_EXERCISE:
            return True
        exercise = self._exercise() if self.is_mounted else None
        if exercise is None:
            return False
        return action != "start" or self._can_start(exercise)

    # -- what the palette calls, too

    @work(exclusive=True, group="flow")
    async def start_exercise(self, exercise_id: str) -> None:
        """Start an exercise, after a question, then open it."""
        exercise = self.session.course.catalog.find(exercise_id)
        if await dialogs.start(self.app, self.session, exercise):
            self.post_message(OpenPlace(Place(exercise.id)))

    @work(exclusive=True, group="flow")
    async def reset_exercise(self, exercise_id: str) -> None:
        """Reset an exercise, after a question."""
        await dialogs.reset(self.app, self.session, self.session.course.catalog.find(exercise_id))

    @work(exclusive=True, group="flow")
    async def reset_everything(self) -> None:
        """Reset the cluster, after a question."""
        question = "The cluster is put back to what it was when it was made. All progress is cleared."
        if await dialogs.ask(self.app, "Reset everything", question, "Reset all") and await dialogs.carry_out(
            self.app, self.session, "Resetting everything", self.session.course.reset_all
        ):
            self.session.resume = None

    # -- actions

    def action_open(self) -> None:
        """Open the exercise at hand."""
        if exercise := self._exercise():
            self.post_message(OpenPlace(Place(exercise.id)))

    def action_start(self) -> None:
        """Start the exercise at hand, then open it."""
        if exercise := self._exercise():
            self.start_exercise(exercise.id)

    def action_reset(self) -> None:
        """Reset the exercise at hand, after a question."""
        if exercise := self._exercise():
            self.reset_exercise(exercise.id)

    def action_reset_all(self) -> None:
        """Reset the cluster, after a question."""
        self.reset_everything()

    def action_scroll(self, by: int) -> None:
        """Scroll the page."""
        self.query_one("#page", VerticalScroll).scroll_relative(y=5 * by, animate=False)

    # -- what is shown

    @on(Rows.OptionHighlighted)
    def _highlighted(self) -> None:
        exercise = self._exercise()
        text = exercise.brief if exercise else self.session.course.catalog.overview
        self.query_one(Prose).update(text)
        self.query_one("#page").border_title = "The task" if exercise else "About this lab"
        self.query_one("#page", VerticalScroll).scroll_home(animate=False)
        self._show_next()
        self.refresh_bindings()

    @on(Rows.OptionSelected)
    def _clicked(self) -> None:
        self.action_open()

    @on(ScreenResume)
    @on(Looked)
    def _show_state(self) -> None:
        if not self.query(Rows):  # the screen is being closed
            return
        texts = [Content("About this lab")]
        for exercise in self.session.course.catalog.exercises:
            state = exercise_state(exercise, self.session.progress(exercise.id), old=not self.session.api_is_ready)
            wide = not self.has_class("-narrow")
            marks = step_marks(exercise, self.session.progress(exercise.id), titles=wide)
            texts.append(Content.assemble((exercise.title, "bold"), "\n    ", marks, "\n    ", state))
        self.query_one(Rows).show(texts)
        rows = [self.session.progress(exercise.id) for exercise in self.session.course.catalog.exercises]
        possible = sum(exercise.points for exercise in self.session.course.catalog.exercises)
        known = [row.scored_at for row in rows if row and row.started and row.scored_at]
        as_of = "" if self.session.api_is_ready else min(known, default="")
        self.query_one(TitleBar).show("CKS lab", score_bar(sum(row.earned for row in rows if row), possible, as_of))
        self._show_next()
        self._show_path()
        self.query_one(GoneLine).refresh_state()
        startable = {each.id for each in self.session.course.catalog.exercises if self._can_start(each)}
        if startable != self._startable:
            self._startable = startable
            self.refresh_bindings()

    def _show_next(self) -> None:
        """Where to go on, and with which key."""
        opens, starts = self.session.key("home.open"), self.session.key("home.start")
        exercise = self._exercise()
        if exercise is None:
            text = f"↑ ↓ choose an exercise, {opens} opens it, {self.session.key('lab.keys')} shows all keys"
        elif self.session.set_aside(exercise.id):
            text = f"{starts} takes up again what was set aside, {opens} only opens it"
        elif not self.session.started(exercise.id):
            text = f"{starts} starts this exercise, {opens} only opens it"
        elif (row := self.session.progress(exercise.id)) and row.earned == row.possible:
            text = self._next_exercise(exercise)
        else:
            text = f"Go on with: {self._where(exercise)} · {opens}"
        self.query_one("#next", Text).show(text)

    def _show_path(self) -> None:
        """The way of a request in small, if one was seen: nothing is looked at for it."""
        seen, way = self.session.path.last, self.query_one("#way", Text)
        way.display = seen is not None
        if seen:
            way.show(small(seen, self.session.key("home.path")))

    def _next_exercise(self, exercise: Exercise) -> str:
        """What to go on with after an exercise that is complete, and where it stands."""
        first = self.session.course.catalog.exercises[0]
        if following := self.session.exercise_after(exercise):
            return f"✓ Complete. Go on with: {following.title} · ↓"
        before = first if self._is_open(first) else self.session.exercise_after(first)
        return f"✓ Complete. Go on with: {before.title} · ↑" if before else "✓ Complete, and so are all the others."

    def _is_open(self, exercise: Exercise) -> bool:
        row = self.session.progress(exercise.id)
        return row is None or not row.started or row.earned < row.possible

    def _can_start(self, exercise: Exercise) -> bool:
        """Whether it is not started, or was and is set aside."""
        return self.session.set_aside(exercise.id) or not self.session.started(exercise.id)

    def _where(self, exercise: Exercise) -> str:
        step_id = self.session.next_step(exercise)
        if not exercise.step(step_id):
            return exercise.title
        number = [step.id for step in exercise.steps].index(step_id) + 1
        return f"step {number}, {exercise.steps[number - 1].title}"

    def _exercise(self) -> Exercise | None:
        rows = self.query(Rows)  # none while the screen is being opened or closed
        index = (rows.first().highlighted if rows else 0) or 0
        return self.session.course.catalog.exercises[index - 1] if index else None
