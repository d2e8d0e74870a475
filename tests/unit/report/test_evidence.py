"""A report that was changed, cut or copied shows; a table is made of many."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from report_scene import AT, changed, journal_of, report_of

from lab.errors import UsageError
from lab.journal.journal import Help, Journal
from lab.model import Learner
from lab.report import evidence, learner, merge, merge_tables, submission


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return journal_of(tmp_path / "state")


def test_as_it_was_written_it_checks(journal: Journal) -> None:
    assert evidence.problems(json.loads(json.dumps(report_of(journal)))) == []


@pytest.mark.parametrize(
    "step", [{"earned": 4}, {"hints_taken": 0}, {"solution_taken": False}, {"seen_at": "x"}, {"passed_at": AT}]
)
def test_what_was_changed_shows(journal: Journal, step: dict[str, Any]) -> None:
    written = report_of(journal)
    assert "was changed" in evidence.problems(changed(written, False, **step))[0]
    [name] = step
    [told] = evidence.problems(changed(written, True, **step))
    assert f"pin/run: `{name}` is" in told


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda text: text.replace('"number": 1', '"number": 0'), "Line 3 of the journal"),
        (lambda text: text[:-5], "is cut off"),
        (lambda text: text.replace("uid-1", "uid-2"), "Line 1 of the journal"),
    ],
)
def test_a_journal_that_was_edited_shows(journal: Journal, edit: Any, told: str) -> None:
    written = report_of(journal)
    written["evidence"]["journal"] = edit(written["evidence"]["journal"])
    assert any(told in problem for problem in evidence.problems(evidence.seal(written)))


def test_the_journal_of_another_cluster_shows(journal: Journal) -> None:
    assert evidence.problems(report_of(journal, uid="uid-9")) == ["The journal in it is of another cluster."]


def test_when_the_work_began_is_the_journals_word(journal: Journal) -> None:
    written = report_of(journal)
    [told] = evidence.problems(evidence.seal({**written, "begun_at": "2026-01-30T12:00:00Z"}))
    assert told.startswith("The work began at '2026-01-30T12:00:00Z' in it")


def test_a_reset_does_not_hide_the_help_that_was_taken(journal: Journal) -> None:
    report_of(journal)
    journal.clear("pin")
    assert evidence.problems(report_of(journal)) == []
    assert journal.help_taken("pin", "run") == Help(1, True)


def test_no_help_scores_without_the_steps_whose_solution_was_taken(journal: Journal) -> None:
    written = report_of(journal)
    free = changed({**written, "no_help": True}, True, earned=0)
    assert evidence.problems(free) == []
    [told] = evidence.problems(changed({**written, "no_help": True}, True, earned=3))
    assert "pin/run: `earned` is 3, and the journal says 0" in told


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"evidence": {}}', '{"evidence": 3}', "[" * 9999])
def test_what_is_no_report_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    [file] = submission.read([tmp_path])
    assert file.problems
    assert merge.rows([file]) == []


def test_a_journal_that_is_nested_without_end_is_told(journal: Journal) -> None:
    written = report_of(journal)
    written["evidence"]["journal"] = "[" * 99999 + "\n"
    assert evidence.problems(evidence.seal(written)) == ["It has not the form of a report."]


def test_a_copied_report_shows_at_both(tmp_path: Path, journal: Journal) -> None:
    for who in ("ada", "bob"):
        (tmp_path / f"{who}.json").write_text(json.dumps(report_of(journal, who)))
    assert [file.problems for file in submission.read([tmp_path])] == [
        ("Its cluster is also that of bob.",),
        ("Its cluster is also that of ada.",),
    ]


def test_the_best_that_checks_and_is_not_late_counts(tmp_path: Path, journal: Journal) -> None:
    files = {
        "1-early": report_of(journal, earned=1, at="2026-01-31T10:00:00Z"),
        "2-better": report_of(journal, earned=2, at="2026-01-31T11:00:00Z"),
        "3-late": report_of(journal, earned=3, at="2026-01-31T13:00:00Z"),
        "4-forged": changed(report_of(journal, earned=3, at="2026-01-31T11:00:00Z"), False, earned=4),
    }
    for name, written in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(written))
    due = datetime(2026, 1, 31, 12, tzinfo=UTC)
    [row] = merge.rows(submission.read([tmp_path]), due=due)
    assert (row.file.path.stem, row.earned, row.late) == ("2-better", 2, False)
    stream = io.StringIO()
    merge_tables.write_csv([row], due, stream)
    [line] = csv.DictReader(io.StringIO(stream.getvalue()))
    assert [line[key] for key in ("assignment", "student_id", "first_name", "last_name", "raw_score", "late")] == [
        "pin", "ada", "Ada", "Lovelace", "2", "no",
    ]  # fmt: skip
    stream = io.StringIO()
    merge_tables.write_markdown(merge.rows(submission.read([tmp_path / "3-late.json"]), due=due), stream)
    assert "| ada | 3 of 4 | pin is late (2026-01-31T13:00:00Z). |" in stream.getvalue()


def test_a_learner_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    assert learner.recall() == Learner()
    for text, who in (("ada", Learner("ada")), ("Ada Lovelace <ada>", Learner("ada", "Ada Lovelace"))):
        learner.keep(learner.parse(text))
        assert learner.recall() == who
    for text in ("", "Ada Lovelace", "<>", "a<b"):
        with pytest.raises(UsageError):
            learner.parse(text)
