"""The messages that threads and screens send each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.message import Message

from lab.model import Place, Told
from lab.tui.failures import Failure


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
class StillAhead(Message):
    """About how many seconds all that is still to come takes. Bubbles from the list of phases to its screen."""

    estimate: float


@dataclass
class Noted(Message, bubble=False):
    """Work said one thing."""

    text: str


@dataclass
class JobEnded(Message):
    """Work that a screen started has ended; `failure` is None when it went well.

    It is posted to the list of phases and bubbles up from there, so it comes after all that the work said.
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
class Heard(Message, bubble=False):
    """A word that something changed on the cluster; for the app, which passes it on to its screens."""

    told: Told


@dataclass
class Looked(Message, bubble=False):
    """The lab was looked at: `Session.last_look` is new."""


@dataclass
class LogRead(Message, bubble=False):
    """The end of the log that was written to last; no file when none was."""

    file: str
    lines: Sequence[str]


@dataclass
class OpenPlace(Message):
    """An exercise is to be opened, at a step or where the learner was. Bubbles to the app."""

    place: Place
