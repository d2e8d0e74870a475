"""A terminal without a program: it keeps what it was given. Keys go through the real pane's prefix."""

from collections.abc import Sequence

from rich.segment import Segment
from textual.strip import Strip

from lab.tui.widgets.terminal import TerminalPane


class StubPane(TerminalPane):
    """`opened` has the programs that were started, `typed` what was typed as a paste."""

    def __init__(self, prefix: str) -> None:
        super().__init__(prefix)
        self.opened: list[Sequence[str]] = []
        self.typed: list[str] = []
        self._runs = False

    @property
    def running(self) -> bool:
        return self._runs

    def open(self, argv: Sequence[str]) -> None:
        if not self._runs:
            self.opened.append(argv)
            self._runs = True
            self.show(b"\x1b[?2004h")  # as bash does with its prompt: it knows pastes
            self.refresh()

    def type_in(self, text: str) -> None:
        self.typed.append(text)
        self.refresh()

    def type_at_prompt(self, text: str, editor: bool = False) -> None:
        self.type_in(text)

    def type_line(self, text: str) -> None:
        self.typed.append(f"{text}\r")

    @property
    def at_empty_prompt(self) -> bool:
        return self._runs

    def close(self) -> None:
        self._runs = False

    def render_line(self, y: int) -> Strip:
        rows = ["root@node:~# " + "".join(self.typed)] if self._runs else ["(no shell)"]
        text = "\n".join(rows).split("\n")[y : y + 1]
        return Strip([Segment((text[0] if text else "").ljust(self.size.width)[: self.size.width])])
