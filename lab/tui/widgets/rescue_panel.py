"""Comes up by itself while the API server is away for longer than a restart takes: why, and which key rescues it."""

from typing import TYPE_CHECKING

from lab.phases import seconds
from lab.rescue.restart import USUAL
from lab.tui import clock
from lab.tui.failures import Failure, attempted
from lab.tui.session import Session
from lab.tui.widgets.error_panel import ErrorPanel
from lab.tui.words import RESTART

if TYPE_CHECKING:
    from lab.why.fault import Finding

AWAY = 30.0
"""Seconds from which on an API server has been away for longer than a restart takes; where nobody says why, it may
only be slow, and the panel waits for `RESTART`.
"""
_ASK_AGAIN = 10.0  # seconds


class RescuePanel(ErrorPanel):
    """Hidden while the API server is ready, or restarts, or the lab itself is at work on the cluster."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._said = ""
        self._asked = -_ASK_AGAIN

    def refresh_state(self) -> None:
        """Show what is true now."""
        look, now = self._session.last_look, clock.now()
        since = now - look.since if look else 0.0
        if look is None or self._session.busy or self._session.gone() or self._session.api_is_ready or since < AWAY:
            self._said = ""
            self.show(None)
            return
        if now - self._asked >= _ASK_AGAIN:
            self._asked = now
            self.run_worker(self._ask(), exclusive=True, exit_on_error=False, group="why")
        said = f" {self._said}" if self._said else ""
        if not self._said and since < RESTART:
            self.show(None)
            return
        message = f"The API server is away for {seconds(since)}; a restart usually takes {seconds(USUAL)}.{said}"
        key = self._session.key("work.rescue")
        hint = f"{key} shows how your files differ from the last good ones, and puts these back; your points stay"
        self.show(Failure(message, hint))

    async def _ask(self) -> None:
        found = await attempted(self._session.course.why)
        if not isinstance(found, Failure):
            self._said = _fault(found.findings[0]) if found.findings else ""


def _fault(finding: "Finding") -> str:
    """The fault, with the line in question."""
    line = finding.evidence[0] if finding.evidence else None
    return f"{finding.sentence} ({line.where}: {line.text.strip()})" if line else finding.sentence
