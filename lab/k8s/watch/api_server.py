"""Reports changes in the API: by watches while the API server is ready, by requests while it is not."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from lab.k8s.api import Api, Unreachable
from lab.k8s.watch.kinds import Kind
from lab.k8s.watch.list_watch import Connection, KindWatch
from lab.k8s.watch.notifier import Notifier, note
from lab.model import Told

AWAY = 0.5
"""Seconds between two requests to an API server that is away, while the node runs."""
ASLEEP = 10.0
"""The same while the node does not run; its start wakes this watch."""
MAKES_KINDS = "customresourcedefinitions"


class ApiWatch:
    """Follows the API server of one cluster, over restarts and over the cluster's being made anew.

    Args:
        kubeconfig: the lab's own for this cluster; need not exist.
        kinds: what to watch.
        notifier: takes the changes.
        node_runs: whether the node is known to run.
    """

    def __init__(
        self, kubeconfig: Path, kinds: tuple[Kind, ...], notifier: Notifier, node_runs: Callable[[], bool]
    ) -> None:
        self._kubeconfig = kubeconfig
        self._notifier = notifier
        self._node_runs = node_runs
        self._api: Api | None = None
        self._said: str | None = None
        self._connection: Connection | None = None
        self._wake = threading.Event()
        self._kinds = [KindWatch(kind, self._changed) for kind in kinds]
        self.stopped = threading.Event()

    def turn(self) -> None:
        """Ask whether the API server is ready; follow it until it is not, or wait before asking again."""
        self._wake.clear()
        api, why = self._look()
        self._say(why)
        if why or api is None:
            self._wake.wait(AWAY if self._node_runs() else ASLEEP)
        else:
            self._follow(api)

    def nudge(self) -> None:
        """Ask at once whether the API server is ready: something happened that may have ended it."""
        self._wake.set()

    def stop(self) -> None:
        """End it; from any thread."""
        self.stopped.set()
        self._wake.set()
        if connection := self._connection:
            connection.end()

    def _look(self) -> tuple[Api | None, str]:
        """The client, and why the API server is not ready; empty when it is."""
        if not self._kubeconfig.exists():
            return None, "there is no cluster"
        if not self._node_runs():
            return self._api, "the node does not run"
        try:
            self._api = self._api or Api(self._kubeconfig)
        except Exception:  # the file is being written, which ends soon
            return None, "no answer"
        why = self._api.readiness()
        if why and self._said == "":  # a kept connection may have been closed just as it was used again
            why = self._api.readiness()
        return self._api, why

    def _say(self, why: str) -> None:
        if why != self._said:
            self._said = why
            self._notifier.notify(Told("api", why or "ready"))

    def _follow(self, api: Api) -> None:
        """Watch all kinds until the connection breaks for one of them, or the API server is not ready any more."""
        connection = self._connection = Connection(lambda: _check(api))
        for kind in self._kinds:
            threading.Thread(
                target=self._watch, args=(kind, api, connection), name="watching-kind", daemon=True
            ).start()
        while not (self.stopped.is_set() or connection.cut.is_set()):
            self._wake.wait()
            self._wake.clear()
            if not connection.cut.is_set() and not self.stopped.is_set() and api.readiness():
                break
        connection.end()

    def _watch(self, kind: KindWatch, api: Api, connection: Connection) -> None:
        """Follow a kind. Whatever ends that cuts the connection; a fault of the lab does so with a pause."""
        try:
            kind.follow(api, connection)
        except Unreachable:
            pass
        except Exception as error:
            if not connection.cut.is_set():
                note(error)
                time.sleep(1)
        connection.cut.set()
        self._wake.set()

    def _changed(self, kind: Kind, loud: bool) -> None:
        news = Told("objects", kind.name)
        (self._notifier.notify if loud else self._notifier.notify_noise)(news)
        if kind.name == MAKES_KINDS and (connection := self._connection):
            connection.kinds_changed()


def _check(api: Api) -> None:
    if why := api.readiness():
        raise Unreachable(f"The API server is not ready: {why}.")
