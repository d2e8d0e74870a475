"""Markdown as the lab shows it."""

from textual.widgets import Markdown

from lab.tui.widgets.fence import Fence


class Prose(Markdown):
    """A text. Its links are read, not opened: the terminal may be far from any browser."""

    BLOCKS = {**Markdown.BLOCKS, "fence": Fence, "code_block": Fence}  # noqa: RUF012 (as in Markdown)

    def __init__(self, text: str = "", *, id: str | None = None) -> None:
        super().__init__(text, id=id, open_links=False)

    def commands(self) -> list[Fence]:
        """The blocks that are commands, in their order."""
        return [fence for fence in self.query(Fence) if fence.command]
