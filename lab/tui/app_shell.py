"""The part of the app that opens a shell on the node in place of the screen: the learner's own terminal."""

import time
from collections.abc import Sequence

from textual import on, work

from lab import shell
from lab.advice import named
from lab.tui.app_watch import WatchApp
from lab.tui.failures import Failure, attempt
from lab.tui.messages import ShellFound
from lab.tui.modals.error import ErrorModal


class ShellApp(WatchApp):
    """An app that steps aside for a shell and comes back when that ends."""

    in_shell = False
    """Whether it stands aside now."""

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
            hint = named("Ask how the node is with: lab status", self.session.course.name)
            self.push_screen(ErrorModal(Failure(message, hint)))

    def _interact(self, argv: Sequence[str]) -> int | Failure:
        print("You are root on the node. `exit` or Ctrl-D brings you back to the lab.", flush=True)
        try:
            self.in_shell = True
            return attempt(lambda: shell.interact(argv))
        except KeyboardInterrupt:  # `leave`, which has said what comes next
            return 0
        finally:
            self.in_shell = False
