"""An action: a verb that changes the cluster, used by an exercise's `start` and `reset` alike.

An action must be safe to run twice. A new verb is one file in this package, named as the verb.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from lab.k8s.cluster import Cluster
from lab.phases import Status

P = TypeVar("P")
A = TypeVar("A", bound="type[Action[Any]]")


MANIFESTS = "manifests"
"""What `shared` says of actions that change the static pods' manifests."""


@dataclass(frozen=True)
class Setting:
    """Where an action acts: the cluster, who is told how long it goes on, the exercise, and its folder of files.

    `started`: whether the exercise was started, so that what its start has kept has to be there.
    """

    cluster: Cluster
    status: Status
    exercise: str
    files: Path
    started: bool = False


class Action(Generic[P]):
    """A verb. Subclass it, name the dataclass of its parameters in `takes`, and decorate it with `@action(name)`.

    `shared` names what it changes that several exercises work on. Before the reset of one changes it, those that have
    something in effect there are set aside.
    """

    name: str = ""
    shared: str = ""
    takes: type[P]

    def check(self, params: P, setting: Setting) -> None:
        """See that what it needs of the host's files can be used. All actions are checked before the first one is run.

        Raises:
            LabError: something cannot; names it, and what cures.
        """

    def run(self, params: P, setting: Setting) -> None:
        """Do it.

        Raises:
            LabError: it could not be done.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class NoParams:
    """For actions that take no parameters."""


REGISTRY: dict[str, Action[Any]] = {}


def action(name: str) -> Callable[[A], A]:
    """Register a verb under the name that exercise data uses."""

    def register(kind: A) -> A:
        kind.name = name
        REGISTRY[name] = kind()
        return kind

    return register
