"""The screen of a terminal in memory: bittty's board with a scrollback, which bittty 0.1.4 has not."""

import codecs
import logging
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from bittty import Board
from bittty.devices.modes import MouseProtocol
from bittty.present import Bell, ClipboardChanged

from lab.tui.widgets import bittty_faults

HISTORY = 1000
"""Lines that can be scrolled back to."""
LONGEST = 1 << 16
"""Characters of one control sequence; a longer one is no control sequence."""

_PLAIN = bytes({*b"\t\r\n", *range(0x20, 0x7F), *range(0x80, 0x100)} - {0xC2})  # C2 begins the controls from U+0080
_log = logging.getLogger(__name__)

Cell = tuple[Any, str]
"""bittty's style, and what stands there; the second cell of a wide character has the empty text."""


class Line(NamedTuple):
    """A line as it is shown; `wrapped` when the next one goes on with it."""

    cells: list[Cell]
    wrapped: bool


class Emulator:
    """A terminal without a program and without a picture.

    Args:
        size: columns and rows.
        answer: gets what the terminal says to the program: reports, and mouse events.
        bell: called when the program rings.
        copied: called with what the program puts into the clipboard.
    """

    def __init__(
        self,
        size: tuple[int, int],
        answer: Callable[[bytes], None],
        bell: Callable[[], None],
        copied: Callable[[str], None],
    ) -> None:
        self._answer, self._bell, self._copied = answer, bell, copied
        self.board = Board(width=size[0], height=size[1], model=bittty_faults.MODEL)
        self.board.focused = False
        self.board.host.attach(self)
        self.board.attach_display(self)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._history: deque[Line] = deque(maxlen=HISTORY)
        self._outside: tuple[int, int, str] | None = None
        self.scrolled = 0
        bittty_faults.mend(self.board)
        self._scroll = self.board.blitter.scroll
        self.board.blitter.scroll = self._scroll_and_keep
        registry = self.board.registry
        registry["ED"] = self._erase(registry["ED"])
        for name in ("DECSET", "DECRST"):
            registry[name] = self._modes(registry[name])

    # -- what comes from the program

    def feed(self, data: bytes) -> None:
        """Take output of the program."""
        parser = self.board.parser
        try:
            parser.feed(self._decoder.decode(data))
        except Exception:  # bittty meets operands that it does not expect: binary output must not end the app
            _log.debug("output that cannot be shown", exc_info=True)
            parser.reset()
        if len(parser.buffer) > LONGEST:  # bittty waits for its end for ever, and searches it all each time
            parser.reset()

    def shorten(self, data: bytes) -> bytes:
        """Take the lines out of a burst that would be scrolled beyond the history before anybody sees them."""
        board, blitter = self.board, self.board.blitter
        kept = HISTORY + board.height
        whole = blitter.scroll_top == 0 and blitter.scroll_bottom == board.height - 1
        if board.parser.buffer or not whole or data.count(b"\n") <= kept or data.translate(None, _PLAIN):
            return data  # control sequences count, whichever line they are on
        begin = len(data)
        for _ in range(kept + 1):
            begin = data.rindex(b"\n", 0, begin)
        return data[begin + 1 :] if data[begin - 1 : begin] == b"\r" else data

    def calm(self) -> None:
        """Back to how a program finds a terminal, with what is shown kept, after one that died in the middle."""
        self.board.parser.reset()
        self._decoder.reset()
        if self.in_alternate:
            self.feed(b"\x1b[?1049l")
        cursor = self.board.cursor
        x, y = cursor.display_x, cursor.y
        self.feed(b"\x1b[!p\x1b[?1;9;1000;1002;1003;1004;2004;2026l\x1b[?7h\x1b[m\x1b(B\x0f")
        cursor.set_position(x, y)  # bittty's soft reset moves it

    def _erase(self, handle: Callable[[Any], None]) -> Callable[[Any], None]:
        def run(operation: Any) -> None:
            if operation.args[0] == 3:  # bittty knows no scrollback to clear
                self._history.clear()
            handle(operation)

        return run

    def _modes(self, handle: Callable[[Any], None]) -> Callable[[Any], None]:
        """The alternate screen begins empty, and leaves the cursor of the other one alone: bittty does neither."""

        def run(operation: Any) -> None:
            params, setting, _ = operation.args
            cursor, switches = self.board.cursor, 1049 in params and setting != self.in_alternate
            if switches and not setting and self._outside:
                cursor.saved_x, cursor.saved_y, cursor.saved_ansi_code = self._outside
            handle(operation)
            if switches and setting:
                self._outside = cursor.saved_x, cursor.saved_y, cursor.saved_ansi_code
                self.board.blitter.clear_screen(2)

        return run

    def _scroll_and_keep(self, count: int) -> None:
        blitter = self.board.blitter
        whole = blitter.left_margin == 0 and blitter.right_margin == self.board.width - 1
        if count > 0 and whole and blitter.scroll_top == 0 and not blitter.in_alt_screen:
            self._keep(min(count, blitter.scroll_bottom + 1))
        self._scroll(count)

    def _keep(self, count: int) -> None:
        page = self.board.blitter.primary_buffer
        self._history.extend(map(Line, page.grid[:count], page.wrapped_lines[:count]))
        self.scrolled += count

    # -- what goes to the program

    def write(self, text: str) -> None:
        """For bittty: an answer. One with control characters repeats what the program said, to have it typed."""
        if all(char >= " " or char in "\x1b\x07" for char in text):
            self._answer(text.encode())

    def write_bytes(self, data: bytes) -> None:
        """For bittty: a mouse report of the old form."""
        self._answer(data)

    def present(self, event: object) -> None:
        """For bittty: something beside the screen."""
        if isinstance(event, Bell):
            self._bell()
        elif isinstance(event, ClipboardChanged) and event.selection == "c":
            self._copied(event.text)

    def mouse(self, at: tuple[int, int], button: int, kind: str, held: set[str]) -> None:
        """Report the mouse, as the program asked for it.

        Args:
            at: column and row from 0.
            button: bittty's number.
            kind: `press`, `release` or `move`.
            held: of `shift`, `meta`, `ctrl`.
        """
        self.board.input_mouse(at[0] + 1, at[1] + 1, button, kind, held)

    def focus(self, focused: bool) -> None:
        """Report the focus, if the program asked for it."""
        self.board.set_focus(focused)

    # -- how it is

    @property
    def wants_mouse(self) -> bool:
        """Whether the program asked for mouse events."""
        return self.board.modes.mouse_protocol is not MouseProtocol.OFF

    @property
    def in_alternate(self) -> bool:
        """Whether the alternate screen is shown, as vi and less use it."""
        return bool(self.board.blitter.in_alt_screen)

    @property
    def history(self) -> int:
        """Lines to scroll back to."""
        return 0 if self.in_alternate else len(self._history)

    @property
    def before_cursor(self) -> str:
        """What stands left of the cursor in its line."""
        cursor = self.board.cursor
        return "".join(text for _, text in self.line(cursor.y).cells[: cursor.display_x])

    def line(self, row: int) -> Line:
        """A line: from 0 on the screen, from -1 backwards in the history; an empty one beyond both."""
        page = self.board.blitter.current_buffer
        if 0 <= row < page.height:
            return Line(page.grid[row], page.wrapped_lines[row])
        return self._history[row] if -self.history <= row < 0 else Line([], False)

    def changed_rows(self, seen: tuple[Any, int]) -> tuple[set[int], tuple[Any, int]]:
        """Rows that changed since the second of an earlier answer (at first: `(None, 0)`), and what is seen now."""
        page = self.board.blitter.current_buffer
        rows = page.dirty_rows(seen[1]) if page is seen[0] else range(page.height)
        return set(rows), (page, page.observe())

    def resize(self, width: int, height: int) -> None:
        """Change the size. Lines go into the history or come back from it, so that the cursor's line stays."""
        board, page, cursor = self.board, self.board.blitter.primary_buffer, self.board.cursor
        old_width = board.width
        x, y, style = self._outside if self.in_alternate and self._outside else (0, cursor.y, "")
        moved = max(0, y + 1 - height)
        if moved:  # bittty cuts the lowest lines off, which are the newest
            self._keep(moved)
            for part in (page.grid, page.line_attributes, page.wrapped_lines):
                del part[:moved]
        elif height > board.height:
            moved = -self._bring_back(height - board.height)
        if self.in_alternate:
            self._outside = (min(x, width - 1), y - moved, style)
        else:
            cursor.y -= moved
            cursor.saved_y -= moved
        board.resize(width, height)
        board.blitter.set_scroll_region(0, height - 1)  # bittty leaves its top where it was
        cursor.tab_stops.update(range(8, width, 8) if width > old_width else ())  # bittty adds none
        cursor.saved_x = max(0, min(cursor.saved_x, width - 1))
        cursor.saved_y = max(0, min(cursor.saved_y, height - 1))

    def _bring_back(self, count: int) -> int:
        page = self.board.blitter.primary_buffer
        lines = [self._history.pop() for _ in range(min(count, len(self._history)))][::-1]
        page.grid[:0] = [list(line.cells) for line in lines]
        page.wrapped_lines[:0] = [line.wrapped for line in lines]
        page.line_attributes[:0] = [page.get_line_attribute(-1)] * len(lines)
        self.scrolled -= len(lines)
        return len(lines)
