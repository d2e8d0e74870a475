"""The app: which screen is shown, the shell, the last look at the lab, and what is left of a fault."""

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType

from lab import shell
from lab.exit_codes import ExitCode
from lab.tui.failures import Failure, attempt, unexpected
from lab.tui.messages import ClusterReady, Noted, ShellFound
from lab.tui.modals.confirm import Confirm
from lab.tui.modals.error import ErrorModal
from lab.tui.modals.page import keys_page
from lab.tui.ports import Course
from lab.tui.screens.home import HomeScreen
from lab.tui.screens.making import MakingScreen
from lab.tui.session import Session
from lab.tui.status import TuiStatus
from lab.tui.threads import DaemonThreads

LOOK_EVERY = 2.5
"""Seconds between two looks at the lab."""


class LabApp(App[None]):
    """The lab on a terminal."""

    TITLE = "CKS lab"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 (an instance variable of App)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("exclamation_mark,t", "shell", "Shell", id="lab.shell", tooltip="A root shell on the node"),
        Binding("question_mark", "keys", "Keys", id="lab.keys", tooltip="The keys that work here"),
        Binding("q", "quit", "Quit", id="lab.quit", tooltip="Leave the lab; the cluster stays"),
    ]

    def __init__(self, course: Course) -> None:
        super().__init__()
        self.session = Session(course, TuiStatus(self))
        course.status = self.session.status
        self._has_node = False
        self._looking = False
        self._in_shell = False
        self._loop_at_work: asyncio.AbstractEventLoop | None = None
        self._said: set[str] = set()

    def on_load(self) -> None:
        """Take threads that quitting does not wait for."""
        self._loop_at_work = asyncio.get_running_loop()
        self._loop_at_work.set_default_executor(DaemonThreads())

    def leave(self, code: int) -> None:
        """End with that exit code, from a signal's handler: at any moment, but in the main thread.

        Raises:
            KeyboardInterrupt: there is nothing to leave yet; or a shell is open, which ends and brings this back.
        """
        if self._loop_at_work is None:
            raise KeyboardInterrupt
        self._loop_at_work.call_soon_threadsafe(lambda: self.exit(return_code=code))
        if self._in_shell:
            raise KeyboardInterrupt

    def on_mount(self) -> None:
        """Begin with the cluster."""
        self.push_screen(MakingScreen(self.session))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no shell before there is a node."""
        return self._has_node if action == "shell" else True

    @on(ClusterReady)
    def _cluster_ready(self) -> None:
        self._has_node = True
        self.switch_screen(HomeScreen(self.session))
        self.set_interval(LOOK_EVERY, self._look_again)

    def _look_again(self) -> None:
        if not self._looking and not self.session.busy:
            self._looking = True
            self._look()

    @work(thread=True, exclusive=True, exit_on_error=False, group="look")
    def _look(self) -> None:
        try:
            self.session.look()
        finally:
            self._looking = False

    @on(Noted)
    def _noted(self, event: Noted) -> None:
        if event.text not in self._said:  # an observation says the same every few seconds
            self._said.add(event.text)
            self.notify(event.text, markup=False)

    def action_keys(self) -> None:
        """Show the keys that work on the screen at hand."""
        self.push_screen(keys_page(self.screen.active_bindings, self.get_key_display))

    @work(exclusive=True, group="quit")
    async def _ask_to_quit(self) -> None:
        question = "The work that is going on is stopped where it is. `lab` goes on with it the next time."
        if await self.push_screen_wait(Confirm("Quit in the middle of this?", question, "Quit")):
            self.exit(return_code=ExitCode.INTERRUPTED)

    async def action_quit(self) -> None:
        """Quit; in the middle of work, ask first."""
        if not self.session.busy:
            self.exit()
        elif not isinstance(self.screen, Confirm):
            self._ask_to_quit()

    @work(thread=True, exclusive=True, exit_on_error=False, group="shell")
    def action_shell(self) -> None:
        """Open a root shell on the node, in place of the screen, and come back."""
        self.post_message(ShellFound(attempt(self.session.course.shell_argv)))

    @on(ShellFound)
    def _shell_found(self, event: ShellFound) -> None:
        if isinstance(event.outcome, Failure):
            self.push_screen(ErrorModal(event.outcome))
            return
        begun = time.monotonic()
        argv = event.outcome
        with self.suspend():  # which does not bring the screen back when an exception passes
            ended = self._interact(argv)
        if isinstance(ended, Failure):
            self.push_screen(ErrorModal(ended))
        elif ended and time.monotonic() - begun < 1:  # nobody has read what it said
            message = f"The shell ended at once, with exit code {ended}."
            self.push_screen(ErrorModal(Failure(message, "Ask how the node is with: lab status")))

    def _interact(self, argv: Sequence[str]) -> int | Failure:
        print("You are root on the node. `exit` or Ctrl-D brings you back to the lab.", flush=True)
        try:
            self._in_shell = True
            return attempt(lambda: shell.interact(argv))
        except KeyboardInterrupt:  # `leave`, which has said what comes next
            return 0
        finally:
            self._in_shell = False

    def _fatal_error(self) -> None:
        """A fault of the lab itself: Textual would print a stack trace, a learner gets a sentence."""
        if self._exit_renderables:  # what the fault brings down with it
            return
        error = sys.exc_info()[1] or self._exception
        failure = unexpected(error or RuntimeError("no exception"))
        self._return_code = ExitCode.COULD_NOT
        self.panic(f"{failure.message}\n{failure.hint}")
