"""What the journal keeps, and what it gives back."""

import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from journal_scene import World

from lab.errors import LabError
from lab.journal.journal import Earned, Help, Journal, Score


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_looking_writes_nothing(world: World) -> None:
    journal = world.load()
    assert not journal.started("pin")
    assert journal.earned("pin") == {}
    assert journal.hints_taken("pin", "find") == 0
    assert journal.solved("pin") == ()
    assert journal.score("pin") is None
    assert not world.path.parent.exists()


def test_the_file(world: World) -> None:
    journal = world.load()
    journal.start("pin")
    journal.earn("pin", "denied", "refused by the webhook")
    journal.take_hint("pin", "find", 3)
    journal.mark_solved("pin", "find")
    journal.record_scores("pin", {"find": (3, 3)})
    journal.remember("pin", "denied/pod", {"uid": "1-2-3"})
    pin = {"exercise": "pin"}
    assert world.events() == [
        {"at": "2026-01-31T12:00:00Z", "event": "begun", "format_version": 2, "cluster": "uid-1"},
        {"at": "2026-01-31T12:00:00Z", "event": "started"} | pin,
        {"at": "2026-01-31T12:01:00Z", "event": "earned", "step": "denied", "evidence": "refused by the webhook"} | pin,
        {"at": "2026-01-31T12:02:00Z", "event": "hint", "step": "find", "number": 1} | pin,
        {"at": "2026-01-31T12:03:00Z", "event": "solution", "step": "find"} | pin,
        {"at": "2026-01-31T12:04:00Z", "event": "scores", "found": {"find": [3, 3]}} | pin,
        {"at": "2026-01-31T12:05:00Z", "event": "remembered", "check": "denied/pod", "values": {"uid": "1-2-3"}} | pin,
    ]
    assert stat.S_IMODE(world.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "change",
    [
        lambda journal: journal.start("pin"),
        lambda journal: journal.earn("pin", "denied", "x"),
        lambda journal: journal.take_hint("pin", "find", 3),
        lambda journal: journal.mark_solved("pin", "find"),
        lambda journal: journal.record_scores("pin", {"find": (3, 10)}),
        lambda journal: journal.clear("other"),
        lambda journal: journal.remember("pin", "denied/pod", {"uid": "1"}),
        lambda journal: journal.set_aside("other", {}),
    ],
)
def test_every_change_is_there_for_the_next_process(world: World, change: Callable[[Journal], object]) -> None:
    world.load().start("other")
    before = world.path.read_text()
    change(world.load())
    assert world.path.read_text() != before


def test_what_was_written_is_read(world: World) -> None:
    test_the_file(world)
    journal = world.load()
    assert journal.started("pin")
    assert journal.earned("pin") == {"denied": Earned("2026-01-31T12:01:00Z", "refused by the webhook")}
    assert journal.hints_taken("pin", "find") == 1
    assert journal.solved("pin") == ("find",)
    assert journal.score("pin") == Score(3, 3, "2026-01-31T12:04:00Z")
    assert journal.memory("pin") == {"denied/pod": {"uid": "1-2-3"}}
    assert world.notes == []


def test_two_at_work_lose_nothing_of_each_others(world: World) -> None:
    one, other = world.load(), world.load()
    one.start("pin")
    other.start("opa")
    one.earn("pin", "denied", "x")
    assert other.started("pin")
    assert one.started("opa")
    assert list(other.earned("pin")) == ["denied"]


def test_first_times_stay(world: World) -> None:
    journal = world.load()
    for evidence in ("first", "second"):
        journal.start("pin")
        journal.earn("pin", "denied", evidence)
    assert journal.earned("pin")["denied"] == Earned("2026-01-31T12:01:00Z", "first")
    assert [event["event"] for event in world.events()] == ["begun", "started", "earned"]


def test_the_last_score_stays(world: World) -> None:
    journal = world.load()
    journal.record_scores("pin", {"find": (3, 3), "run": (4, 7)})
    journal.record_scores("pin", {"find": (0, 3)})
    assert journal.scores("pin")["run"] == Score(4, 7, "2026-01-31T12:00:00Z")
    assert journal.score("pin") == Score(4, 10, "2026-01-31T12:00:00Z")


def test_a_score_that_is_the_same_is_written_once_a_minute(world: World) -> None:
    moments = iter(
        (
            *[datetime(2026, 1, 31, 12, 0, second, tzinfo=UTC) for second in (1, 59)],
            datetime(2026, 1, 31, 12, 1, tzinfo=UTC),
        )
    )
    journal = Journal.load(world.path, "uid-1", world.notes.append, lambda: next(moments))
    times = []
    for _ in range(3):
        journal.record_scores("pin", {"find": (3, 3)})
        times.append(journal.scores("pin")["find"].at)
    assert times == ["2026-01-31T12:00:01Z", "2026-01-31T12:00:01Z", "2026-01-31T12:01:00Z"]


