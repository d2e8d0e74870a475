"""How lines of the emulator look: strips for Textual."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lab.tui.widgets.terminal_emulator import Cell, Emulator, Line

_STYLES = 4096
_FLAGS = "bold dim italic underline blink conceal strike overline".split()


@lru_cache(4096)
def _fitting(text: str, width: int) -> str:
    """What to print for a cell, so that what follows stays in its column; never a control character."""
    if text.isprintable() and cell_len(text) == width:
        return text
    return text[0] if text[0].isprintable() and cell_len(text[0]) == width else "�" + " " * (width - 1)


@dataclass(frozen=True)
class Marks:
    """What is drawn over a line: the cursor's column, and the columns that are selected."""

    cursor: int = -1
    selected: range = range(0)
    highlight: Style = Style.null()  # noqa: RUF009 (one that never changes)


class Painter:
    """Paints lines, and knows the styles that it has met."""

    def __init__(self, emulator: Emulator) -> None:
        self._board = emulator.board
        self._known: dict[Any, Style] = {}
        self._generation: tuple[int, bool] = (-1, False)

    def strip(self, line: Line, width: int, marks: Marks) -> Strip:
        """A line as wide as the pane."""
        self._forget_other_colours()
        segments: list[Segment] = []
        run: list[str] = []
        run_style: Style | None = None
        last, style = None, Style.null()
        for column, (cell, text) in enumerate(line.cells[:width]):
            if not text:
                continue  # the right half of a wide character
            if len(text) != 1 or not " " <= text <= "~":
                text = self._fit(line.cells, column, width)
            if cell is not last:  # to hash a style takes longer than all else here
                last, style = cell, self._style(cell)
            shown = style
            if column == marks.cursor:
                shown = self._with_cursor(style)
            elif column in marks.selected:
                shown = style + marks.highlight
            if shown is not run_style and run:
                segments.append(Segment("".join(run), run_style))
                run.clear()
            run.append(text)
            run_style = shown
        if run:
            segments.append(Segment("".join(run), run_style))
        return Strip(segments).adjust_cell_length(width)

    @staticmethod
    def _fit(cells: list[Cell], column: int, width: int) -> str:
        wide = column + 1 < len(cells) and not cells[column + 1][1]
        if wide and column + 1 == width:
            return " "
        return _fitting(cells[column][1], 2 if wide else 1)

    def _with_cursor(self, style: Style) -> Style:
        if self._board.cursor.shape == "block":
            return style + Style(reverse=not style.reverse)
        return style + Style(underline=not style.underline)  # a grid of cells has no bar

    def _forget_other_colours(self) -> None:
        generation = self._board.palette.generation, self._board.modes.reverse_screen
        if generation != self._generation or len(self._known) > _STYLES:
            self._generation = generation
            self._known.clear()

    def _style(self, cell: Any) -> Style:
        known = self._known.get(cell)
        if known is None:
            resolve = self._board.palette.resolve
            fore, back = (resolve(colour) for colour in (cell.fg, cell.bg))
            flags: dict[str, Any] = {flag: True for flag in _FLAGS if getattr(cell, flag)}
            known = self._known[cell] = Style(
                color=Color.from_rgb(*fore) if fore else None,
                bgcolor=Color.from_rgb(*back) if back else None,
                reverse=bool(cell.reverse) != self._board.modes.reverse_screen,
                **flags,
            )
        return known
