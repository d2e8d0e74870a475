"""The last way of a request that was seen, and when it has to be looked at anew."""

from collections.abc import Callable
from dataclasses import dataclass

from lab.request_path.station import RequestPath
from lab.tui import clock
from lab.tui.failures import Failure, attempted


@dataclass(frozen=True)
class Seen:
    """A way, and the time of day at which it was seen."""

    path: RequestPath
    at: str


class PathWatch:
    """Looks at one subject: the stations alone, an image, or a pod. One look at a time, and only when it is wanted.

    `last` is the newest way that was seen, which may still be that of another subject; `failure` is why the last look
    found none. What shows it asks for looks: nothing is done while nobody does.

    Args:
        look: looks at a subject in a namespace; blocks.
    """

    def __init__(self, look: Callable[[str, str], RequestPath]) -> None:
        self._look = look
        self.subject, self.namespace = "", "default"
        self.last: Seen | None = None
        self.failure: Failure | None = None
        self.running = False
        self.wanted = True

    def ask(self, subject: str, namespace: str) -> None:
        """Look at an image or a pod from now on; at the stations alone when it is empty."""
        self.subject, self.namespace, self.failure = subject, namespace, None
        self.want()

    def want(self) -> None:
        """Something changed: what was seen may no longer be so."""
        self.wanted = True

    @property
    def unseen(self) -> bool:
        """Whether nothing was seen so far of what it looks at now."""
        seen = self.last.path if self.last else None
        return seen is None or (seen.subject, seen.namespace) != (self.subject, self.namespace)

    @property
    def due(self) -> bool:
        """Whether to look now."""
        return self.wanted and not self.running

    async def look(self) -> None:
        """Look if it is due, in a thread. After a failure the last way stays."""
        if not self.due:
            return
        self.running, self.wanted = True, False
        subject, namespace = self.subject, self.namespace
        try:
            outcome = await attempted(lambda: self._look(subject, namespace))
        finally:
            self.running = False
        if isinstance(outcome, Failure):
            self.failure = outcome
        else:
            self.failure, self.last = None, Seen(outcome, clock.wall().strftime("%H:%M:%S"))
