"""What is said when all steps of an exercise pass."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup, VerticalScroll
from textual.widgets import Button

from lab.model import Exercise
from lab.report.words import score
from lab.tui.modals.unasked import UnaskedModal
from lab.tui.widgets.prose import Prose
from lab.tui.widgets.text import Text


class Finished(UnaskedModal[bool]):
    """The score and the help that was taken. Closes with whether the next exercise is wanted.

    Args:
        exercise: the one that is finished.
        earned: its points.
        hints: how many hints were taken, by step.
        solutions: the steps whose solution was taken.
        following: the next exercise; None after the last.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "answer(True)", "Next exercise", id="finished.next", tooltip="Go to the next exercise"),
        Binding("escape,q", "answer(False)", "Stay", id="finished.stay", tooltip="Stay with this exercise"),
    ]

    def __init__(
        self,
        exercise: Exercise,
        earned: int,
        hints: Mapping[str, int],
        solutions: Sequence[str],
        following: Exercise | None,
    ) -> None:
        super().__init__()
        self._exercise = exercise
        self._earned = earned
        self._hints = hints
        self._solutions = solutions
        self._following = following

    def compose(self) -> ComposeResult:
        """The score over two buttons."""
        with VerticalGroup(classes="dialog"):
            yield Text(f"✓ Complete: {self._exercise.title}", classes="heading")
            with VerticalScroll(classes="page"):
                yield Prose(self._page())
            with HorizontalGroup(classes="buttons"):
                if self._following:
                    yield Button("Next exercise (n)", id="next", variant="primary")
                yield Button("Stay here (esc)", id="stay")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing next after the last exercise."""
        return self.takes_keys and (self._following is not None or parameters != (True,))

    def action_answer(self, answer: bool) -> None:
        """Close with the answer."""
        self.dismiss(answer)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "next")

    def _page(self) -> str:
        lines = [f"Every step passes: **{score(self._earned, self._exercise.points)}**.", ""]
        for number, step in enumerate(self._exercise.steps, 1):
            lines.append(f"{number}. ✓ {step.title}{self._help(step.id)}")
        if not any(self._help(step.id) for step in self._exercise.steps):
            lines += ["", "No hint and no solution was taken."]
        if self._following:
            lines += ["", f"Next: **{self._following.title}**, about {self._following.minutes} minutes."]
        else:
            lines += ["", "This was the last exercise."]
        return "\n".join(lines)

    def _help(self, step_id: str) -> str:
        hints = self._hints.get(step_id, 0)
        words = [f"{hints} hint{'s' if hints > 1 else ''}"] if hints else []
        words += ["solution"] if step_id in self._solutions else []
        return f" ({', '.join(words)} taken)" if words else ""
