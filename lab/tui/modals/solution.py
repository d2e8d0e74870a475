"""A page for the solution of a step."""

from textual.app import ComposeResult
from textual.containers import VerticalGroup, VerticalScroll

from lab.model import Step
from lab.tui.modals.reading import Reading
from lab.tui.widgets.prose import Prose
from lab.tui.widgets.text import Text


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
        text = _typed if self._done else _shown
        with VerticalGroup(classes="dialog"):
            yield Text(f"Solution: {self._step.title}", classes="heading")
            with VerticalScroll(classes="page"):
                yield Prose(text(self._script, self._step.why))
            yield Text("arrows scroll, ] goes to the commands, esc closes", classes="keys")

    def on_mount(self) -> None:
        """Let the arrows scroll."""
        self.query_one(".page").focus()


def _typed(script: str, why: str) -> str:
    return f"What was typed:\n\n```bash\n{script.strip()}\n```\n\n{why}"


def _shown(script: str, why: str) -> str:
    """In parentheses: a subshell keeps `set -e`, `exit` and `cd` away from the learner's own shell."""
    return f"In a shell of its own, on the node:\n\n```bash\n(\n{script.strip()}\n)\n```\n\n{why}"
