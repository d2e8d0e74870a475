import queue
from collections.abc import Iterator
from itertools import pairwise

import pytest

from lab.errors import CommandError
from lab.k8s.watch import engine_events
from lab.k8s.watch.engine_events import HostWatch, events_argv, node_state
from lab.model import Told
from lab.shell import Completed


class Engine:
    """Docker as the module uses it: says how the node is, and has events."""

    def __init__(self) -> None:
        self.status: str | None = "running"  # None: there is no such container
        self.away = False
        self.events: queue.Queue[str | None] = queue.Queue()
        self.streams: list[list[str]] = []

    def docker(self, *arguments: str, **options: object) -> Completed:
        if self.away:
            raise CommandError(["docker"], 1, "Cannot connect to the Docker daemon")
        if arguments[0] == "info":
            return Completed(arguments, 0, b"2026-01-01T00:00:00Z\n", b"")
        if self.status is None:
            return Completed(arguments, 1, b"", b"Error: No such container: exam-control-plane")
        return Completed(arguments, 0, f"{self.status}\n".encode(), b"")

    def stream(self, argv: list[str], leash: bool) -> "Engine":
        assert leash
        self.streams.append(argv)
        return self

    def __iter__(self) -> Iterator[str]:
        return iter(lambda: self.events.get(timeout=30), None)

    def stop(self) -> None:
        self.events.put(None)


class Ears:
    def __init__(self) -> None:
        self.heard: list[Told] = []
        self.moves = 0

    def notify(self, told: Told) -> None:
        self.heard.append(told)

    def moved(self) -> None:
        self.moves += 1


@pytest.fixture
def engine(monkeypatch) -> Engine:
    engine = Engine()
    monkeypatch.setattr(engine_events, "docker", engine.docker)
    monkeypatch.setattr(engine_events, "Stream", engine.stream)
    monkeypatch.setattr(engine_events, "_PAUSE", 0.0)
    return engine


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def watch(ears) -> HostWatch:
    return HostWatch("exam-control-plane", ("exam-registry", "exam-webhook"), ears, ears.moved)


@pytest.mark.parametrize(
    ("status", "state"), [("running", "running"), ("exited", "stopped"), ("paused", "stopped"), (None, "absent")]
)
def test_the_state_of_the_node(engine, status, state) -> None:
    engine.status = status
    assert node_state("exam-control-plane") == state
    engine.away = True
    assert node_state("exam-control-plane") == "stopped"


def test_only_the_clusters_own_containers_are_asked_for() -> None:
    argv = events_argv(["a", "b"], "T")
    filters = [after for word, after in pairwise(argv) if word == "--filter"]
    assert {"type=container", "container=a", "container=b", "event=die", "event=destroy"} <= set(filters)
    assert not any("exec" in text for text in filters)
    assert argv[argv.index("--since") + 1] == "T"


def test_what_events_tell(engine, ears, watch) -> None:
    for line in ("start exam-webhook", "die exam-webhook", "pause exam-control-plane", "some words of the client"):
        engine.events.put(line)
    engine.events.put(None)
    watch.turn()
    # the node is looked at, not believed: it runs at both looks, so nothing is told twice
    assert ears.heard == [
        Told("node", "running"),
        Told("host", "exam-webhook start"),
        Told("host", "exam-webhook die"),
    ]
    assert ears.moves == 1
    engine.status = None
    engine.events.put(None)
    watch.turn()
    assert ears.heard[-1] == Told("node", "absent")
    assert ears.moves == 2


def test_without_an_engine_nothing_is_known_to_run(engine, ears, watch) -> None:
    engine.away = True
    watch.turn()
    assert ears.heard == [Told("node", "stopped")]
    assert engine.streams == []
    engine.away = False
    engine.events.put(None)
    watch.turn()
    assert ears.heard[1:] == [Told("node", "running")]


def test_it_ends_when_it_is_stopped(engine, watch) -> None:
    watch.stop()
    watch.turn()
    assert engine.streams  # a program that was started nevertheless is stopped, and not listened to
