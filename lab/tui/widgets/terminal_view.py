"""Draws a terminal, scrolls it back, and takes the mouse: for the program, or to select."""

import time
from typing import Any, ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from lab.tui.widgets.terminal_emulator import Emulator
from lab.tui.widgets.terminal_keys import encode
from lab.tui.widgets.terminal_paint import Marks, Painter
from lab.tui.widgets.terminal_selection import Selection

FRAME = 1 / 30
"""Seconds between two pictures while output streams."""
BELL_EVERY = 0.5
COMPOSING = 0.2
"""Seconds that a program may keep a picture back."""
_BUTTONS = {1: 0, 2: 1, 3: 2}
_WHEEL = {"up": 64, "down": 65}
_LINES = 3


class TerminalView(Widget):
    """Shows an emulator's screen, without a border. No timer runs while nothing changes.

    `shows_cursor` says whether there is a program to type to.
    """

    ALLOW_SELECT: ClassVar[bool] = False  # Textual's selection knows neither scrollback nor programs with a mouse
    shows_cursor = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.emulator = Emulator((80, 24), self.to_program, self._ring, self._copy)
        self._painter = Painter(self.emulator)
        self._selection = Selection(self.emulator)
        self._back = 0
        self._seen: tuple[Any, int] = (None, 0)
        self._cursor: tuple[int, int] | None = None
        self._scrolled = 0
        self._timer: Timer | None = None
        self._painted = self._rung = self._held = 0.0
        self._pointed = Offset()
        self._pressed: Literal["", "program", "selection"] = ""

    def to_program(self, data: bytes) -> None:
        """What the mouse and the emulator have to say to the program."""

    def show(self, data: bytes) -> None:
        """Take output of the program."""
        self.emulator.feed(data)
        if self._timer is None:
            wait = self._painted + FRAME - time.monotonic()
            if wait > 0:
                self._timer = self.set_timer(wait, self.paint)
            else:
                self.paint()

    def to_the_end(self) -> None:
        """Show the screen itself, with nothing selected: something is typed."""
        self.scroll_back_to(0)
        if self._selection.clear():
            self.refresh()

    def scroll_by_key(self, key: str) -> bool:
        """Scroll with a key, and tell whether it is one for that."""
        page, most = max(1, self.content_size.height - 1), self.emulator.history
        targets = {"pageup": self._back + page, "pagedown": self._back - page, "home": most, "end": 0}
        if key in targets:
            self.scroll_back_to(targets[key])
        return key in targets

    def fit(self) -> tuple[int, int] | None:
        """Take the pane's size; None while it has none."""
        if not (self.content_size.width and self.content_size.height):
            return None
        self._selection.clear()
        self.emulator.resize(*self._grid)
        self._back = min(self._back, self.emulator.history)
        self._seen = (None, 0)
        self._scrolled = self.emulator.scrolled
        return self._grid

    @property
    def _grid(self) -> tuple[int, int]:
        return max(2, self.content_size.width), max(1, self.content_size.height)

    # -- the mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """For the program when it asked for the mouse; else the beginning of a selection."""
        event.stop()
        if self.emulator.wants_mouse:
            self._pressed = "program"
            self._report(event, _BUTTONS.get(event.button, 0), "press")
        elif event.button == 1:
            self._pressed = "selection"
            self._selection.begin(self._place(event))
            self.refresh()
        if self._pressed:
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Draw the selection out, or report."""
        if self._pressed == "selection":
            row = self._at(event).y
            outside = min(row, 0) + max(0, row - self.content_size.height + 1)
            if outside:
                self.scroll_back_to(self._back - outside)
            self._selection.extend(self._place(event))
            self.refresh()
        elif self.emulator.wants_mouse and self._at(event) != self._pointed:
            self._report(event, 0, "move")

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Copy what is selected, or report."""
        pressed, self._pressed = self._pressed, ""
        if pressed:
            event.stop()
            self.release_mouse()
        if pressed == "program":
            self._report(event, _BUTTONS.get(event.button, 0), "release")
        elif pressed == "selection":
            self._copy_selection()

    def on_click(self, event: events.Click) -> None:
        """Two clicks select a word, three the line."""
        event.stop()
        if event.chain > 1 and event.button == 1 and not self.emulator.wants_mouse:
            select = self._selection.word if event.chain == 2 else self._selection.line
            select(self._place(event))
            self.refresh()
            self._copy_selection()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll back."""
        self._wheel(event, "up")

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll on."""
        self._wheel(event, "down")

    def _wheel(self, event: events.MouseEvent, way: Literal["up", "down"]) -> None:
        event.stop()
        event.prevent_default()
        if self.emulator.wants_mouse:
            self._report(event, _WHEEL[way], "press")
        elif self.emulator.in_alternate:  # less and vi without a mouse scroll with the arrows, as in every terminal
            key = encode(way, application=self.emulator.board.modes.cursor_application_mode)
            self.to_program((key * _LINES).encode())
        else:
            self.scroll_back_to(self._back + (_LINES if way == "up" else -_LINES))

    def _at(self, event: events.MouseEvent) -> Offset:
        return event.get_content_offset_capture(self)

    def _report(self, event: events.MouseEvent, button: int, kind: str) -> None:
        width, height = self._grid
        self._pointed = self._at(event)
        at = self._pointed.clamp(width, height)
        held = {name for name in ("shift", "meta", "ctrl") if getattr(event, name)}
        self.emulator.mouse((at.x, at.y), button, kind, held)

    def _place(self, event: events.MouseEvent) -> tuple[int, int]:
        width, height = self._grid
        at = self._at(event)
        row = max(0, min(at.y, height - 1))
        return self.emulator.scrolled + row - self._back, max(0, min(at.x, width))

    def _copy_selection(self) -> None:
        if text := self._selection.text():
            self._copy(text)
            self.notify("Copied, if your terminal takes OSC 52.", timeout=2)

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)

    def _ring(self) -> None:
        if time.monotonic() - self._rung > BELL_EVERY:
            self._rung = time.monotonic()
            self.app.bell()

    # -- the picture

    def scroll_back_to(self, back: int) -> None:
        """Show what was there that many lines ago."""
        back = max(0, min(back, self.emulator.history))
        if back != self._back:
            self._back = back
            self._cursor = self._cursor_at()
            self.refresh()

    def paint(self) -> None:
        """Have the rows drawn that changed since the last picture."""
        self._timer, self._painted = None, time.monotonic()
        if self._is_composing():
            self._timer = self.set_timer(FRAME, self.paint)
            return
        new, self._scrolled = self.emulator.scrolled - self._scrolled, self.emulator.scrolled
        if self._back:  # what is read stays where it is
            self._back = max(0, min(self._back + new, self.emulator.history))
        rows, self._seen = self.emulator.changed_rows(self._seen)
        cursor, self._cursor = self._cursor, self._cursor_at()
        if cursor != self._cursor:
            rows |= {at[1] for at in (cursor, self._cursor) if at}
        if self._cursor:
            self.app.cursor_position = self.content_region.offset + self._cursor  # for input methods
        if self._back:
            self.refresh()
        elif rows:
            self.refresh(*(Region(0, row, self.content_size.width, 1) for row in rows))

    def _is_composing(self) -> bool:
        """Whether the program has asked to wait for the rest of a picture (mode 2026), and not for long."""
        if not self.emulator.board.modes.synchronized_output:
            self._held = 0.0
            return False
        self._held = self._held or time.monotonic()
        return time.monotonic() - self._held < COMPOSING

    def _cursor_at(self) -> tuple[int, int] | None:
        board = self.emulator.board
        shown = board.focused and self.shows_cursor and not self._back and board.modes.cursor_visible
        return (board.cursor.display_x, board.cursor.y) if shown else None

    def render_line(self, y: int) -> Strip:
        """One line of the picture."""
        row = y - self._back
        cursor = self._cursor[0] if self._cursor and self._cursor[1] == y else -1
        selected = self._selection.columns(self.emulator.scrolled + row)
        highlight = self.screen.get_component_rich_style("screen--selection") if selected else Style.null()
        width = self.outer_size.width
        strip = self._painter.strip(self.emulator.line(row), width, Marks(cursor, selected, highlight))
        if y == 0 and self._back:
            note = Segment(f" {self._back} of {self.emulator.history} lines back ", Style(reverse=True))
            return Strip.join([strip.crop(0, max(0, width - note.cell_length)), Strip([note])]).crop(0, width)
        return strip
