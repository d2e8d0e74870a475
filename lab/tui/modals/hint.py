"""The hints of a step, one at a time."""

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup, VerticalScroll

from lab.course import Course
from lab.model import Step
from lab.tui.dialogs import failed
from lab.tui.failures import Failure, attempted
from lab.tui.modals.reading import Reading
from lab.tui.widgets.prose import Prose
from lab.tui.widgets.text import Text


class HintModal(Reading):
    """Shows the hints that were taken; the first one, and each after it, is recorded when it is asked for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "next", "Next hint", id="hint.next", tooltip="Show one more hint; it is recorded"),
    ]

    def __init__(self, course: Course, exercise_id: str, step: Step) -> None:
        super().__init__()
        self._course = course
        self._exercise_id = exercise_id
        self._step = step
        self._shown = 0
        self._asking = True

    def compose(self) -> ComposeResult:
        """The hints under the step's title."""
        with VerticalGroup(classes="dialog"):
            yield Text(f"Hints: {self._step.title}", classes="heading")
            yield VerticalScroll(classes="page")
            yield Text("looking ...", classes="keys")

    def on_mount(self) -> None:
        """Read the hints that were taken."""
        if self._step.hints:
            self._read()
        else:
            self.query_one(".keys", Text).show("This step has no hints. esc closes")

    @work(exclusive=True, group="hint")
    async def _read(self) -> None:
        taken = await attempted(lambda: self._course.hints_taken(self._exercise_id, self._step.id))
        self._asking = False
        if isinstance(taken, Failure):
            self._fail(taken)
        elif taken:
            await self._show(taken)
        else:
            self.action_next()

    @work(exclusive=True, group="take")
    async def _take(self) -> None:
        hint = await attempted(lambda: self._course.hint(self._exercise_id, self._step.id))
        self._asking = False
        if isinstance(hint, Failure):
            self._fail(hint)
        else:
            await self._show([hint.text])

    def action_next(self) -> None:
        """Ask for one more, unless all are shown."""
        if not self._asking and self._shown < len(self._step.hints):
            self._asking = True
            self._take()

    async def _show(self, texts: Sequence[str]) -> None:
        page, total = self.query_one(".page", VerticalScroll), len(self._step.hints)
        for text in texts:
            self._shown += 1
            newest = Prose(f"**Hint {self._shown} of {total}**\n\n{text}")
            await page.mount(newest)
            self.call_after_refresh(newest.scroll_visible, animate=False, top=True)
        more = f"h shows hint {self._shown + 1} of {total}" if self._shown < total else "that was the last one"
        self.query_one(".keys", Text).show(f"{more}, ] goes to a command, esc closes")

    def _fail(self, failure: Failure) -> None:
        self.dismiss(None)
        self.app.push_screen(failed(failure))
