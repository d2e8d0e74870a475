"""Blocks of code in a text: a learner can focus commands and pieces of files, and send or copy them."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

from markdown_it.token import Token
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Markdown
from textual.widgets.markdown import MarkdownFence

COMMAND_KEYS = "enter: to the terminal, y: copy"
"""What can be done with the command at hand."""
OWN_KEYS = "enter: the lab does it here, y: copy"
"""The same for one that is typed on one's own machine elsewhere."""
SHELLS = frozenset({"bash", "sh", "shell"})
"""The languages of a block that is meant to be typed on the node."""
PIECE = "yaml"
"""The language of a block that belongs into a file on the node: an editor there takes it as a paste."""
PIECE_KEYS = "enter: paste it into the terminal, y: copy"
"""What can be done with it."""
OWN_MACHINE = "lab"
"""The language of a block that is meant to be typed on one's own machine: a command of the lab, which does it here."""


_PADDING = 4
_LEAST = 20
_FOLD = "↪ "


def folded(code: Content, width: int) -> Content:
    """Code with lines of at most so many characters: a line that goes on is marked, with the indentation it had."""
    rows: list[Content] = []
    for line in code.split("\n", allow_blank=True):
        indent = len(line.plain) - len(line.plain.lstrip(" "))
        lead = Content.assemble(" " * min(indent, width // 2), (_FOLD, "$text-muted"))
        room = width
        while len(line) > room:
            blank = line.plain.rfind(" ", indent + 1, room)
            cut = blank + 1 if blank > room // 2 else room
            rows.append(line[:cut] if room == width else Content.assemble(lead, line[:cut]))
            line, room, indent = line[cut:], width - len(lead), 0
        rows.append(line if room == width else Content.assemble(lead, line))
    return Content("\n").join(rows)


@dataclass(frozen=True)
class Sent:
    """A command that is to go into the terminal, where Enter is for the learner to press; an own one is to be done.

    A piece is not a command, but a part of a file: it goes into an editor too.
    """

    text: str
    own: bool = False
    piece: bool = False


@runtime_checkable
class Taker(Protocol):
    """A screen that takes commands."""

    def take(self, sent: Sent) -> None:
        """Put it into the terminal, or do it."""


def send(widget: Widget, sent: Sent) -> None:
    """Give a command to the screen at once, not by a message: a key that is typed right behind is for the terminal.

    Raises:
        SkipAction: it is such a key.
    """
    if widget.screen.focused is not widget:
        raise SkipAction
    if isinstance(screen := widget.screen, Taker):
        screen.take(sent)


def copy_command(widget: Widget, command: str) -> None:
    """Copy a command, and say so: nothing else would show it."""
    widget.app.copy_to_clipboard(command)
    widget.notify(command.strip().splitlines()[0], title="Copied", timeout=2, markup=False)


class Fence(MarkdownFence):
    """A block of code or output. `command` says whether it is one to type or to paste: then it takes the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", id="command.send", show=False, tooltip="Put the command into the terminal"),
        Binding("y", "copy", "Copy", id="command.copy", show=False, tooltip="Copy the command"),
    ]
    DEFAULT_CSS = """
    Fence { margin: 0 0 1 0; }
    Fence > Label { width: 100%; } /* long lines are folded: cut off, one would not see what one is about to run */
    Fence.-command { border-left: solid $primary; }
    Fence.-command:focus {
        border-left: thick $accent; border-bottom: solid $accent; margin: 0;
        border-subtitle-align: left; border-subtitle-color: $text-accent; border-subtitle-style: bold;
    }
    """

    def __init__(self, markdown: Markdown, token: Token, code: str) -> None:
        super().__init__(markdown, token, code)
        language = token.info.partition(" ")[0]
        self.own = language == OWN_MACHINE
        self.piece = language == PIECE
        self.keys = OWN_KEYS if self.own else PIECE_KEYS if self.piece else COMMAND_KEYS
        self.command = language in {OWN_MACHINE, PIECE, *SHELLS}
        self.can_focus = self.command
        self.set_class(self.command, "-command")

    def watch_has_focus(self, has_focus: bool) -> None:
        """Say what can be done with the command at hand: not by colour alone."""
        super().watch_has_focus(has_focus)
        self.border_subtitle = f"▸ {self.keys}" if has_focus else None

    @classmethod
    def highlight(cls, code: str, language: str, ansi: bool = False, dark: bool = False) -> Content:
        """Colour code in a language that is named; to guess one loads every lexer there is, 18 MiB."""
        named = "bash" if language == OWN_MACHINE else language
        return super().highlight(code, named, ansi, dark) if named else Content(code.rstrip("\n"))

    def set_content(self, content: Content) -> None:
        """Show code, folded so that one sees which lines are folded."""
        room = self.content_size.width - _PADDING
        super().set_content(folded(content, room) if room > _LEAST else content)

    def on_resize(self) -> None:
        """Fold for the new width."""
        dark = self.app.current_theme.dark
        self.set_content(self.highlight(self.code, self.lexer, ansi=self.app.native_ansi_color, dark=dark))

    def action_send(self) -> None:
        """Put the command into the terminal."""
        send(self, Sent(self.code.strip() if self.own else self.code, self.own, self.piece))

    def action_copy(self) -> None:
        """Copy the command."""
        copy_command(self, self.code)
