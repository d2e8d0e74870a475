"""The way of a request as a picture that stays new, and a line to try an image in."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input

from lab.model import Exercise
from lab.report.text import clean
from lab.request_path import drawing
from lab.tui import observation, path_words
from lab.tui.messages import Heard, Looked
from lab.tui.session import Session
from lab.tui.widgets.error_panel import ErrorPanel
from lab.tui.widgets.path_input import SubjectInput
from lab.tui.widgets.path_picture import Picture
from lab.tui.widgets.text import Text, TitleBar


class PathView(VerticalGroup):
    """Shows the session's last way of a request, and has it looked at anew while it is in sight."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash,i", "try", "Try an image", id="path.try", tooltip="Send an image as a dry run, or see a pod's way"
        ),
        Binding("c", "clear", "No image", id="path.clear", tooltip="The stations alone, without an image"),
        Binding("v", "look", "Look", id="path.look", show=False, tooltip="Look at the way now"),
        Binding("j", "scroll(1)", id="path.down", show=False, tooltip="Scroll the picture down"),
        Binding("k", "scroll(-1)", id="path.up", show=False, tooltip="Scroll the picture up"),
    ]
    DEFAULT_CSS = """
    PathView { height: 1fr; }
    PathView #said { padding: 0 1; display: none; }
    PathView ErrorPanel { max-height: 6; margin: 0 1; }
    PathView Picture { height: 1fr; scrollbar-size-vertical: 1; }
    PathView Picture Text { text-wrap: nowrap; width: auto; }
    PathView #try { display: none; padding: 0 1; background: $panel; }
    PathView.-trying #try { display: block; }
    PathView #bad { color: $text-error; display: none; }
    PathView #offers { color: $text-muted; }
    """

    def __init__(self, session: Session) -> None:
        super().__init__(classes="live")
        self._session = session
        self._way = session.path
        self._has_subject = False
        self._settled: Timer | None = None
        self._line = SubjectInput()
        self.picture = Picture()

    def compose(self) -> ComposeResult:
        """What it is of, what became of it, the picture, and the line to type in."""
        yield TitleBar("The way of a request")
        yield Text(id="said")
        yield ErrorPanel()
        yield self.picture
        with VerticalGroup(id="try"):
            yield self._line
            yield Text(id="bad")
            yield Text(id="offers")

    # -- when to look

    def begin(self) -> None:
        """It came in sight: what was seen before may be old."""
        self._way.want()
        self.think()

    @on(Heard)
    def hear(self) -> None:
        """Something changed: look soon, and once more when it is quiet again."""
        self._way.want()
        if not self.in_sight:
            return
        self.set_timer(observation.DEBOUNCE + 0.02, self.think)
        if self._settled:
            self._settled.stop()
        self._settled = self.set_timer(observation.QUIET, self.action_look)

    @on(Looked)
    def follow_cluster(self) -> None:
        """The lab was looked at: while the API server is away, or nobody watches, nothing else tells of changes."""
        untold = self._session.watching is None or not self._session.api_is_ready
        if untold and self.in_sight:
            self._way.want()
        self.think()

    @property
    def in_sight(self) -> bool:
        """Whether it is to be seen: not hidden, and not below another screen."""
        return self.is_attached and self.screen.is_active and bool(self.display)

    def think(self) -> None:
        """Look if that is due and it is in sight; show what is known."""
        if not self.in_sight:
            return
        if self._way.due and not self._session.busy and not self._session.gone():
            self.run_worker(self._look(), exit_on_error=False, group="path")
        self.show_state()

    async def _look(self) -> None:
        await self._way.look()
        self.show_state()
        self.set_timer(observation.REST, self.think)

    # -- what is shown

    def on_resize(self) -> None:
        """Draw for the new width."""
        self.call_after_refresh(self.show_state)

    def show_state(self) -> None:
        """Show the last way, how new it is, and why there is no newer one."""
        seen, way = self._way.last, self._way
        looks = "looking ..." if way.unseen and not way.failure and not self._session.gone() else ""
        when = " · ".join(part for part in (looks, f"seen at {seen.at}" if seen else "") if part)
        title = drawing.title(seen.path) if seen else "The way of a request"
        self.query_one(TitleBar).show(clean(title), when)
        said = path_words.said(seen.path) if seen else Content("")
        self.query_one("#said", Text).show(said)
        self.query_one("#said").display = bool(said.plain)
        self.query_one(ErrorPanel).show(way.failure)
        if seen:
            self.picture.show(seen, path_words.is_about_node(self._exercise()))
        if self._has_subject != bool(way.subject):
            self._has_subject = bool(way.subject)
            self.refresh_bindings()

    # -- what can be done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is an image to leave away while one is shown."""
        return bool(self._way.subject) if action == "clear" else True

    def action_try(self) -> None:
        """Open the line, with what was tried last or what the step is about."""
        self._line.offered = self._offered()
        self._line.value = self._way.subject or next(iter(self._line.offered), "")
        self._complain("")
        self.add_class("-trying")
        self.screen.set_focus(self._line)
        self._line.action_select_all()

    def action_clear(self) -> None:
        """Show the stations alone."""
        self._way.ask("", "default")
        self.think()

    def action_look(self) -> None:
        """Look now."""
        self._way.want()
        self.think()

    def action_scroll(self, by: int) -> None:
        """Scroll the picture."""
        self.picture.scroll_relative(y=5 * by, animate=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            subject, namespace = path_words.read(event.value)
        except ValueError as error:
            self._complain(str(error))
            return
        self._close()
        self._way.ask(subject, namespace)
        self.think()

    @on(SubjectInput.Left)
    def _close(self) -> None:
        self.remove_class("-trying")
        self.screen.set_focus(self.picture)

    def _complain(self, text: str) -> None:
        self.query_one("#bad", Text).show(text)
        self.query_one("#bad").display = bool(text)
        offers = f" · ↑ ↓ of the exercise: {', '.join(self._line.offered)}" if self._line.offered else ""
        self.query_one("#offers", Text).show(f"Enter sends it as a dry run, esc does not{offers}")

    def _offered(self) -> Sequence[str]:
        """The images of the step at hand, then those of its exercise."""
        exercise, place = self._exercise(), self._session.resume
        if exercise is None or place is None:
            return ()
        here = [step for step in exercise.steps if step.id == place.step_id]
        return tuple(dict.fromkeys(image for step in (*here, *exercise.steps) for image in step.images))

    def _exercise(self) -> Exercise | None:
        place = self._session.resume
        every = self._session.course.catalog.exercises
        return next((each for each in every if place and each.id == place.exercise_id), None)
