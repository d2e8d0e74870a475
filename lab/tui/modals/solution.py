"""The solution of a step: which way it is wanted, and how it reads."""

from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button

from lab.model import Step
from lab.tui.modals.reading import Reading
from lab.tui.widgets.prose import Prose
from lab.tui.widgets.text import Text

Way = Literal["show", "do"]


class SolutionWay(ModalScreen[Way | None]):
    """Asks whether the solution is to be shown or done; None for neither."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "answer('show')", "Show me", id="solution.show", tooltip="Show the solution"),
        Binding("d", "answer('do')", "Do it for me", id="solution.do", tooltip="Have the lab type it, and see how"),
        Binding("n,escape", "answer(None)", "Neither", id="solution.neither", tooltip="Back to the step"),
    ]

    def __init__(self, step: Step) -> None:
        super().__init__()
        self._step = step

    def compose(self) -> ComposeResult:
        """The question over three buttons."""
        with VerticalGroup(classes="dialog"):
            yield Text(f"Solution: {self._step.title}", classes="heading")
            yield Text("See the commands with the reasons, and type them yourself? Or have the lab type them?")
            with HorizontalGroup(classes="buttons"):
                yield Button("Show me (w)", id="show")
                yield Button("Do it for me (d)", id="do")
                yield Button("Neither (n)", id="neither")

    def action_answer(self, way: Way | None) -> None:
        """Close with the answer."""
        self.dismiss(way)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        ways: dict[str | None, Way] = {"show": "show", "do": "do"}
        self.dismiss(ways.get(event.button.id))


class SolutionPage(Reading):
    """A solution with its why.

    Args:
        step: the step that it solves.
        script: the commands.
        done: whether the lab has typed them.
    """

    def __init__(self, step: Step, script: str, done: bool) -> None:
        super().__init__()
        self._step = step
        self._script = script
        self._done = done

    def compose(self) -> ComposeResult:
        """The commands over the why."""
        with VerticalGroup(classes="dialog"):
            yield Text(f"Solution: {self._step.title}", classes="heading")
            with VerticalScroll(classes="page"):
                yield Prose(
                    _typed(self._script, self._step.why) if self._done else _shown(self._script, self._step.why)
                )
            yield Text("arrows scroll, ] goes to the commands, esc closes", classes="keys")

    def on_mount(self) -> None:
        """Let the arrows scroll."""
        self.query_one(".page").focus()


def _typed(script: str, why: str) -> str:
    return f"What was typed:\n\n```bash\n{script.strip()}\n```\n\n{why}"


def _shown(script: str, why: str) -> str:
    """In parentheses: a subshell keeps `set -e`, `exit` and `cd` away from the learner's own shell."""
    return f"In a shell of its own, on the node:\n\n```bash\n(\n{script.strip()}\n)\n```\n\n{why}"
