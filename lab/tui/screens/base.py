"""What every screen can do: ask, do long work with its progress in sight, and say how the cluster is."""

from collections.abc import Callable

from textual import on
from textual.actions import SkipAction
from textual.events import Mount
from textual.screen import Screen

from lab.model import Exercise
from lab.tui.messages import Looked
from lab.tui.modals.confirm import Confirm
from lab.tui.modals.error import ErrorModal
from lab.tui.modals.working import Working
from lab.tui.session import Session
from lab.tui.widgets.cluster_line import ClusterLine
from lab.tui.words import starting


class LabScreen(Screen[None]):
    """A screen of one session. `ask` and `carry_out` are awaited in an asynchronous worker."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    @on(Mount)
    def _fit(self) -> None:
        """Be laid out for this width from the first frame on; Textual's classes come with the first resize."""
        names = [name for width, name in self.app.HORIZONTAL_BREAKPOINTS or () if width <= self.app.size.width]
        self.set_classes([*self.classes, *names[-1:]])

    async def ask(self, title: str, question: str, yes: str, harmless: bool = False) -> bool:
        """Whether the learner says yes, which Enter means when it is harmless."""
        return await self.app.push_screen_wait(Confirm(title, question, yes, harmless))

    async def carry_out(self, title: str, call: Callable[[], object]) -> bool:
        """Do something to the cluster; a failure is shown. Returns whether it went well."""
        failure = await self.app.push_screen_wait(Working(self.session, title, call))
        if failure:
            await self.app.push_screen_wait(ErrorModal(failure))
        return failure is None

    async def start(self, exercise: Exercise) -> bool:
        """Start an exercise or take it up again, after a question. Returns whether that was done, and went well."""
        course, question = self.session.course, starting(exercise, self.session)
        return await self.ask(f"Start: {exercise.title}", question, "Start", harmless=True) and await self.carry_out(
            f"Starting: {exercise.title}", lambda: course.start(exercise.id)
        )

    async def reset(self, exercise: Exercise) -> bool:
        """Reset an exercise, after a question. Returns whether that was done, and went well."""
        question = "What you did in this exercise is undone and its points are cleared. Others keep theirs."
        if not await self.ask(f"Reset: {exercise.title}", question, "Reset"):
            return False
        course, place = self.session.course, self.session.resume
        well = await self.carry_out(f"Resetting: {exercise.title}", lambda: course.reset(exercise.id))
        if well and place and place.exercise_id == exercise.id:
            self.session.remember(exercise.id)  # no step: it begins anew
        return well

    def action_copy_text(self) -> None:
        """Copy what is selected, and say so: nothing else would show it."""
        text = self.get_selected_text()
        if not text:
            raise SkipAction
        self.app.copy_to_clipboard(text)
        lines = len(text.splitlines())
        self.notify("1 line" if lines == 1 else f"{lines} lines", title="Copied", timeout=2, markup=False)

    @on(Looked)
    def _show_cluster(self) -> None:
        for line in self.query(ClusterLine):
            line.refresh_state()
