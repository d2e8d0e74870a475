"""Pages that come by themselves, while the learner may be typing for what was there before."""

import math

from textual.screen import ModalScreen, ScreenResultType

from lab.tui import clock

PAUSE = 1.0
"""Seconds without a key until such a page takes keys."""


class UnaskedModal(ModalScreen[ScreenResultType]):
    """A page whose keys work once nothing was typed for a moment; its buttons (`.buttons`) appear then."""

    AUTO_FOCUS = ""  # a button would take Enter at once
    _from = math.inf

    def on_mount(self) -> None:
        """Wait for the pause."""
        self._from = clock.now() + PAUSE
        self._buttons = self.query(".buttons")
        self._buttons.set(visible=False)
        self._pause = self.set_timer(PAUSE, self._show_buttons)

    @property
    def takes_keys(self) -> bool:
        """Whether a key is meant for this page."""
        return clock.now() >= self._from

    def on_key(self) -> None:
        """Wait anew: that key was meant for what was there before."""
        if not self.takes_keys:
            self._from = clock.now() + PAUSE
            self._pause.reset()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No key does anything before the pause."""
        return self.takes_keys

    def _show_buttons(self) -> None:
        self._buttons.set(visible=True)
        self.focus_next("Button")