def test_hints_are_counted_to_the_last(world: World) -> None:
    journal = world.load()
    assert [journal.take_hint("pin", "find", 2) for _ in range(3)] == [1, 2, 2]
    assert journal.hints_taken("pin", "find") == 2
    assert journal.hints_taken("pin", "run") == 0
    assert not journal.started("pin")


def test_solved_is_noted_once(world: World) -> None:
    journal = world.load()
    for step in ("find", "pin", "find"):
        journal.mark_solved("pin", step)
    assert journal.solved("pin") == ("find", "pin")


def test_clear(world: World) -> None:
    journal = world.load()
    for exercise in ("pin", "opa", "hook"):
        journal.start(exercise)
        journal.earn(exercise, "denied", "x")
    journal.clear("pin")
    journal.clear("unknown")
    assert not journal.started("pin")
    assert journal.earned("pin") == {}
    assert journal.started("opa")
    journal.clear_all()
    assert not journal.started("opa")
    assert world.load().solved("opa") == ()


def test_the_help_that_was_taken_outlives_a_reset_of_the_exercise(world: World) -> None:
    journal = world.load()
    for _ in range(2):
        journal.take_hint("pin", "find", 3)
    journal.mark_solved("pin", "run")
    journal.clear("pin")
    journal.take_hint("pin", "find", 3)
    assert (journal.hints_taken("pin", "find"), journal.solved("pin")) == (1, ())
    assert (journal.help_taken("pin", "find"), journal.help_taken("pin", "run")) == (Help(2), Help(0, True))
    journal.clear_all()
    assert journal.help_taken("pin", "find") == Help()


def test_a_step_passed_when_it_first_earned_everything(world: World) -> None:
    journal = world.load()
    for earned in (1, 3, 0, 3):
        journal.record_scores("pin", {"find": (earned, 3)})
    assert journal.passed_at("pin", "find") == "2026-01-31T12:01:00Z"
    journal.clear("pin")
    assert journal.passed_at("pin", "find") == ""


def test_the_work_begins_with_the_first_event_since_all_was_reset(world: World) -> None:
    journal = world.load()
    assert journal.began_at == ""
    for exercise in ("pin", "opa"):
        journal.start(exercise)
    assert journal.began_at == "2026-01-31T12:00:00Z"
    journal.clear_all()
    assert journal.began_at == ""
    journal.start("opa")
    assert journal.began_at == "2026-01-31T12:03:00Z"


def test_times_are_utc(world: World) -> None:
    local = datetime(2026, 1, 31, 14, tzinfo=timezone(timedelta(hours=2)))
    journal = Journal.load(world.path, "uid-1", world.notes.append, lambda: local)
    journal.start("pin")
    assert '"2026-01-31T12:00:00Z"' in world.path.read_text()


def test_the_real_clock(world: World) -> None:
    Journal.load(world.path, "uid-1", world.notes.append).start("pin")
    datetime.strptime(world.events()[1]["at"], "%Y-%m-%dT%H:%M:%S%z")


def test_the_journal_of_another_cluster_is_kept_and_not_used(world: World) -> None:
    world.load("uid-1").start("pin")
    journal = world.load("uid-2")
    assert not journal.started("pin")
    old = world.path.with_name("progress.jsonl.old")
    assert '"uid-1"' in old.read_text()
    assert len(world.notes) == 1
    assert str(old) in world.notes[0]
    journal.start("opa")
    assert world.events()[0]["cluster"] == "uid-2"


@pytest.mark.parametrize(
    "content",
    [
        b"{\n",
        b"\xff\xfe\n",
        b"[]\n",
        b"\n\n",
        b'{"format_version": 1}\n',
        b'{"event": "begun", "format_version": 3, "cluster": "uid-1"}\n',
    ],
)
def test_a_corrupt_journal_is_kept_and_not_used(world: World, content: bytes) -> None:
    world.path.parent.mkdir(parents=True)
    world.path.write_bytes(content)
    journal = world.load()
    assert not journal.started("pin")
    corrupt = world.path.with_name("progress.jsonl.corrupt")
    assert corrupt.read_bytes() == content
    assert len(world.notes) == 1
    assert str(corrupt) in world.notes[0]
    journal.start("pin")
    assert world.load().started("pin")


def test_a_place_that_cannot_be_written(world: World) -> None:
    world.path.parent.parent.mkdir(parents=True)
    world.path.parent.write_text("in the way")
    with pytest.raises(LabError) as caught:
        Journal(world.path, "uid-1", world.notes.append).start("pin")
    assert str(world.path) in caught.value.message
    assert "ls -la" in caught.value.hint
