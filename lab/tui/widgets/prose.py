"""Markdown as the lab shows it."""

from textual.content import Content
from textual.widgets import Markdown
from textual.widgets.markdown import MarkdownFence


class Fence(MarkdownFence):
    """A block of code or output."""

    @classmethod
    def highlight(cls, code: str, language: str, ansi: bool = False, dark: bool = False) -> Content:
        """Colour code in a language that is named; to guess one loads every lexer there is, 18 MiB."""
        return super().highlight(code, language, ansi, dark) if language else Content(code.rstrip("\n"))


class Prose(Markdown):
    """A text. Its links are read, not opened: the terminal may be far from any browser."""

    BLOCKS = {**Markdown.BLOCKS, "fence": Fence, "code_block": Fence}  # noqa: RUF012 (as in Markdown)

    def __init__(self, text: str = "") -> None:
        super().__init__(text, open_links=False)
