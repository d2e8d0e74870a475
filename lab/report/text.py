"""Writes a report as text for a terminal of 80 columns, in words alone: no colour or symbol carries a meaning."""

import re
from collections.abc import Iterator
from textwrap import wrap
from typing import TextIO

from lab.advice import named
from lab.model import CheckResult, ExerciseResult, Holds, Report, StepResult, Verdict
from lab.report.words import by_probe, cluster_title, earned, unmet

WIDTH = 80
_VERDICT = 5  # the width of the longest verdict, ERROR
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNSURE = "ERROR means that lab could not tell: no fail, and no points. See why above, then verify again."
_WHERE = 'The commands after "look with" are for the node: see "lab shell".'


def write(report: Report, stream: TextIO) -> None:
    """Write a report; ends with the score."""
    name = report.cluster.name
    for line in _report(named(report, name)):
        stream.write(f"{named(line.rstrip(), name)}\n")


def _report(report: Report) -> Iterator[str]:
    cluster = report.cluster
    yield cluster_title(cluster)
    for exercise in report.exercises:
        yield ""
        yield from _exercise(exercise)
    checks = [check for exercise in report.exercises for step in exercise.steps for check in step.checks]
    yield ""
    if any(check.command and unmet(check) for check in checks):
        yield from wrap(named(_WHERE, cluster.name), WIDTH)
    if report.note:
        yield from folded("", report.note)
    if report.verdict is Verdict.ERROR:
        yield from wrap(_UNSURE, WIDTH)
    yield f"Score: {report.earned} of {report.possible} points. Verdict: {_word(report.verdict)}"


def _exercise(exercise: ExerciseResult) -> Iterator[str]:
    score = f"({exercise.earned} of {exercise.possible} points)"
    yield from _item("", exercise.verdict, f"{exercise.id}: {exercise.title} {score}")
    if exercise.note:
        yield from folded(" " * (_VERDICT + 2), exercise.note)
    if exercise.last:
        yield from folded(" " * (_VERDICT + 2), f"The last score that could be told: {earned(exercise)}.")
    for step in exercise.steps:
        yield from _step(exercise.id, step, bool(exercise.note))


def _step(exercise_id: str, step: StepResult, noted: bool) -> Iterator[str]:
    indent, score = "  ", f"({step.earned} of {step.possible} points)"
    yield from _item(indent, step.verdict, f"{step.id}: {step.title} {score}")
    inner = indent + " " * (_VERDICT + 2)
    if step.seen_at:
        yield f"{inner}seen at {step.seen_at}{by_probe(step)}"
        return  # earned: what its checks find now, when the next step may hold, would mislead
    for check in step.checks:
        yield from _check(check)
    if step.holds is Holds.ONCE and step.verdict is not Verdict.PASS and not noted:
        yield from folded(inner, "It is enough that this step is seen to pass once. While it is so, run:")
        yield f"{inner}lab verify {exercise_id}/{step.id}"


def _check(check: CheckResult) -> Iterator[str]:
    indent = "    "
    yield from _item(indent, check.verdict, check.title)
    yield from details(check, indent + " " * (_VERDICT + 2))


def details(check: CheckResult, indent: str, width: int = WIDTH) -> Iterator[str]:
    """Why a check fails or could not tell, line by line; nothing of one that passes or was skipped."""
    if not unmet(check):
        return
    yield from folded(indent, check.expected, "expected:  ", width)
    yield from folded(indent, check.observed, "observed:  ", width)
    if check.guard and check.verdict is Verdict.FAIL:
        yield from folded(indent, "While this fails, the step earns nothing.", width=width)
    if check.command:  # never folded: it is there to be pasted
        first, *others = clean(check.command).splitlines()
        yield f"{indent}look with: {first}"
        yield from others


def _word(verdict: Verdict) -> str:
    return verdict.value.upper()


def _item(indent: str, verdict: Verdict, text: str) -> Iterator[str]:
    return folded(indent, text, f"{_word(verdict):<{_VERDICT}}  ")


def folded(indent: str, text: str, label: str = "", width: int = WIDTH) -> Iterator[str]:
    """Text under a label, folded between words, so that a digest or a path stays whole."""
    for line in clean(text).splitlines() or [""]:
        yield from wrap(
            line or "(nothing)",
            width,
            initial_indent=indent + label,
            subsequent_indent=indent + " " * len(label),
            break_long_words=False,
            break_on_hyphens=False,
        )
        label = " " * len(label)


def clean(text: str) -> str:
    """Text without what would steer the terminal, or cannot be written: it may hold what a file on the node holds."""
    return _CONTROL.sub("?", text.replace("\t", "    ").replace("\r\n", "\n"))
