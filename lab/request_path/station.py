"""A station on the way of a request, and the whole way. Data alone: whoever draws it decides how."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

CLUSTER, IMAGE, POD = "cluster", "image", "pod"
"""What a way is of: the cluster as it stands, an image that is tried, or a pod that exists."""
ADMITTED, REFUSED, UNKNOWN = "admitted", "refused", "unknown"
"""What became of it."""


class State(StrEnum):
    """The state of a station. The last but two is of a request that was stopped before it."""

    OFF = "off"
    ON = "on"
    NEVER = "never-asked"
    YES = "yes"
    NO = "no"
    BOTH = "yes-and-no"
    UNREACHABLE = "unreachable"
    OPEN = "failing-open"
    RESTARTING = "restarting"
    NOT_REACHED = "not-reached"
    UNKNOWN = "unknown"


class Group(StrEnum):
    """The part of the way that a station belongs to, in the order of the way."""

    CLIENT = "client"
    SERVER = "api-server"
    MUTATING = "mutating-admission"
    VALIDATING = "validating-admission"
    STORAGE = "storage"
    NODE = "node"


ADMISSION = (Group.SERVER, Group.MUTATING, Group.VALIDATING)
"""What is inside the API server."""


@dataclass(frozen=True)
class Station:
    """One station.

    Attributes:
        id: a stable word, unique on the way, such as `validating/ImagePolicyWebhook`.
        name: what it is called.
        what: what it does there, in a few words.
        words: what was seen of it, or what it said, in sentences or in the API server's own words.
        next: a command to look with, for the node, or for this machine when it begins with `lab`; may be empty.
        minor: whether it is one of the plugins that every cluster has on and that mind no image.
        seconds: how long it has been restarting.
        since: when it was made or changed last (RFC 3339), where it is an object of the API's; empty otherwise.
        parts: whom it asks: webhooks, policies, constraints, a service.
    """

    id: str
    name: str
    group: Group
    state: State
    what: str = ""
    words: str = ""
    next: str = ""
    minor: bool = False
    seconds: int = 0
    since: str = ""
    parts: tuple["Station", ...] = ()

    def flat(self) -> Iterator["Station"]:
        """It, and all its parts."""
        yield self
        for part in self.parts:
            yield from part.flat()

    def seen(self, state: State, words: str = "") -> "Station":
        """It in another state; what was said of it stays where there are no new words."""
        return replace(self, state=state, words=words or self.words)


@dataclass(frozen=True)
class RequestPath:
    """The way of a request, from kubectl to the container runtime.

    Attributes:
        kind: `CLUSTER`, `IMAGE` or `POD`.
        subject: the image or pod; empty for the cluster.
        namespace: where the pod is, or is tried.
        outcome: `ADMITTED`, `REFUSED` or `UNKNOWN`; empty for the cluster, unless that cannot be told: `UNKNOWN`.
        stopped_at: the id of the station or part that stopped it; empty when none did.
        said: in whose words it was stopped: those of the API server.
        summary: the same in a sentence.
    """

    kind: str
    subject: str
    namespace: str
    outcome: str
    stopped_at: str
    said: str
    summary: str
    stations: tuple[Station, ...]

    def station(self, name: str) -> Station | None:
        """The station or part with an id."""
        return next((each for top in self.stations for each in top.flat() if each.id == name), None)


_MOST = (State.OPEN, State.UNREACHABLE, State.UNKNOWN, State.BOTH, State.NO, State.YES, State.NEVER, State.ON)


def leading(parts: Sequence[Station], otherwise: State) -> State:
    """The state of a station that asks others: that of the part which matters most, those that are off aside."""
    states = {part.state for part in parts}
    return next((state for state in _MOST if state in states), otherwise)


def holds(stations: Sequence[Station], name: str) -> bool:
    """Whether a station or part of that id is among some."""
    return any(each.id == name for top in stations for each in top.flat())
