"""A journal that is not as the lab wrote it shows, and what it remembers does not count; a crash is no forgery."""

import json
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from journal_scene import World

from lab.errors import LabError
from lab.journal.journal import Journal

Lines = list[bytes]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def earned(world: World) -> None:
    """A journal with seven lines, in which two steps are earned."""
    journal = world.load()
    journal.start("pin")
    journal.take_hint("pin", "find", 3)
    journal.earn("pin", "denied", "refused")
    journal.earn("pin", "closed", "closed")
    journal.remember("pin", "denied/pod", {"uid": "1"})
    journal.record_scores("pin", {"find": (3, 3)})


def edited(number: int) -> Callable[[Lines], Lines]:
    def edit(lines: Lines) -> Lines:
        event = json.loads(lines[number])
        event["at"] = "2026-02-01T00:00:00Z"
        return [*lines[:number], json.dumps(event).encode() + b"\n", *lines[number + 1 :]]

    return edit


def with_line(lines: Lines, event: Mapping[str, object], at: int = 7) -> Lines:
    before = json.loads(lines[at - 1])["digest"]
    line = json.dumps({"at": "2026-02-01T00:00:00Z", **event, "before": before, "digest": "0" * 64}).encode() + b"\n"
    return [*lines[:at], line, *lines[at:]]


FORGED = {"event": "earned", "exercise": "pin", "step": "more", "evidence": "x"}
BROKEN = {"event": "broken", "line": 8}
# what is done to the file, and the first line that is then not the one that was written there
SPOILT: dict[str, tuple[Callable[[Lines], Lines], int]] = {
    "the first line edited": (edited(0), 1),
    "a line in the middle edited": (edited(3), 4),
    "the last line edited": (edited(6), 7),
    "a line taken out": (lambda lines: [*lines[:2], *lines[3:]], 3),
    "the first line taken out": (lambda lines: lines[1:], 1),
    "two lines changed places": (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], 3),
    "a line twice": (lambda lines: [*lines, lines[3]], 8),
    "a line of its own": (lambda lines: with_line(lines, FORGED), 8),
    "a line of its own in the middle": (lambda lines: with_line(lines, FORGED, 3), 4),
    "a mark that it is broken": (lambda lines: with_line(lines, BROKEN), 8),
    "no JSON": (lambda lines: [*lines[:3], b"earned!\n", *lines[3:]], 4),
    "an empty line": (lambda lines: [*lines, b"\n"], 8),
    "an odd event": (lambda lines: [*lines, b'{"event": []}\n'], 8),
    "an event of an odd form": (lambda lines: [*lines, b'{"event": "aside", "exercise": {}, "passed": 3}\n'], 8),
    "blanks": (lambda lines: [*lines[:2], lines[2].replace(b", ", b",  ", 1), *lines[3:]], 3),
}


def test_as_it_was_written_all_counts(world: World) -> None:
    earned(world)
    journal = world.load()
    assert (journal.broken, list(journal.earned("pin")), world.notes) == ("", ["denied", "closed"], [])


@pytest.mark.parametrize("how", SPOILT)
def test_what_was_changed_shows_and_does_not_count(world: World, how: str) -> None:
    spoil, line = SPOILT[how]
    earned(world)
    world.write(spoil(world.lines()))
    journal = world.load()
    assert f"(line {line})" in journal.broken
    assert "lab reset --all" in journal.broken
    assert world.notes == [journal.broken]
    assert (journal.earned("pin"), journal.memory("pin"), journal.scores("pin")) == ({}, {}, {})


@pytest.mark.parametrize("how", SPOILT)
def test_what_is_seen_from_then_on_counts_and_it_still_shows(world: World, how: str) -> None:
    spoil, line = SPOILT[how]
    earned(world)
    world.write(spoil(world.lines()))
    world.load().start("opa")
    world.load().earn("opa", "dryrun", "seen")
    journal = world.load()
    assert f"(line {line})" in journal.broken
    assert (list(journal.earned("opa")), journal.earned("pin")) == (["dryrun"], {})
    journal.clear_all()
    assert (world.load().broken, world.load().started("opa")) == ("", False)


def test_what_only_costs_stays(world: World) -> None:
    earned(world)
    world.write(edited(4)(world.lines()))
    journal = world.load()
    assert (journal.started("pin"), journal.hints_taken("pin", "find")) == (True, 1)


