"""The terminal on the node within a screen: its prefix key, full screen, and commands for it."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from lab.tui.failures import Failure, attempted
from lab.tui.keys import pressed
from lab.tui.session import Session
from lab.tui.widgets.fence import Sent
from lab.tui.widgets.terminal import TerminalPane
from lab.tui.widgets.text import Text

AFTER_PREFIX = (
    ("tab or esc", "Leave the terminal"),
    ("f", "Make the terminal as large as the screen, and back"),
    ("any other key", "What the key does outside the terminal: n, p, h, s, v, ?, q, ..."),
)
"""What can be pressed after the prefix key, for the page of keys."""


class TerminalDock(Vertical):
    """Holds the terminal, `pane`. Its screen has the class `-terminal` while one works in it (which on a narrow screen
    hides the rest), `-full` while it has the whole screen, and `-in-terminal` while it has the keys.

    Args:
        session: says which shell to open.
        prefix: the key that is not the shell's.
        beside: gets the keys when the terminal is left.
    """

    def __init__(self, session: Session, prefix: str, beside: Widget) -> None:
        super().__init__()
        self._session = session
        self._beside = beside
        self.pane = TerminalPane(prefix)
        self.border_title = "Terminal: root on the node"

    def compose(self) -> ComposeResult:
        """The terminal."""
        yield self.pane

    @property
    def has_keys(self) -> bool:
        """Whether keys go to the terminal."""
        return self.screen.focused is self.pane

    @property
    def alone(self) -> bool:
        """Whether the terminal hides what is beside it."""
        screen = self.screen
        return screen.has_class("-full") or (screen.has_class("-narrow") and screen.has_class("-terminal"))

    def enter(self) -> None:
        """Go to the terminal."""
        self.screen.add_class("-terminal")
        self.open_shell()
        self.screen.set_focus(self.pane)

    def leave(self) -> None:
        """Go back to what is beside it."""
        self.screen.remove_class("-terminal", "-full")
        self.screen.set_focus(self._beside)

    def toggle_full(self) -> None:
        """Make the terminal as large as the screen, or as it was."""
        if self.screen.has_class("-full"):
            self.screen.remove_class("-full")
        else:
            self.screen.add_class("-full")
            self.enter()

    def type(self, sent: Sent) -> None:
        """Put a command into the terminal, for the learner to press Enter; or a piece of a file into an editor."""
        self.enter()
        self.pane.type_at_prompt(sent.text, editor=sent.piece)

    def go_to(self, folder: str) -> None:
        """Change to a folder on the node, where the shell waits for a command and none was begun; empty for none."""
        if folder and self.pane.at_empty_prompt:
            self.pane.type_line(f"cd {folder}")

    def open_shell(self) -> None:
        """Open the shell, unless it runs already."""
        if not self.pane.running and self._session.cluster == "running":
            self._open_shell()

    @work(exclusive=True, group="terminal")
    async def _open_shell(self) -> None:
        argv = await attempted(self._session.course.shell_argv)
        if isinstance(argv, Failure):
            text = f"{argv.message}\n{argv.hint}".strip()
            self.notify(text, title="The terminal cannot be opened", severity="error", markup=False)
        else:
            self._session.shell = argv
            self.pane.open(argv)

    @on(TerminalPane.NoPrompt)
    def _no_prompt(self) -> None:
        message = "There is no prompt to type it at. End what runs in the terminal, or copy the command with y."
        self.notify(message, title="The command was not sent", severity="warning", markup=False)

    @on(TerminalPane.Prefixed)
    async def _prefixed(self, event: TerminalPane.Prefixed) -> None:
        event.stop()
        if event.key in ("tab", "escape"):
            self.leave()
        else:
            await self._do_as_outside(event.key)

    async def _do_as_outside(self, key: str) -> None:
        """Do what a key does outside the terminal, and stay in it, unless that leads elsewhere."""
        screen = self.screen
        screen.set_focus(None)  # with it, no key is bound
        active = screen.active_bindings.get(key)
        if active and active.enabled:
            await self.app.run_action(active.binding.action, active.node)
        else:
            self.notify("After the prefix key: tab leaves the terminal, ? shows all keys.", timeout=4, markup=False)
        if screen.focused is None and self.is_attached:
            screen.set_focus(self.pane, scroll_visible=False)


class LeaveLine(Text):
    """Says how the terminal is left; after the prefix key, what the next one can be."""

    def __init__(self, session: Session, pane: TerminalPane) -> None:
        super().__init__(id="leave")
        self._session = session
        self._pane = pane

    def on_mount(self) -> None:
        """Follow the terminal."""
        self.watch(self._pane, "prefixed", self._show_keys)

    def _show_keys(self, prefixed: bool) -> None:
        names = ("full", "full"), ("hint", "hint"), ("solve", "solution"), ("next", "next step")
        after = " · ".join(f"{self._session.key(f'work.{id}')} {does}" for id, does in names)
        keys = self._session.key("lab.keys")
        leaves = f"{pressed(self._pane.prefix)} then tab leaves"
        self.show(f"tab leaves · {after} · {keys} keys" if prefixed else leaves)
