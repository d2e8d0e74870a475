"""What every screen can do: ask, and do long work with its progress in sight."""

from collections.abc import Callable

from textual.screen import Screen

from lab.tui.modals.confirm import Confirm
from lab.tui.modals.error import ErrorModal
from lab.tui.modals.working import Working
from lab.tui.session import Session


class LabScreen(Screen[None]):
    """A screen of one session. `ask` and `carry_out` are awaited in an asynchronous worker."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    async def ask(self, title: str, question: str, yes: str) -> bool:
        """Whether the learner says yes."""
        return await self.app.push_screen_wait(Confirm(title, question, yes))

    async def carry_out(self, title: str, call: Callable[[], object]) -> bool:
        """Do something to the cluster; a failure is shown. Returns whether it went well."""
        failure = await self.app.push_screen_wait(Working(self.session, title, call))
        if failure:
            await self.app.push_screen_wait(ErrorModal(failure))
        return failure is None
