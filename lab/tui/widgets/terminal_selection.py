"""The selection in a terminal, by numbers that lines keep when they are scrolled away."""

from lab.tui.widgets.terminal_emulator import Emulator

Place = tuple[int, int]
"""A line, counted from the first that the terminal ever had, and a column."""


class Selection:
    """A run of cells from one place to before another."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._anchor: Place = (0, 0)
        self._head: Place = (0, 0)

    def begin(self, place: Place) -> None:
        """Nothing is selected yet; `extend` goes on from here."""
        self._anchor = self._head = place

    def extend(self, place: Place) -> None:
        """Select to there."""
        self._head = place

    def clear(self) -> bool:
        """Select nothing, and tell whether something was."""
        was, self._head = self._anchor != self._head, self._anchor
        return was

    def word(self, place: Place) -> None:
        """Select what stands there between blanks: a path, an image with its digest."""
        line, column = place
        texts = [text for _, text in self._emulator.line(line - self._emulator.scrolled).cells]
        first = last = column
        while 0 < first < len(texts) and texts[first - 1] != " ":
            first -= 1
        while last < len(texts) and texts[last] != " ":
            last += 1
        self._anchor, self._head = (line, first), (line, last)

    def line(self, place: Place) -> None:
        """Select the whole line."""
        self._anchor, self._head = (place[0], 0), (place[0], self._emulator.board.width)

    def columns(self, line: int) -> range:
        """What is selected of a line."""
        (first, left), (last, right) = sorted((self._anchor, self._head))
        if not first <= line <= last:
            return range(0)
        return range(left if line == first else 0, right if line == last else self._emulator.board.width)

    def text(self) -> str:
        """What is selected, with lines that the terminal has wrapped put together again."""
        (first, _), (last, _) = sorted((self._anchor, self._head))
        text = ""
        for number in range(first, last + 1):
            line, columns = self._emulator.line(number - self._emulator.scrolled), self.columns(number)
            part = "".join(text for _, text in line.cells[columns.start : columns.stop])
            joined = line.wrapped or number == last
            text += part if joined and line.wrapped else part.rstrip() + ("" if joined else "\n")
        return text
