"""The text of a step, what it has taught once it is done, and the commands in both."""

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import VerticalScroll

from lab.model import Step
from lab.tui.widgets.fence import Fence
from lab.tui.widgets.prose import Prose


class StepPage(VerticalScroll):
    """A text to read, with commands that can be gone to."""

    DEFAULT_CSS = """
    StepPage { height: 1fr; padding: 0 1; }
    StepPage #learnt { border-top: solid $success; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._learnt = ""
        self._shown: AwaitComplete | None = None

    def compose(self) -> ComposeResult:
        """The text over what it has taught."""
        yield Prose(id="text")
        yield Prose(id="learnt")

    def on_mount(self) -> None:
        """Nothing is done yet."""
        self.query_one("#learnt").display = False

    def show_text(self, text: str) -> AwaitComplete:
        """Show another text, from its beginning; can be awaited, until it is there."""
        self.scroll_home(animate=False)
        return self.query_one("#text", Prose).update(text)

    def show_learnt(self, text: str) -> None:
        """Show below the text what a step that is done has taught; nothing when it is empty."""
        if text == self._learnt:
            return
        self._learnt = text
        learnt = self.query_one("#learnt", Prose)
        learnt.display = bool(text)
        self._shown = learnt.update(text)

    def commands(self) -> list[Fence]:
        """The commands that can be gone to, in their order."""
        return [command for prose in self.query(Prose) if prose.display for command in prose.commands()]

    async def go_to_learnt(self) -> None:
        """Scroll to what the step has taught."""
        if self._shown:
            await self._shown
        learnt = self.query_one("#learnt")
        self.call_after_refresh(learnt.scroll_visible, animate=False, top=True)


def text_of(step: Step) -> str:
    """A step's text with its references, in Markdown."""
    links = "\n".join(reference.item for reference in step.references)
    return f"{step.text}\n\n**In the documentation**\n\n{links}" if links else step.text
