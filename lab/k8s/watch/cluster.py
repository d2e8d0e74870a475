"""Reports changes of a cluster: of its node, its files and containers, its objects, and its API server.

Nothing is polled while the cluster is well. The sources are the engine's events, one program on the node, and watches
of the API; only an API server that is away is asked every half second. An idle cluster costs nothing.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from lab.k8s import kind as kind_tool
from lab.k8s import registry, webhook
from lab.k8s.helper import Helper
from lab.k8s.node import Node
from lab.k8s.watch.api_server import MAKES_KINDS, ApiWatch
from lab.k8s.watch.engine_events import HostWatch
from lab.k8s.watch.kinds import kinds_of
from lab.k8s.watch.node_changes import NodeWatch
from lab.k8s.watch.notifier import Notifier, loop
from lab.model import Told
from lab.paths import ClusterPaths

_CRDS = f"/apis/apiextensions.k8s.io/v1/{MAKES_KINDS}"


@dataclass(frozen=True)
class Interest:
    """What to watch: files and folders on the node, and the objects that requests to the API ask for."""

    files: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()


class Watching:
    """Watches the cluster of one name, also while there is none, until it is stopped.

    At the start it reports everything once. When the cluster goes, comes back or is made anew, it goes on by itself.

    Args:
        name: the cluster's name.
        interest: what to watch.
        told: called at each change, in a thread of its own; a burst of changes is one call for each sort of them.
    """

    def __init__(self, name: str, interest: Interest, told: Callable[[Told], None]) -> None:
        node = kind_tool.node_container(name)
        self._stopped = threading.Event()
        self._notifier = Notifier(told)
        helper = Helper(name, Node(node), ClusterPaths(name).kubeconfig)
        self._node = NodeWatch(helper, interest.files, self._notifier)
        self._host = HostWatch(node, (registry.container(name), webhook.container(name)), self._notifier, self._moved)
        kinds = kinds_of((*interest.requests, _CRDS))
        self._api = ApiWatch(ClusterPaths(name).kubeconfig, kinds, self._notifier, self._node_runs)
        self._node.on_containers = self._api.nudge
        loop("notifier", self._stopped, lambda: self._notifier.deliver(self._stopped))
        for label, part in (("host", self._host), ("node", self._node), ("api", self._api)):
            loop(label, part.stopped, part.turn)

    def stop(self) -> None:
        """Report nothing more, and let all threads and programs end. Returns at once."""
        self._stopped.set()
        self._notifier.wake()
        for part in (self._host, self._node, self._api):
            part.stopped.set()
            threading.Thread(target=part.stop, name="watching-stop", daemon=True).start()

    def _node_runs(self) -> bool:
        """Whether the node runs; before that is known, it is taken to run."""
        return self._host.state in (None, "running")

    def _moved(self) -> None:
        """The node started or stopped."""
        self._node.wake()
        self._api.nudge()
