"""Writes a report as one JSON object, for scripts and graders. Its keys are part of the command line's contract."""

import json
from dataclasses import asdict
from typing import Any, TextIO

from lab import __version__
from lab.advice import named
from lab.model import FORMAT_VERSION, CheckResult, ExerciseResult, Report, StepResult
from lab.report import evidence
from lab.report.words import points_note


def write(report: Report, stream: TextIO) -> None:
    """Write a report as JSON, indented, with a line end after it."""
    json.dump(as_object(named(report, report.cluster.name)), stream, indent=2, ensure_ascii=False)
    stream.write("\n")


def as_object(report: Report) -> dict[str, Any]:
    """A report as what JSON is made of; docs/report.schema.json has its form."""
    written = {
        "format_version": FORMAT_VERSION,
        "lab_version": __version__,
        "begun_at": report.begun_at,
        "at": report.at,
        "learner": asdict(report.learner),
        "cluster": asdict(report.cluster),
        "no_help": report.no_help,
        "exercises": [_exercise(exercise, report.no_help) for exercise in report.exercises],
        "score": {"earned": report.earned, "possible": report.possible},
        "verdict": report.verdict.value,
        **({"note": report.note, "reason": report.reason} if report.note else {}),
    }
    if not report.evidence:
        return written
    found = report.evidence()
    journal = found.journal.decode(errors="replace")
    return evidence.seal({**written, "evidence": {"key": found.key, "journal": journal}})


def _exercise(exercise: ExerciseResult, no_help: bool) -> dict[str, Any]:
    return {
        "id": exercise.id,
        "title": exercise.title,
        "verdict": exercise.verdict.value,
        "note": exercise.note,
        "started_at": exercise.started_at,
        "last_score": asdict(exercise.last) if exercise.last else None,
        "steps": [_step(step, no_help) for step in exercise.steps],
    }


def _step(step: StepResult, no_help: bool) -> dict[str, Any]:
    return {
        "id": step.id,
        "title": step.title,
        "holds": step.holds.value,
        "verdict": step.verdict.value,
        "earned": step.earned,
        "possible": step.possible,
        "points_note": points_note(step, no_help),
        "seen_at": step.seen_at,
        "passed_at": step.passed_at,
        "probed": step.probed,
        "hints_taken": step.hints_taken,
        "solution_taken": step.solution_taken,
        "checks": [_check(check) for check in step.checks],
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.id,
        "title": check.title,
        "verdict": check.verdict.value,
        "expected": check.expected,
        "observed": check.observed,
        "command": check.command,
        "points": check.points,
        "reason": check.reason,
        "guard": check.guard,
    }
