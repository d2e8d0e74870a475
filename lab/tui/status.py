"""Posts what long work reports as messages to the screen that shows it."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from textual.message_pump import MessagePump

from lab.tui import clock
from lab.tui.messages import Noted, PhaseEnded, PhaseStarted, StillAhead


class TuiStatus:
    """The Status protocol; `target` gets the messages and may be changed at any time. Safe in any thread."""

    def __init__(self, target: MessagePump) -> None:
        self.target = target
        self._keys = count(1)

    @contextmanager
    def phase(self, title: str, estimate: float = 0) -> Iterator[None]:
        """Tell where a phase begins and where it ends."""
        target, key, begun, ok = self.target, next(self._keys), clock.now(), False
        target.post_message(PhaseStarted(key, title, estimate))
        try:
            yield
            ok = True
        finally:
            target.post_message(PhaseEnded(key, ok, clock.now() - begun))

    def ahead(self, estimate: float) -> None:
        """Pass the estimate on."""
        self.target.post_message(StillAhead(estimate))

    def note(self, text: str) -> None:
        """Pass the text on."""
        self.target.post_message(Noted(text))
