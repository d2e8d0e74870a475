"""The side of the work screen that has the terminal: showing it, leaving it, typing into it, and its prefix key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.message import Message

from lab.tui.failures import Failure, attempt
from lab.tui.screens.base import LabScreen
from lab.tui.widgets.fence import Sent
from lab.tui.widgets.terminal import TerminalPane


@dataclass
class TerminalFound(Message, bubble=False):
    """The command that opens a shell on the node, for the pane."""

    outcome: Sequence[str] | Failure


class TerminalSide(LabScreen):
    """A screen with a terminal on the node in it. On a narrow screen one sees the terminal or the rest."""

    PREFIXED: ClassVar[tuple[tuple[str, str], ...]] = (
        ("tab or esc", "Leave the terminal"),
        ("f", "Make the terminal as large as the screen, and back"),
        ("any other key", "What the key does outside the terminal: n, p, h, s, v, ?, q, ..."),
    )

    @property
    def pane(self) -> TerminalPane:
        """The terminal."""
        return self.query_one(TerminalPane)

    @property
    def in_terminal(self) -> bool:
        """Whether keys go to the terminal."""
        return self.focused is self.pane

    def action_terminal(self) -> None:
        """Go to the terminal."""
        self.add_class("-terminal")
        self.open_terminal()
        self.set_focus(self.pane)

    def action_full(self) -> None:
        """Make the terminal as large as the screen, or as it was."""
        if self.has_class("-full"):
            self.remove_class("-full")
        else:
            self.add_class("-full")
            self.action_terminal()

    def leave_terminal(self) -> None:
        """Go back to the text."""
        self.remove_class("-terminal", "-full")
        self.focus_text()

    def focus_text(self) -> None:
        """Give the text the keys."""
        raise NotImplementedError

    def open_terminal(self) -> None:
        """Open the shell, unless it runs already."""
        if not self.pane.running and self.session.cluster == "running":
            self._find_shell()

    @work(thread=True, exclusive=True, exit_on_error=False, group="terminal")
    def _find_shell(self) -> None:
        self.post_message(TerminalFound(attempt(self.session.course.shell_argv)))

    @on(TerminalFound)
    def _shell_found(self, event: TerminalFound) -> None:
        if isinstance(event.outcome, Failure):
            text = f"{event.outcome.message}\n{event.outcome.hint}".strip()
            self.notify(text, title="The terminal cannot be opened", severity="error", markup=False)
        else:
            self.pane.open(event.outcome)

    def take(self, sent: Sent | None) -> None:
        """Put a command into the terminal, or do it when it is one for one's own machine."""
        if sent and sent.own:
            self.do_here(sent.text)
        elif sent:
            self.send(sent.text)

    def do_here(self, command: str) -> object:
        """Do a command of the lab."""
        raise NotImplementedError

    def send(self, text: str) -> None:
        """Put a command into the terminal, for the learner to press Enter."""
        self.action_terminal()
        self.pane.type_at_prompt(text)

    @on(TerminalPane.NoPrompt)
    def _no_prompt(self) -> None:
        message = "There is no prompt to type it at. End what runs in the terminal, or copy the command with y."
        self.notify(message, title="The command was not sent", severity="warning", markup=False)

    @on(TerminalPane.Prefixed)
    async def _prefixed(self, event: TerminalPane.Prefixed) -> None:
        event.stop()
        if event.key in ("tab", "escape"):
            self.leave_terminal()
        else:
            await self._do_as_outside(event.key)

    async def _do_as_outside(self, key: str) -> None:
        """Do what a key does outside the terminal, and stay in it, unless that leads elsewhere."""
        self.set_focus(None)  # with it, no key is bound
        active = self.active_bindings.get(key)
        if active and active.enabled:
            await self.app.run_action(active.binding.action, active.node)
        else:
            self.notify("After the prefix key: tab leaves the terminal, ? shows all keys.", timeout=4, markup=False)
        if self.focused is None and self.is_attached:
            self.set_focus(self.pane, scroll_visible=False)
