"""A report as a table of steps in CSV, for spreadsheets and scripts."""

import csv
from typing import TextIO

from lab.model import Report, StepResult, Verdict
from lab.report.words import unmet

COLUMNS = (
    "cluster",
    "exercise",
    "step",
    "verdict",
    "earned",
    "possible",
    "seen_at",
    "passed_at",
    "hints",
    "solution",
    "reason",
)


def write(report: Report, stream: TextIO) -> None:
    """Write a line a step, after a line of headings. `reason` is that of the first check that does not pass."""
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(COLUMNS)
    for exercise in report.exercises:
        for step in exercise.steps:
            score = (step.verdict.value, step.earned, step.possible, step.seen_at, step.passed_at)
            help_taken = (step.hints_taken, "yes" if step.solution_taken else "no")
            table.writerow((report.cluster.name, exercise.id, step.id, *score, *help_taken, _reason(step)))


def _reason(step: StepResult) -> str:
    reasons = (check.reason for check in step.checks if unmet(check))
    return "" if step.verdict is Verdict.PASS else next(reasons, "")
