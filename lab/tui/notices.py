"""What the learner is told in passing: one toast for all of it that is still to be read."""

from textual.notifications import Notification

_MARKS = {"information": "", "warning": "! ", "error": "✗ "}


class Notices:
    """The notices that are still to be read, in their order; one that is told again counts once."""

    def __init__(self) -> None:
        self._told: list[Notification] = []

    def add(self, notice: Notification) -> None:
        """Take one more."""
        self._told = [each for each in self._current() if _text(each) != _text(notice)] + [notice]

    def merged(self) -> Notification:
        """One notice of all; of a single one, itself."""
        told = self._current()
        if len(told) == 1:
            return told[0]
        severity = next((each for each in ("error", "warning") if each in {n.severity for n in told}), "information")
        left = max((each.time_left for each in told), default=0.0)
        return Notification("\n".join(map(_text, told)), "", severity, left)  # type: ignore[arg-type]

    @property
    def line(self) -> str:
        """The newest of them in one line, with a mark where it is a warning; empty when there is none."""
        told = self._current()
        return f"{_MARKS[told[-1].severity]}{_text(told[-1])}".replace("\n", " ") if told else ""

    def _current(self) -> list[Notification]:
        return [each for each in self._told if not each.has_expired]


def _text(notice: Notification) -> str:
    return f"{notice.title}: {notice.message}" if notice.title else notice.message
