"""Pages with a few answers of which one is wanted: a question, the way to a solution, a failure, an exercise's end."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button

from lab.tui import clock
from lab.tui.widgets.text import Text

PAUSE = 1.0
"""Seconds without a key until a page that nobody asked for takes keys."""


@dataclass(frozen=True)
class Answer:
    """One answer: what the page closes with, and its button."""

    value: str
    button: str
    variant: Literal["default", "primary", "warning"] = "default"


class Choice(ModalScreen[str]):
    """Shows a title, a body and a button for each answer, and closes with the answer's value.

    Args:
        title: the heading; none when it is empty.
        body: what stands over the buttons.
        answers: in the order of their buttons; bindings for other answers do nothing.
        focused: the answer that Enter gives; by default the first.
        unasked: the page comes by itself, while the learner may be typing for what was there before. Its keys work
            once nothing was typed for a moment, and its buttons appear then.
    """

    BINDINGS: ClassVar[list[BindingType]] = []
    AUTO_FOCUS = ""

    def __init__(
        self, title: str, body: Widget, answers: Sequence[Answer], *, focused: str = "", unasked: bool = False
    ) -> None:
        super().__init__()
        self._heading = title
        self._body = body
        self._answers = answers
        self._preferred = focused or answers[0].value
        self._unasked = unasked
        self._from = math.inf if unasked else 0.0

    def compose(self) -> ComposeResult:
        """The body between the title and the buttons."""
        with VerticalGroup(classes="dialog"):
            if self._heading:
                yield Text(self._heading, classes="heading")
            yield self._body
            with HorizontalGroup(classes="buttons"):
                for answer in self._answers:
                    yield Button(answer.button, id=answer.value, variant=answer.variant)

    def on_mount(self) -> None:
        """Take keys, at once or after the pause."""
        if not self._unasked:
            self._focus_button()
            return
        self._from = clock.now() + PAUSE
        self.query(".buttons").set(visible=False)
        self._pause = self.set_timer(PAUSE, self._end_pause)

    def on_key(self) -> None:
        """Wait anew: that key was meant for what was there before."""
        if not self._takes_keys:
            self._from = clock.now() + PAUSE
            self._pause.reset()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No key does anything before the pause, and none gives an answer that is not offered."""
        offered = action != "answer" or parameters[0] in [answer.value for answer in self._answers]
        return offered and self._takes_keys

    def action_answer(self, value: str) -> None:
        """Close with an answer."""
        self.dismiss(value)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id or "")

    @property
    def _takes_keys(self) -> bool:
        return clock.now() >= self._from

    def _end_pause(self) -> None:
        self.query(".buttons").set(visible=True)
        self._focus_button()

    def _focus_button(self) -> None:
        self.set_focus(self.query_one(f"#{self._preferred}"))


class Confirm(Choice):
    """Yes or no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer('yes')", "Yes", id="confirm.yes", tooltip="Do it"),
        Binding("n,escape", "answer('no')", "No", id="confirm.no", tooltip="Leave everything as it is"),
    ]


class SolutionWay(Choice):
    """Whether a solution is shown or typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "answer('show')", "Show me", id="solution.show", tooltip="Show the solution"),
        Binding("d", "answer('do')", "Do it for me", id="solution.do", tooltip="Have the lab type it, and see how"),
        Binding("n,escape", "answer('neither')", "Neither", id="solution.neither", tooltip="Back to the step"),
    ]


class Finished(Choice):
    """Where to go after the end of an exercise."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "answer('next')", "Next exercise", id="finished.next", tooltip="Go to the next exercise"),
        Binding("escape,q", "answer('stay')", "Stay", id="finished.stay", tooltip="Stay with this exercise"),
    ]


class ErrorModal(Choice):
    """A failure, to be closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer('close')", "Close", id="error.close", tooltip="Back to where you were"),
    ]
