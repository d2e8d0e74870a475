"""What the modals with commands in their text have in common."""

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.events import DescendantFocus
from textual.screen import ModalScreen

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

    def action_command(self, by: int) -> None:
        """Go to another command of the text."""
        go_to([fence for prose in self.query(Prose) for fence in prose.commands()], by)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Say what can be done with the command at hand."""
        if isinstance(event.widget, Fence):
            self.query_one(".keys", Text).show(f"{event.widget.keys}, ] goes to the next, esc closes")

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)

    @on(Sent)
    def _sent(self, event: Sent) -> None:
        event.stop()
        self.dismiss(event)


def go_to(commands: list[Fence], by: int) -> None:
    """Give the keys to the next of these, or the one before; from elsewhere, to the first or the last."""
    at = next((index for index, command in enumerate(commands) if command.has_focus), -1 if by > 0 else 0)
    if commands:
        command = commands[(at + by) % len(commands)]
        command.screen.set_focus(command)  # at once: `focus` would come after a key that is typed right behind
