"""Reports, from the engine's events, when the node, the registry or the webhook starts, stops or is removed."""

import threading
from collections.abc import Callable, Iterable
from typing import Literal

from lab.engine.docker import docker
from lab.errors import LabError
from lab.k8s.watch.notifier import Notifier
from lab.model import Told
from lab.shell import Stream

NodeState = Literal["running", "stopped", "absent"]
EVENTS = ("start", "die", "pause", "unpause", "destroy", "rename")
_FORMAT = '{{.Action}} {{index .Actor.Attributes "name"}}'
_PAUSE = 2.0  # seconds until an engine that is away is asked again


def node_state(container: str) -> NodeState:
    """Whether the node's container runs, by the engine's word; without an engine nothing is known to run."""
    try:
        answer = docker("inspect", "--type", "container", "--format", "{{.State.Status}}", container, check=False)
    except LabError:
        return "stopped"
    if answer.returncode:
        return "absent" if "no such" in answer.output.lower() else "stopped"
    return "running" if answer.text.strip() == "running" else "stopped"


def events_argv(containers: Iterable[str], since: str) -> list[str]:
    """The command that prints the events of some containers, also of those that are made later.

    Args:
        containers: their names.
        since: the engine's time from which on.
    """
    argv = ["docker", "events", "--since", since, "--format", _FORMAT, "--filter", "type=container"]
    for event in EVENTS:
        argv += ["--filter", f"event={event}"]
    for name in containers:
        argv += ["--filter", f"container={name}"]
    return argv


class HostWatch:
    """Follows the engine's events.

    Args:
        node: the name of the node's container.
        others: the names of the containers beside it.
        notifier: takes the changes.
        moved: called when the node started or stopped.
    """

    def __init__(self, node: str, others: tuple[str, ...], notifier: Notifier, moved: Callable[[], None]) -> None:
        self._node = node
        self._others = others
        self._notifier = notifier
        self._moved = moved
        self._stream: Stream | None = None
        self.stopped = threading.Event()
        self.state: NodeState | None = None

    def turn(self) -> None:
        """Ask for the node's state, then follow the events from before that on, until they end."""
        try:
            since = docker("info", "--format", "{{.SystemTime}}", timeout=30).text.strip()
        except LabError:
            self._look()
            self.stopped.wait(_PAUSE)
            return
        self._look()
        self._stream = Stream(events_argv((self._node, *self._others), since), leash=True)
        try:
            if not self.stopped.is_set():
                for line in self._stream:
                    self._heard(line)
        finally:
            self._stream.stop()
        self.stopped.wait(_PAUSE)

    def stop(self) -> None:
        """End the events; from any thread."""
        self.stopped.set()
        if self._stream:
            self._stream.stop()

    def _heard(self, line: str) -> None:
        action, _, name = line.partition(" ")
        if action not in EVENTS:
            return
        if name == self._node:
            self._look()
        else:
            self._notifier.notify(Told("host", f"{name} {action}"))

    def _look(self) -> None:
        state = node_state(self._node)
        if state == self.state:
            return
        self.state = state
        self._notifier.notify(Told("node", state))
        self._moved()
