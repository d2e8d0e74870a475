"""The context that the use cases of one cluster share."""

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any, TypeVar, cast

from lab import advice, exercises
from lab.catalog.load import Catalog
from lab.engine import docker
from lab.journal.journal import Journal
from lab.k8s.cluster import Cluster
from lab.k8s.record import Record
from lab.lock import Lock
from lab.model import ClusterInfo
from lab.phases import Status

M = TypeVar("M", bound=Callable[..., Any])


class Context:
    """A cluster by its name, its lock and journal, the exercises, and the status that shows how long work takes."""

    def __init__(self, name: str, status: Status) -> None:
        self.name = name
        self.status = status
        self.cluster = Cluster(name)
        self.lock = Lock(self.cluster.files.lock, self.cluster.files.folder)
        self._noted: set[str] = set()

    @property
    def status(self) -> Status:
        """Shows how long work takes; names the cluster in the commands that it passes on."""
        return self._status

    @status.setter
    def status(self, status: Status) -> None:
        self._status = advice.NamedStatus(status, self.name)

    @cached_property
    def catalog(self) -> Catalog:
        """The exercises.

        Raises:
            DataError: something is wrong with them.
        """
        return advice.named(exercises.load(), self.name)

    def record(self) -> Record:
        """The record of the whole cluster.

        Raises:
            EngineError: no engine answers; NoClusterError: there is no cluster.
        """
        docker.find()
        return self.cluster.record(half_reset=self.lock.taken())  # another's is not interrupted

    def journal(self, record: Record) -> Journal:
        """The progress journal of the cluster."""
        return Journal.load(self.cluster.files.progress, record.uid, self.note_once, key=record.journal_key)

    def note_once(self, text: str) -> None:
        """Pass on a note that every verify would repeat."""
        if text not in self._noted:
            self._noted.add(text)
            self.status.note(text)

    def at_work(self) -> str:
        """Why nothing can be verified now: another lab changes the cluster; empty when none does."""
        holder = self.lock.holder()
        return f"{holder} is at work on the cluster; verify again when it has ended" if holder else ""


def info(record: Record) -> ClusterInfo:
    """The cluster as a report names it."""
    return ClusterInfo(
        record.name, record.kubernetes_version, record.node_image, record.provider, record.uid, record.node_image_digest
    )


def alone(command: str) -> Callable[[M], M]:
    """Decorate a method that changes the cluster: only one works at a time, and the others wait for it."""

    def decorate(method: M) -> M:
        @wraps(method)
        def call(self: Any, *arguments: Any, **options: Any) -> Any:
            with self._context.lock.held(command.format(*arguments), self.status):
                return method(self, *arguments, **options)

        return cast(M, call)

    return decorate
