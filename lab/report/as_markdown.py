"""A report as Markdown, for issues, chats and wikis: a table an exercise."""

from collections.abc import Iterator
from typing import TextIO

from lab.advice import named
from lab.model import ExerciseResult, Report, StepResult, Verdict
from lab.report.text import clean
from lab.report.words import VERDICTS, cluster_title, score, unmet


def write(report: Report, stream: TextIO) -> None:
    """Write a report as Markdown; ends with the score."""
    for line in _lines(named(report, report.cluster.name)):
        stream.write(f"{line}\n")


def _lines(report: Report) -> Iterator[str]:
    yield f"# {cluster_title(report.cluster)}"
    for exercise in report.exercises:
        yield from ("", f"## {exercise.id}: {exercise.title}", "")
        yield from _exercise(exercise)
    if report.note:
        yield from ("", cell(report.note))
    yield from ("", f"**Score: {score(report.earned, report.possible)}.** {_verdict(report.verdict)}")


def _exercise(exercise: ExerciseResult) -> Iterator[str]:
    if exercise.note:
        yield from (cell(exercise.note), "")
    yield "| Step | Verdict | Points | What was seen |"
    yield "|---|---|---|---|"
    for step in exercise.steps:
        yield f"| {step.id} | {_verdict(step.verdict)} | {step.earned} of {step.possible} | {_seen(step)} |"


def _verdict(verdict: Verdict) -> str:
    return " ".join(VERDICTS[verdict])


def _seen(step: StepResult) -> str:
    if step.seen_at:
        return f"seen at {step.seen_at}"
    return cell("; ".join(dict.fromkeys(check.observed for check in step.checks if unmet(check))))


def cell(text: str) -> str:
    """Text as it stands within a line of a table, its marks taken literally."""
    for mark in "\\`*_|<[":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(clean(text).split())
