"""A terminal in a pane: all keys go to the program in it but one, the prefix.

It stands on bittty alone: textual-tty 0.4.0 wakes up 120 times a second, never reports the mouse, ends the app on a key
with Super, and leaves programs behind.
"""

from collections import deque
from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.timer import Timer

from lab.tui.widgets.terminal_keys import MODIFIERS, encode
from lab.tui.widgets.terminal_program import Program
from lab.tui.widgets.terminal_typing import Typed, What, as_paste, is_prompt
from lab.tui.widgets.terminal_view import TerminalView

PREFIX = "ctrl+right_square_bracket"
"""Ctrl-]: telnet's, so known; a byte of its own (1d) from every terminal, which bash and vi hardly use; where it is
hard to type, Ctrl-5 sends the same."""
PROMPT = 5.0
"""Seconds that a command waits for the shell's prompt."""
_LEAVING = ("tab", "shift+tab", "escape")


class TerminalPane(TerminalView, can_focus=True):
    """Shows one program. Give it one with `open`; `prefix` is Textual's name of the key that is not the program's.

    After the prefix, page up, page down, home and end scroll back, and other keys are posted as `Prefixed`.
    """

    DEFAULT_CSS = """
    TerminalPane { width: 1fr; height: 1fr; background: #101216; color: #e4e6ea; }
    """

    KEEPS_KEYS = True
    """Asked by the app: keys that work everywhere else are the program's here."""

    prefixed: reactive[bool] = reactive(False)
    """Whether the prefix was pressed and the key after it is awaited."""

    class Prefixed(Message):
        """A key was pressed after the prefix."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Ended(Message):
        """The program ended, with that exit code."""

        def __init__(self, code: int) -> None:
            super().__init__()
            self.code = code

    class NoPrompt(Message):
        """A command was not typed, nor what came behind it: there was no prompt to type it at."""

    def __init__(self, prefix: str = PREFIX, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.prefix = prefix
        self._argv: Sequence[str] = ()
        self._program: Program | None = None
        self._waiting = False  # for a size, to start at
        self._prompted = False
        self._typed: deque[Typed] = deque()
        self._patience: Timer | None = None

    # -- the program

    @property
    def running(self) -> bool:
        """Whether a program is in the pane."""
        return self._program is not None or self._waiting

    def open(self, argv: Sequence[str]) -> None:
        """Start a program, once the pane has a size. While one runs this does nothing."""
        if not self.running:
            self._argv = tuple(argv)
            self._waiting, self._prompted = True, False
            self._start()

    def type_in(self, text: str) -> None:
        """Type a text as a paste, without control characters: a program that knows pastes runs nothing of it by itself.

        Lines may end with LF, CR, or both; terminals send a paste with CR.
        """
        self._type(as_paste(text), "paste")

    def type_at_prompt(self, text: str, editor: bool = False) -> None:
        """The same, once there is a prompt; what is typed meanwhile comes behind it. Posts `NoPrompt` if none comes.

        Several lines wait for a program that knows pastes: another would run each as it comes. One line is typed
        also where what is left of the cursor looks like a prompt.

        Args:
            text: what to type.
            editor: type it into a program with the whole screen too, such as vi.
        """
        self._type(as_paste(text), "piece" if editor else "command")
        if self._typed and not self._patience:
            self._patience = self.set_timer(PROMPT, self._give_up)

    def type_line(self, text: str) -> None:
        """Type a line with its end."""
        self._type(f"{text}\r")

    @property
    def at_empty_prompt(self) -> bool:
        """Whether a program waits for a command, and nothing of one was typed."""
        return self._knows_pastes and self._after_prompt and not (self._typed or self.emulator.in_alternate)

    @property
    def _after_prompt(self) -> bool:
        return is_prompt(self.emulator.before_cursor)

    def show(self, data: bytes) -> None:
        """Take output of the program, and type what has waited for it."""
        super().show(data)
        self._prompted = self._prompted or self._knows_pastes
        self._type_on()

    def close(self) -> None:
        """End the program as a closed terminal does."""
        self._waiting = False
        if self._program:
            self._program.hang_up()

    def _start(self) -> None:
        size = self.fit() if self._waiting else None
        if not size:
            return
        self._waiting = False
        try:
            self._program = Program(self._argv, size, self.show, self.emulator.shorten, self._at_end)
        except OSError as error:
            self._say(f"Could not start {self._argv[0]}: {error.strerror}.")
            self.post_message(self.Ended(127))
            return
        self.shows_cursor = True
        self._type_on()

    def _at_end(self, code: int) -> None:
        self._program = None
        self.shows_cursor = self._prompted = False
        self.emulator.calm()
        if self.is_attached:
            self._say(f"{self._argv[0]} ended with exit code {code}.")
            self.post_message(self.Ended(code))

    def _say(self, text: str) -> None:
        new_line = "\r\n" if self.emulator.board.cursor.x else ""
        self.show(f"{new_line}\x1b[7m{text} Enter starts it again.\x1b[m\r\n".encode())

    def to_program(self, data: bytes) -> None:
        """Give the program input."""
        if self._program:
            self._program.write(data)

    def _type(self, text: str, what: What = "keys") -> None:
        self.to_the_end()
        self._typed.append(Typed(text, what))
        self._type_on()

    @property
    def _knows_pastes(self) -> bool:
        return bool(self.emulator.board.modes.bracketed_paste)

    def _type_on(self) -> None:
        """Give the program what was typed, up to a command that waits for a prompt."""
        while self._typed and not self._waiting:
            text, what = first = self._typed[0]
            if not first.is_taken(self._knows_pastes, self._after_prompt, self._prompted, self.emulator.in_alternate):
                return
            self._typed.popleft()
            pasted = what != "keys" and self._knows_pastes
            self.to_program((f"\x1b[200~{text}\x1b[201~" if pasted else text).encode())
        if self._patience and not self._typed:
            self._patience.stop()
            self._patience = None

    def _give_up(self) -> None:
        self._patience = None
        self._typed.clear()
        self.post_message(self.NoPrompt())

    def on_resize(self) -> None:
        """Pass the size on, and start what has waited for it."""
        if self._waiting:
            self._start()
        elif (size := self.fit()) and self._program:
            self._program.resize(*size)

    async def on_unmount(self) -> None:
        """Leave no program behind."""
        self._waiting = False
        if self._program:
            await self._program.end()

    # -- what is typed

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """All keys are the program's, also those that the app has for itself: this takes their bindings away."""
        return self.running or self.prefixed or key not in _LEAVING

    def on_key(self, event: events.Key) -> None:
        """Pass a key on, unless it is the prefix or comes after it."""
        if not self.check_consume_key(event.key, event.character):
            return
        event.stop()
        event.prevent_default()
        if event.key in MODIFIERS:
            return
        typed = self._encoded(event)
        if self._is_prefix(event, typed):
            self.prefixed = not self.prefixed
            if not self.prefixed:  # twice
                self._type(typed)
        elif self.prefixed:
            self.prefixed = False
            if not self.scroll_by_key(event.key):
                self.post_message(self.Prefixed(event.key))
        elif self.running:
            self._type(typed)
        elif event.key == "enter" and self._argv:
            self.open(self._argv)

    def _encoded(self, event: events.Key) -> str:
        return encode(event.key, event.character, self.emulator.board.modes.cursor_application_mode)

    def _is_prefix(self, event: events.Key, typed: str) -> bool:
        return event.key == self.prefix or bool(typed and typed == encode(self.prefix))

    def on_paste(self, event: events.Paste) -> None:
        """Pass a paste on."""
        event.stop()
        self.type_in(event.text)

    def on_focus(self) -> None:
        """Show the cursor, and tell the program."""
        self.emulator.focus(True)
        self.paint()

    def on_blur(self) -> None:
        """Hide the cursor, and tell the program."""
        self.prefixed = False
        self.emulator.focus(False)
        self.paint()
