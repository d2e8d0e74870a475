"""The base of modals whose text has commands in it."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import DescendantFocus
from textual.screen import ModalScreen
from textual.widget import Widget

from lab.tui.widgets.fence import Fence, Sent
from lab.tui.widgets.prose import Prose
from lab.tui.widgets.text import Text


class Reading(ModalScreen[Sent | None]):
    """A text to read. Closes with a command when one was sent, else with None.

    Its last line, `.keys`, says what can be done: with the command at hand, too, whose own border may be out of sight.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,right_square_bracket", "command(1)", "Command", id="reading.next", tooltip="Next command"),
        Binding(
            "shift+tab,left_square_bracket", "command(-1)", id="reading.previous", show=False, tooltip="Command before"
        ),
        Binding("escape,q", "close", "Close", id="reading.close", tooltip="Back to the step"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._walk = Walk()

    def action_command(self, by: int) -> None:
        """Go to another command of the text."""
        self._walk.go([fence for prose in self.query(Prose) for fence in prose.commands()], by)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Say what can be done with the command at hand."""
        if isinstance(event.widget, Fence):
            self.query_one(".keys", Text).show(f"{event.widget.keys}, ] goes to the next, esc closes")

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)

    def take(self, sent: Sent) -> None:
        """Close with a command."""
        if self.is_current:
            self.dismiss(sent)


class Walk:
    """Goes from one command of a text to another, and knows where it was while the keys are elsewhere."""

    def __init__(self) -> None:
        self._visited: list[Widget] = []

    def go(self, commands: Sequence[Widget], by: int) -> None:
        """Give the keys to the next of these, or the one before; in another text, to the first or the last."""
        if not commands:
            return
        screen = commands[0].screen
        last = [each for each in (*self._visited, screen.focused) if each in commands][-1:]
        at = commands.index(last[0]) if last and last[0] else -1 if by > 0 else 0
        there = commands[(at + by) % len(commands)]
        self._visited = [each for each in self._visited if each.is_attached and each is not there] + [there]
        screen.set_focus(there)  # at once: `focus` would come after a key that is typed right behind
