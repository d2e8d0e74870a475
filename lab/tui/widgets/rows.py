"""A list of options whose texts change in place."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import OptionList


class Rows(OptionList):
    """Exercises or steps, one highlighted: with a mark before it, not by colour alone."""

    def __init__(self) -> None:
        super().__init__()
        self._texts: tuple[Content, ...] = ()

    def show(self, texts: Sequence[Content]) -> None:
        """Show these rows; rows that stay the same are not touched, and the highlight stays."""
        self._texts = tuple(texts)
        if len(texts) != self.option_count:
            self.set_options(texts)
        self._refresh_rows()

    def move(self, by: int) -> None:
        """Move the highlight, not past the ends."""
        now = self.highlighted or 0
        self.highlighted = max(0, min(self.option_count - 1, now + by))

    def watch_highlighted(self, highlighted: int | None) -> None:
        """Move the mark along."""
        super().watch_highlighted(highlighted)
        self._refresh_rows()

    def _refresh_rows(self) -> None:
        for index, text in enumerate(self._texts):
            row = Content.assemble("▸ " if index == self.highlighted else "  ", text)
            shown = self.get_option_at_index(index).prompt
            if not isinstance(shown, Content) or not row.is_same(shown):
                self.replace_option_prompt_at_index(index, row)
