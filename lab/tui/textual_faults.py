"""Faults of Textual 8.2 that are mended here, by the only private names of Textual that the lab uses.

pyproject.toml pins Textual's minor version for their sake; a test holds that no other is used.
"""

from collections.abc import Iterable

from rich.text import Text
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key
from textual.notifications import Notification, SeverityLevel

from lab.exit_codes import ExitCode
from lab.fault_log import failure_of
from lab.tui.notices import Notices

_ESC = "\x1b"
_read = XTermParser._sequence_to_key_events


def _read_alt(parser: XTermParser, sequence: str, alt: bool = False) -> Iterable[Key]:
    """Read Escape and a character as that key with Alt.

    Textual reads it as the character (or, for some, as another key): who types `Escape : w q` fast in vi loses Escape,
    and bash loses Alt-.
    """
    if len(sequence) == 2 and sequence[0] == _ESC and sequence[1] not in f"{_ESC}[O":
        for event in _read(parser, sequence[1]):
            shift = "shift+" if len(event.key) == 1 and event.key.isupper() else ""
            name = event.key.lower() if shift else event.key
            yield Key(f"alt+{shift}{name}", event.character)
    else:
        yield from _read(parser, sequence, alt)


def keep_alt_keys() -> None:
    """Make Textual read Alt keys as they are, in this process."""
    XTermParser._sequence_to_key_events = _read_alt  # type: ignore[assignment,method-assign]


class MendedApp(App[None]):
    """An app that ends well. `leaving`: whether it is about to; `failed`: for a fault of its own.

    `takes_mouse`: whether the mouse is the app's, and not the terminal's. `notices`: what is still to be read of what
    was told in passing: Textual would stack a toast for each.
    """

    leaving = failed = False
    takes_mouse = True

    def __init__(self) -> None:
        super().__init__()
        self.notices = Notices()

    def action_mouse(self) -> None:
        """Take the mouse, or give it back to the terminal."""
        self.take_mouse(not self.takes_mouse)
        whose = "is the lab's again" if self.takes_mouse else "is your terminal's: drag to select, as everywhere"
        self.notify(f"The mouse {whose}.", markup=False)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """As in Textual, but without markup, and in one toast with what is still to be read."""
        seconds = self.NOTIFICATION_TIMEOUT if timeout is None else timeout
        self.notices.add(Notification(message, title, severity, seconds))
        self.call_later(self._show_notices)

    def _show_notices(self) -> None:
        notice = self.notices.merged()
        self.clear_notifications()
        super().notify(
            notice.message, title=notice.title, severity=notice.severity, timeout=notice.time_left, markup=False
        )

    def take_mouse(self, take: bool) -> None:
        """Take the mouse, or leave it to the terminal. Textual decides about that at the start alone."""
        self.takes_mouse = take
        if isinstance(driver := self._driver, LinuxDriver):
            driver._mouse = True  # without it, neither of these does anything
            (driver._enable_mouse_support if take else driver._disable_mouse_support)()
            driver._mouse = take  # for when the screen comes back from a shell

    def exit(self, result: None = None, return_code: int = 0, message: object = None) -> None:
        """As in Textual."""
        self.leaving = True
        super().exit(result, return_code, message)  # type: ignore[arg-type]

    def _handle_exception(self, error: Exception) -> None:
        """End with a sentence for the learner; the stack trace goes to the log.

        Textual prints a stack trace with all variables; and it takes what fails while screens are closed half mounted
        for a fault of the app, whose exit code it changes.
        """
        if self.leaving:
            failure_of(error, "tui")
            return
        self.leaving = self.failed = True
        failure = failure_of(error, "tui")
        error.__rich__ = lambda: Text(f"{failure.message}\n{failure.hint}")  # type: ignore[attr-defined]  # shown instead
        super()._handle_exception(error)

    @property
    def return_code(self) -> int | None:
        """As in Textual, where it is 1 after a fault."""
        return ExitCode.COULD_NOT if self.failed else super().return_code
