"""What the TUI needs of the course beyond what `lab.ports` has.

`reset_all` is called one after the other with `up`, `start` and those like them; the rest may come from other
threads at the same time.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from lab import ports
from lab.model import Finding


class Course(ports.Course, Protocol):
    """The use cases that the TUI shows."""

    ask: Callable[[str], bool]

    def exists(self) -> bool:
        """Whether there is a cluster of this name."""

    def doctor(self) -> Sequence[Finding]:
        """Every requirement of the host, met or not, with what to do."""

    def fix(self) -> None:
        """Install and start what can be."""

    def reset_all(self) -> None:
        """Put the cluster back to what it was when it was made."""