def test_a_change_after_the_mark_shows_too(world: World) -> None:
    earned(world)
    world.write(edited(3)(world.lines()))
    world.load().earn("pin", "denied", "seen again")
    world.write(edited(4)(world.lines()))
    assert world.load().earned("pin") == {}


@pytest.mark.parametrize("key", ["", "another"])
def test_the_key_is_the_clusters(world: World, key: str) -> None:
    earned(world)
    journal = world.load(key=key)
    assert "(line 1)" in journal.broken
    assert journal.earned("pin") == {}


@pytest.mark.parametrize("length", [1, 20, -1])
def test_a_last_line_that_was_cut_off_is_left_out_and_no_forgery(world: World, length: int) -> None:
    earned(world)
    lines = world.lines()
    world.write([*lines[:6], lines[6][:length]])
    journal = world.load()
    assert (journal.broken, list(journal.earned("pin")), journal.scores("pin")) == ("", ["denied", "closed"], {})
    [note] = world.notes
    assert "cut off" in note
    journal.record_scores("pin", {"find": (3, 3)})
    assert len(world.lines()) == 7
    assert (world.load().broken, len(world.notes)) == ("", 1)


def test_half_of_the_first_line_is_no_journal_yet(world: World) -> None:
    world.write([b'{"at": "2026'])
    world.load().start("pin")
    assert (world.load().started("pin"), world.load().broken) == (True, "")


def test_a_full_disk_leaves_the_journal_as_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    earned(world)
    before, write = world.path.read_bytes(), os.pwrite
    monkeypatch.setattr("lab.journal.chain.os.pwrite", lambda file, text, at: write(file, text[:5], at))
    with pytest.raises(LabError, match="No space left on device") as raised:
        world.load().earn("pin", "more", "x")
    assert str(world.path) in raised.value.message
    assert world.path.read_bytes() == before
    monkeypatch.undo()
    world.load().earn("pin", "more", "x")
    assert list(world.load().earned("pin")) == ["denied", "closed", "more"]


def test_many_at_once_lose_nothing(world: World) -> None:
    def work(number: int) -> None:
        journal = Journal.load(world.path, "uid-1", world.notes.append, key="the key")
        for step in range(20):
            journal.earn(f"exercise-{number}", f"step-{step}", "seen")
            assert f"step-{step}" in journal.earned(f"exercise-{number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal = world.load()
    assert [len(journal.earned(f"exercise-{number}")) for number in range(4)] == [20] * 4
    assert (journal.broken, world.notes) == ("", [])


OLD = {
    "format_version": 1,
    "cluster_uid": "uid-1",
    "exercises": {
        "pin": {
            "started_at": "2026-01-30T08:00:00Z",
            "earned": {"denied": {"at": "2026-01-30T09:00:00Z", "evidence": "x"}},
            "hints": {"find": 2},
            "solved": ["find"],
            "score": {"earned": 50, "possible": 50, "at": "2026-01-30T09:00:00Z"},
            "aside_at": "",
        },
        "opa": {"started_at": "2026-01-30T08:00:00Z", "aside_at": "2026-01-30T09:00:00Z", "earned": {"a": {}}},
    },
}


def old_journal(world: World, content: object) -> Path:
    file = world.path.with_name("progress.json")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def test_an_older_versions_journal_is_taken_over_but_earns_nothing(world: World) -> None:
    file = old_journal(world, OLD)
    journal = world.load()
    assert (journal.started("pin"), journal.hints_taken("pin", "find"), journal.solved("pin")) == (True, 2, ("find",))
    assert (journal.earned("pin"), journal.earned("opa"), journal.scores("pin")) == ({}, {}, {})
    assert (journal.aside("pin"), journal.aside("opa"), journal.broken) == (False, True, "")
    [note] = world.notes
    assert "seen again" in note
    assert not file.exists()
    assert str(file) + ".old" in note
    assert world.load().started("pin")
    assert len(world.notes) == 1


def test_an_older_versions_journal_beside_one_of_today_is_not_looked_at(world: World) -> None:
    earned(world)
    old_journal(world, OLD)
    assert (world.load().solved("pin"), world.notes) == ((), [])


@pytest.mark.parametrize("content", ["", "[]", "{", OLD | {"cluster_uid": "uid-2"}, OLD | {"exercises": [1]}])
def test_an_older_versions_journal_that_is_none_is_kept_and_not_used(world: World, content: object) -> None:
    file = old_journal(world, content)
    assert not world.load().started("pin")
    assert (len(world.notes), file.exists(), file.with_name("progress.json.old").exists()) == (1, False, True)
