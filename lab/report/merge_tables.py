"""The table of a class in CSV and Markdown."""

import csv
from collections.abc import Sequence
from datetime import datetime
from typing import TextIO

from lab.report import merge
from lab.report.as_markdown import cell
from lab.report.merge import Row

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score", "late", "hints", "solutions", "problems",
)  # fmt: skip
"""nbgrader's columns of a grade export, and four of the lab's own."""


def write_csv(table: Sequence[Row], due: datetime | None, stream: TextIO) -> None:
    """Write rows with nbgrader's columns."""
    lines = csv.writer(stream, lineterminator="\n")
    lines.writerow(COLUMNS)
    for row in table:
        first, _, last = row.submission.name.rpartition(" ")
        when = (due.isoformat() if due else "", row.submission.at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        score = (row.earned, 0, row.earned, row.possible, "yes" if row.late else "no")
        helped = (sum(mark.hints for mark in row.work.marks), sum(mark.solution for mark in row.work.marks))
        fields = (row.exercise, *when, row.learner, last, first, "", *score, *helped, " ".join(row.file.problems))
        lines.writerow(_text(field) for field in fields)


def write_markdown(table: Sequence[Row], stream: TextIO) -> None:
    """Write a line a learner, a column an exercise."""
    exercises = merge.exercises(table)
    stream.write(f"| Learner | {' | '.join(map(cell, exercises))} | Remarks |\n|{'---|' * (len(exercises) + 2)}\n")
    for learner, mine in merge.learners(table).items():
        scores = [f"{mine[each].earned} of {mine[each].possible}" if each in mine else "" for each in exercises]
        remarks = dict.fromkeys(remark for row in mine.values() for remark in row.remarks())
        stream.write(f"| {cell(learner)} | {' | '.join(scores)} | {cell(' '.join(remarks))} |\n")


def _text(field: object) -> object:
    """A field that no spreadsheet takes for a formula."""
    return f"'{field}" if isinstance(field, str) and field[:1] in ("=", "+", "-", "@") else field
