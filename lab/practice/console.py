"""The walk's terminal: reads lines at a prompt, and folds texts to the width."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TextIO

from lab.advice import named
from lab.errors import DEFAULT_NAME
from lab.practice.interrupts import Interrupted, Stop
from lab.practice.prose import code, plain
from lab.report.text import clean, folded

_NARROWEST = 20
_MORE = "-- more: Enter goes on, q leaves this text --"
_ANSWERS = {"y": True, "yes": True, "n": False, "no": False}


class Talk:
    """A talk with a learner.

    Args:
        source: where lines are read.
        sink: where lines are written.
        width: gives the number of columns there are now.
        echo: write what was read, where no terminal shows it.
        name: the cluster that the commands in a text are about.
        height: gives the number of rows there are now, so that a longer text comes a page at a time; 0 for no pages.
    """

    def __init__(
        self,
        source: TextIO,
        sink: TextIO,
        width: Callable[[], int],
        echo: bool = False,
        name: str = DEFAULT_NAME,
        height: Callable[[], int] = lambda: 0,
    ) -> None:
        self._source = source
        self._sink = sink
        self._width = width
        self._echo = echo
        self._name = name
        self._height = height
        self._rows = 0  # since the learner typed something

    @property
    def width(self) -> int:
        """The columns to fold to."""
        return max(_NARROWEST, self._width())

    def say(self, text: str = "") -> None:
        """Write a text, folded; without one, an empty line."""
        self.lines(folded("", named(text, self._name), "", self.width) if text else [""])

    def prose(self, markdown: str) -> None:
        """Write a text in Markdown."""
        self.lines(plain(named(markdown, self._name), self.width))

    def code(self, script: str) -> None:
        """Write a script, line for line."""
        self.lines(code(script.strip("\n").splitlines()))

    def lines(self, lines: Iterable[str]) -> None:
        """Write lines as they are; where the page is full, the learner goes on or leaves the rest of them."""
        for line in lines:
            self._rows += max(1, -(-len(line) // self.width))
            page = self._height() - 2  # the line that asks, and the one that Enter begins
            if 0 < page < self._rows and not self._goes_on():
                return
            self._sink.write(f"{line.rstrip()}\n")
        self._sink.flush()

    def _goes_on(self) -> bool:
        said = "q"  # the end of the input and Ctrl-C leave the text, too
        with suppress(EOFError, Interrupted):
            said = self.read(_MORE)
        self._rows = 1
        return not said.lower().startswith("q")

    def title(self, text: str, level: int = 1) -> None:
        """Write a heading, with an empty line on both sides."""
        self.say()
        self.prose(f"{'#' * level} {text}")
        self.say()

    def read(self, prompt: str) -> str:
        """A line that the learner types, without blanks at its ends.

        Raises:
            EOFError: there are no more.
            Interrupted: Ctrl-C came instead.
        """
        try:
            self._sink.write(f"{prompt} ")
            self._sink.flush()
            line = self._source.readline()
            self._rows = 0
        except Stop as stop:
            raise Interrupted from stop
        if self._echo or not line:
            self.lines([clean(line)])
        if not line:
            raise EOFError
        return line.strip()

    def agrees(self, question: str, default: bool = False) -> bool:
        """Whether the learner says yes; Enter alone means the default.

        Raises:
            EOFError: there are no more lines.
            Interrupted: Ctrl-C came instead.
        """
        *before, last = folded("", question, "", self.width)
        self.lines(before)
        while True:
            word = self.read(f"{last} {'[Y/n]' if default else '[y/N]'}").lower()
            if not word:
                return default
            if word in _ANSWERS:
                return _ANSWERS[word]
            last = "Type yes or no."
