import queue
import threading

import pytest

from lab.k8s.watch.notifier import RESTLESS, Notifier, loop, note
from lab.model import Told


@pytest.fixture
def told() -> list[Told]:
    return []


@pytest.fixture
def clock() -> list[float]:
    return [100.0]


@pytest.fixture
def notifier(monkeypatch, told, clock) -> Notifier:
    monkeypatch.setattr("lab.k8s.watch.notifier.GATHER", 0.0)
    return Notifier(told.append, lambda: clock[0])


def test_a_burst_is_told_once_with_the_newest_detail(notifier, told) -> None:
    for news in (Told("files", "/a"), Told("api", "no answer"), Told("files", "/b"), Told("api", "ready")):
        notifier.notify(news)
    notifier.deliver(threading.Event())
    assert told == [Told("files", "/b"), Told("api", "ready")]
    notifier.notify(Told("files", "/c"))
    notifier.deliver(threading.Event())
    assert told[2:] == [Told("files", "/c")]


def test_noise_is_told_only_soon_after_a_change(notifier, told, clock) -> None:
    notifier.notify_noise(Told("objects", "audit"))
    notifier.notify(Told("files"))
    clock[0] += RESTLESS - 1
    notifier.notify_noise(Told("objects", "audit"))
    notifier.deliver(threading.Event())
    assert told == [Told("files"), Told("objects", "audit")]
    clock[0] += 2  # a notify_noise is no change: it keeps nothing awake
    notifier.notify_noise(Told("objects", "audit"))
    notifier.notify(Told("host"))
    notifier.deliver(threading.Event())
    assert told[2:] == [Told("host")]


def test_after_a_stop_nothing_is_told(notifier, told) -> None:
    stopped = threading.Event()
    notifier.notify(Told("files"))
    stopped.set()
    notifier.deliver(stopped)
    assert told == []


def test_a_listener_that_fails_hears_the_rest(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    heard: list[Told] = []

    def told(news: Told) -> None:
        heard.append(news)
        raise RuntimeError("deaf")

    notifier = Notifier(told)
    notifier.notify(Told("files"))
    notifier.notify(Told("host"))
    notifier.deliver(threading.Event())
    assert heard == [Told("files"), Told("host")]
    assert "deaf" in (tmp_path / "logs" / "watching.log").read_text()


def test_waiting_for_news_ends_at_once(notifier) -> None:
    stopped = threading.Event()
    thread = loop("notifier", stopped, lambda: notifier.deliver(stopped))
    stopped.set()
    notifier.wake()
    thread.join(30)
    assert not thread.is_alive()


def test_a_fault_goes_to_the_log_and_the_next_turn_is_taken(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    turns: queue.Queue[str] = queue.Queue()
    stopped = threading.Event()
    monkeypatch.setattr(stopped, "wait", lambda seconds: turns.put(f"waits {seconds}"))

    def turn() -> None:
        turns.put("turn")
        raise RuntimeError("boom")

    thread = loop("test", stopped, turn)
    heard = [turns.get(timeout=30) for _ in range(6)]
    stopped.set()
    thread.join(30)
    assert heard == ["turn", "waits 1.0", "turn", "waits 2.0", "turn", "waits 4.0"]
    assert "RuntimeError: boom" in (tmp_path / "logs" / "watching.log").read_text()


def test_that_the_log_cannot_be_written_hurts_nobody(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    note("a fault")
    log = tmp_path / "logs" / "watching.log"
    assert "a fault" in log.read_text()
    log.unlink()
    log.mkdir()
    note("nowhere to write")
