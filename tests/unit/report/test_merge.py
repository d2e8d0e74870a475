"""Which of a learner's reports counts, and what it earns; files that are no reports."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from report_scene import AT, changed, journal_of, open_report, report_of

from lab.report import merge, submission

DUE = datetime(2026, 1, 31, 12, tzinfo=UTC)


def handed_in(folder: Path, **reports: dict[str, Any]) -> list[submission.File]:
    for name, report in reports.items():
        (folder / f"{name}.json").write_text(json.dumps(report))
    return submission.read([folder])


@pytest.mark.parametrize(
    ("take", "due", "which", "late"),
    [("best", DUE, "second", False), ("best", None, "fourth", False), ("last", DUE, "fourth", True),
     ("last", None, "fourth", False), ("due", DUE, "third", False)],
)  # fmt: skip
def test_one_of_several_reports_counts(tmp_path: Path, take: str, due: datetime | None, which: str, late: bool) -> None:
    journal = journal_of(tmp_path / "state")
    times = {"first": (1, "10"), "second": (3, "11"), "third": (2, "12"), "fourth": (4, "13")}
    reports = {
        name: report_of(journal, earned=earned, at=f"2026-01-31T{hour}:00:00Z")
        for name, (earned, hour) in times.items()
    }
    forged = changed(report_of(journal, earned=4, at="2026-01-31T11:59:00Z"), False, hints_taken=0)
    [row] = merge.rows(handed_in(tmp_path, forged=forged, **reports), take, due)
    assert (row.file.path.stem, row.late) == (which, late)


@pytest.mark.parametrize("take", merge.TAKES)
def test_a_late_report_or_one_that_does_not_check_counts_where_there_is_no_other(tmp_path: Path, take: str) -> None:
    report = report_of(journal_of(tmp_path / "state"), at="2026-01-31T13:00:00Z")
    [row] = merge.rows(handed_in(tmp_path, only=changed(report, False, hints_taken=0)), take, DUE)
    late, wrong, unlike = row.remarks()
    assert late == "pin is late (2026-01-31T13:00:00Z)."
    assert "was changed" in wrong
    assert "`hints_taken` is 0" in unlike


def test_no_help_takes_the_points_of_steps_whose_solution_was_taken(tmp_path: Path) -> None:
    ada = report_of(journal_of(tmp_path / "state"))
    bob = open_report(journal_of(tmp_path / "state", "uid-2"), "bob", "uid-2", earned=4)
    files = handed_in(tmp_path, ada=ada, bob=bob)
    for no_help, earned in ((False, [3, 4]), (True, [0, 4])):
        table = merge.rows(files, no_help=no_help)
        assert [(row.earned, row.possible) for row in table] == [(number, 4) for number in earned]


def test_learners_without_a_name_are_told_apart_by_their_clusters(tmp_path: Path) -> None:
    first = open_report(journal_of(tmp_path / "state", "1234567890"), "", "1234567890")
    second = open_report(journal_of(tmp_path / "state", "abcdefghij"), "", "abcdefghij")
    files = handed_in(tmp_path, first=first, second=second)
    assert [file.problems for file in files] == [(), ()]
    assert [row.learner for row in merge.rows(files)] == ["cks-lab (12345678)", "cks-lab (abcdefgh)"]


@pytest.mark.parametrize(
    "change",
    [
        {"earned": 5}, {"earned": -1}, {"earned": True}, {"possible": 10**9}, {"verdict": "perhaps"}, {"id": 3},
        {"passed_at": "2026-01-31"}, {"checks": 3}, {"hints_taken": None},
    ],
)  # fmt: skip
def test_what_has_not_the_form_of_a_report_is_left_out(tmp_path: Path, change: dict[str, Any]) -> None:
    report = changed(report_of(journal_of(tmp_path / "state")), True, **change)
    [file] = handed_in(tmp_path, ada=report)
    assert file.submission is None
    assert file.problems


@pytest.mark.parametrize("at", ["2026-01-31T12:00:00", "", 3])
def test_a_report_without_a_time_of_utc_is_left_out(tmp_path: Path, at: Any) -> None:
    assert submission.decode({**report_of(journal_of(tmp_path)), "at": at}) is None
    assert submission.decode({**report_of(journal_of(tmp_path)), "at": AT}) is not None


def test_half_a_report_is_being_written_while_it_is_fresh(tmp_path: Path) -> None:
    (tmp_path / "ada.json").write_text(json.dumps(report_of(journal_of(tmp_path / "state")))[:-5])
    [file] = submission.read([tmp_path], fresh=60)
    assert (file.writing, file.problems) == (True, ())
    [file] = submission.read([tmp_path])
    assert (file.writing, file.problems) == (False, ("It is no JSON, or cut off.",))


def test_drafts_and_files_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / ".ada.json").write_text("{")
    assert submission.read([tmp_path]) == []
    [file] = submission.read([tmp_path / "gone.json"])
    assert file.problems == ("It cannot be read: No such file or directory.",)
