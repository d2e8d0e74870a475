"""Text that is replaced only when it changes, so that nothing flickers and no layout is made for nothing."""

from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.content import Content
from textual.widgets import Static


class Text(Static):
    """A Static whose text is taken as it is, without markup."""

    def __init__(self, text: str | Content = "", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(_content(text), id=id, classes=classes, markup=False)

    def show(self, text: str | Content) -> None:
        """Show a text; the same text again does nothing."""
        content = _content(text)
        if not isinstance(self.content, Content) or not content.is_same(self.content):
            self.update(content)


class TitleBar(HorizontalGroup):
    """The first line of a screen: left where one is, right the score. (Textual's own header fails when its screen goes
    as soon as it came.)
    """

    def __init__(self, title: str = "CKS lab") -> None:
        super().__init__()
        self._left = Text(title, id="where")
        self._right = Text(id="score")

    def compose(self) -> ComposeResult:
        """Two parts; what is too long for both is cut at the left one's end."""
        yield self._left
        yield self._right

    def show(self, left: str, right: str | Content = "") -> None:
        """Show other texts."""
        self._left.show(left)
        self._right.show(right)


def _content(text: str | Content) -> Content:
    return Content(text) if isinstance(text, str) else text
