"""A shell on the node in place of the screen: the learner's own terminal."""

import time
from collections.abc import Sequence
from typing import Any

from textual.app import App

from lab import shell
from lab.advice import named
from lab.tui.dialogs import failed
from lab.tui.failures import Failure, attempt, attempted
from lab.tui.session import Session


class NodeShell:
    """Makes an app step aside for a shell; `open` says whether it stands aside now."""

    def __init__(self, app: App[Any], session: Session) -> None:
        self._app = app
        self._session = session
        self.open = False

    async def run(self) -> None:
        """Open a root shell on the node, and come back."""
        argv = await attempted(self._session.course.shell_argv)
        if isinstance(argv, Failure):
            self._app.push_screen(failed(argv))
            return
        begun = time.monotonic()
        with self._app.suspend():  # which does not bring the screen back when an exception passes
            ended = self._interact(argv)
        if isinstance(ended, Failure):
            self._app.push_screen(failed(ended))
        elif ended and time.monotonic() - begun < 1:  # nobody has read what it said
            message = f"The shell ended at once, with exit code {ended}."
            hint = named("Ask how the node is with: lab status", self._session.course.name)
            self._app.push_screen(failed(Failure(message, hint)))

    def _interact(self, argv: Sequence[str]) -> int | Failure:
        print("You are root on the node. `exit` or Ctrl-D brings you back to the lab.", flush=True)
        try:
            self.open = True
            return attempt(lambda: shell.interact(argv))
        except KeyboardInterrupt:  # the app is being left, and says what comes next
            return 0
        finally:
            self.open = False
