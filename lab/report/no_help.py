"""Scores without the steps whose solution was shown or typed: `--no-help`."""

from dataclasses import replace

from lab.model import ExerciseResult, Report, StepResult

NO_HELP = "no-help"
"""The reason of a report in which such steps earn nothing, where nothing worse is to be told."""


def without_help(report: Report) -> Report:
    """A report in which a step whose solution was taken earns nothing. It can earn as much as before, so that the
    scores of a class stay comparable; its verdict stays, too. The report's note names such steps.
    """
    helped = [f"{each.id}/{step.id}" for each in report.exercises for step in each.steps if step.solution_taken]
    exercises = tuple(_exercise(exercise) for exercise in report.exercises)
    report = replace(report, exercises=exercises, no_help=True)
    if not helped:
        return report
    told = f"The solutions of these steps were shown or typed, and they earn nothing (--no-help): {', '.join(helped)}."
    return replace(report, note=f"{report.note} {told}".strip(), reason=report.reason or NO_HELP)


def _exercise(exercise: ExerciseResult) -> ExerciseResult:
    return replace(exercise, steps=tuple(_step(step) if step.solution_taken else step for step in exercise.steps))


def _step(step: StepResult) -> StepResult:
    return replace(step, earned=0, last=replace(step.last, earned=0) if step.last else None)
