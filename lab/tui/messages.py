"""What threads and screens tell each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.message import Message

from lab.model import Report
from lab.tui.failures import Failure
from lab.tui.ports import Hint


@dataclass
class PhaseStarted(Message, bubble=False):
    """A phase of long work began; `estimate` in seconds, 0 for unknown."""

    key: int
    title: str
    estimate: float


@dataclass
class PhaseEnded(Message, bubble=False):
    """A phase ended after so many seconds, well or not."""

    key: int
    ok: bool
    seconds: float


@dataclass
class Noted(Message, bubble=False):
    """Work said one thing."""

    text: str


@dataclass
class JobEnded(Message):
    """Work that a screen started is over; None when it went well.

    Posted to the list of phases, from where it bubbles: so it comes after all that the work said.
    """

    failure: Failure | None


@dataclass
class MakingBegan(Message, bubble=False):
    """The cluster has to be made; or, when it `exists`, brought back."""

    exists: bool


@dataclass
class ClusterReady(Message):
    """There is a cluster that runs."""


@dataclass
class Observed(Message, bubble=False):
    """A verify is over."""

    outcome: Report | Failure


@dataclass
class HintsRead(Message, bubble=False):
    """The hints of a step that were taken so far."""

    outcome: Sequence[str] | Failure


@dataclass
class HintCame(Message, bubble=False):
    """The next hint of a step."""

    outcome: Hint | Failure


@dataclass
class ShellFound(Message, bubble=False):
    """The command that opens a shell on the node."""

    outcome: Sequence[str] | Failure
