"""The stations on the way of a request, as a picture that is scrolled to what is decisive."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from lab.tui import path_words
from lab.tui.path_watch import Seen
from lab.tui.widgets.text import Text

_WIDEST = 110  # columns that are easy to read
_SCROLLBAR = 1


class Picture(VerticalScroll):
    """The stations, scrolled to what is decisive; then the place is the reader's until something else is decisive."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[path_words.Row] = []
        self._shown: tuple[Seen | None, int] = (None, 0)
        self._decided: tuple[str, str, str] = ("", "", "")

    def compose(self) -> ComposeResult:
        """One text."""
        yield Text("Nothing was seen so far.")

    def show(self, seen: Seen, on_node: bool) -> None:
        """Draw a way, unless it is there already."""
        width = min(self.size.width - _SCROLLBAR, _WIDEST)
        if width <= _SCROLLBAR or self._shown == (seen, width):
            return
        self._shown = (seen, width)
        self._rows = list(path_words.rows(seen.path, width))
        self.query_one(Text).show(Content("\n").join(row.text for row in self._rows))
        there = path_words.decisive(seen.path, on_node)
        decided = (seen.path.subject, seen.path.namespace, there)
        if decided != self._decided:
            self._decided = decided
            self.call_after_refresh(self._go_to, there, seen)

    def _go_to(self, name: str, seen: Seen) -> None:
        """Put a station where it can be read together with what it says, below the one that asked it."""
        places = {row.of: number for number, row in enumerate(self._rows) if row.of}
        asks = next((top.id for top in seen.path.stations if any(each.id == name for each in top.flat())), name)
        there, above = places.get(name, 0), places.get(asks, places.get(name, 0))
        top = above if there - above < self.size.height // 2 else there
        self.scroll_to(y=top, animate=False)
