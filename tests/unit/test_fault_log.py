"""What failed, for the learner; and the logs of the lab's own faults."""

import errno

import pytest

from lab import fault_log, paths
from lab.errors import NoClusterError
from lab.fault_log import Failure, failure_of


@pytest.fixture(autouse=True)
def _home(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))


def broken() -> None:
    raise KeyError("x")


def test_an_exception_is_a_sentence_and_what_to_do() -> None:
    absent = Failure('There is no cluster "x".', "Make it with: lab up")
    assert failure_of(NoClusterError("x"), "tui") == absent
    full = failure_of(OSError(errno.ENOSPC, "-", "/state/journal"), "tui")
    assert full.message == "/state/journal: No space left on device."
    assert full.hint.endswith("df -h; docker system df")
    assert not paths.log_file("tui").exists()
    own = failure_of(OSError(errno.EIO, "-"), "tui")
    assert own.message == "The lab met a fault of its own (OSError)."
    assert own.hint == f"What happened is written in {paths.log_file('tui')}"
    paths.log_file("crash").mkdir()
    assert "(Is a directory): KeyError: 'y'" in failure_of(KeyError("y"), "crash").hint


def test_faults_are_appended_an_exception_with_its_stack_trace() -> None:
    log = fault_log.note("tui", "first")
    assert log == paths.log_file("tui")
    with pytest.raises(KeyError) as caught:
        broken()
    assert fault_log.note("tui", caught.value) == log
    text = log.read_text()
    assert text.splitlines()[0].endswith(" first")
    assert "in broken\n" in text
    assert text.endswith("KeyError: 'x'\n")


def test_each_log_is_its_own() -> None:
    fault_log.note("tui", "one")
    assert "one" not in fault_log.note("watching", "two").read_text()


def test_a_log_beyond_its_limit_begins_anew(monkeypatch) -> None:
    monkeypatch.setattr(fault_log, "_LIMIT", 50)
    log = fault_log.note("tui", "x" * 40)
    before = len(log.read_text())
    assert before > 50
    fault_log.note("tui", "new")
    assert log.read_text().endswith(" new\n")
    assert len(log.read_text()) < before
    fault_log.note("tui", "more")  # within it, it is appended to
    assert [line.split()[-1] for line in log.read_text().splitlines()] == ["new", "more"]


def test_the_caller_hears_that_it_cannot_be_written() -> None:
    paths.log_file("tui").mkdir()
    with pytest.raises(OSError):
        fault_log.note("tui", "nowhere to write")
