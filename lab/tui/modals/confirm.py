"""A question before the cluster is changed."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.screen import ModalScreen
from textual.widgets import Button

from lab.tui.widgets.text import Text


class Confirm(ModalScreen[bool]):
    """Yes or no; no is what Enter means at first, but for what takes nothing away.

    Args:
        title: what is about to be done.
        question: what that means for the learner.
        yes: the word on the button that does it.
        harmless: whether it takes nothing away.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes", tooltip="Do it"),
        Binding("n,escape", "answer(False)", "No", id="confirm.no", tooltip="Leave everything as it is"),
    ]

    def __init__(self, title: str, question: str, yes: str, harmless: bool = False) -> None:
        super().__init__()
        self._title = title
        self._question = question
        self._yes = yes
        self._harmless = harmless

    def compose(self) -> ComposeResult:
        """The question over two buttons."""
        with VerticalGroup(classes="dialog"):
            yield Text(self._title, classes="heading")
            yield Text(self._question)
            with HorizontalGroup(classes="buttons"):
                yield Button("No (n)", id="no")
                yield Button(f"{self._yes} (y)", id="yes", variant="primary" if self._harmless else "warning")

    def on_mount(self) -> None:
        """Have Enter mean yes for what is harmless."""
        if self._harmless:
            self.set_focus(self.query_one("#yes"))

    def action_answer(self, answer: bool) -> None:
        """Close with the answer."""
        self.dismiss(answer)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")
