"""Paints lines of the emulator as strips for Textual."""

import re
from functools import lru_cache
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lab.tui.widgets.terminal_emulator import Cell, Emulator, Line

_STYLES = 4096
_NARROW = re.compile("[ -~¡-¬®-\u02ff\u0370-\u0482\u2500-\u25fc]*").fullmatch
"""Latin, Greek, Cyrillic and frames: what is printable of them has one cell, so that it need not be asked of each."""
_LOOK = itemgetter(0)
_FLAGS = "bold dim italic underline blink conceal strike overline".split()


@lru_cache(4096)
def _fitting(text: str, width: int) -> str:
    """What to print for a cell, so that what follows stays in its column; never a control character."""
    if text.isprintable() and cell_len(text) == width:
        return text
    return text[0] if text[0].isprintable() and cell_len(text[0]) == width else "�" + " " * (width - 1)


class Marks(NamedTuple):
    """What is drawn over a line: the cursor's column, and the columns that are selected."""

    cursor: int = -1
    selected: range = range(0)
    highlight: Style = Style.null()

    def edges(self, width: int) -> list[int]:
        """The columns between which nothing of it begins or ends, from 0 to the width."""
        found = (0, self.cursor, self.cursor + 1, self.selected.start, self.selected.stop, width)
        return sorted({max(0, min(each, width)) for each in found})


class Painter:
    """Paints lines, and knows the styles that it has met: to put one together takes longer than all else here."""

    def __init__(self, emulator: Emulator) -> None:
        self._board = emulator.board
        self._known: dict[Any, Style] = {}
        self._made_for: Any = None

    def strip(self, line: Line, width: int, marks: Marks) -> Strip:
        """A line as wide as the pane."""
        self._forget_styles_of_another_palette()
        cells, segments, plain, length = line.cells[:width], [], True, 0
        for begin, end in pairwise(marks.edges(len(cells))):
            over = self._over(begin, marks)
            column = begin
            for look, run in groupby(cells[begin:end], _LOOK):
                texts = [text for _, text in run]
                text = "".join(texts)
                if not (_NARROW(text) and text.isprintable()):
                    plain = False
                    text = "".join(self._fit(cells, at, width) for at, each in enumerate(texts, column) if each)
                column += len(texts)
                length += len(text)
                if text:  # not the right half of a wide character alone
                    segments.append(Segment(text, self._style(look, over)))
        return Strip(segments, length if plain else None).adjust_cell_length(width)

    @staticmethod
    def _fit(cells: list[Cell], column: int, width: int) -> str:
        wide = column + 1 < len(cells) and not cells[column + 1][1]
        if wide and column + 1 == width:
            return " "
        return _fitting(cells[column][1], 2 if wide else 1)

    def _over(self, column: int, marks: Marks) -> Style | str:
        """What is drawn over the part of a line that begins there: a style, or the cursor's shape."""
        if column == marks.cursor:
            return str(self._board.cursor.shape)
        return marks.highlight if column in marks.selected else ""

    def _forget_styles_of_another_palette(self) -> None:
        now = self._board.palette.generation, self._board.modes.reverse_screen
        if now != self._made_for or len(self._known) > _STYLES:
            self._made_for = now
            self._known.clear()

    def _style(self, look: Any, over: Style | str) -> Style:
        known = self._known.get((look, over))
        if known is None:
            style = self._plain_style(look)
            if isinstance(over, Style):
                style += over
            elif over == "block":
                style += Style(reverse=not style.reverse)
            elif over:
                style += Style(underline=not style.underline)  # a grid of cells has no bar
            known = self._known[look, over] = style
        return known

    def _plain_style(self, look: Any) -> Style:
        resolve = self._board.palette.resolve
        fore, back = (resolve(colour) for colour in (look.fg, look.bg))
        flags: dict[str, Any] = {flag: True for flag in _FLAGS if getattr(look, flag)}
        return Style(
            color=Color.from_rgb(*fore) if fore else None,
            bgcolor=Color.from_rgb(*back) if back else None,
            reverse=bool(look.reverse) != self._board.modes.reverse_screen,
            **flags,
        )
