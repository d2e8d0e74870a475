"""Starts, solves and resets an exercise. What other exercises have in effect is set aside first."""

from collections.abc import Sequence
from pathlib import Path

from lab.actions import run
from lab.course.context import Context
from lab.course.verifying import VERIFY_WAIT, grading, verify
from lab.errors import NotStartedError
from lab.grading.session import evidence_of
from lab.journal import bookmark
from lab.journal.journal import Journal
from lab.k8s import kept, lifecycle, saved
from lab.k8s.record import Record
from lab.model import ActionSpec, Exercise, Place, Report, Step, Verdict


def start(context: Context, exercise_id: str) -> None:
    """Put an exercise's own starting state in place."""
    exercise, record = context.catalog.find(exercise_id), context.record()
    journal, bookmarks = context.journal(record), context.cluster.files.place
    place = bookmark.recall(bookmarks, context.catalog.exercises)
    if place is None or place.exercise_id != exercise.id:
        bookmark.keep(bookmarks, Place(exercise.id))
    if journal.started(exercise.id) and not journal.aside(exercise.id):
        context.status.note(f"{exercise.id} is started already. Begin again with: lab reset {exercise.id}")
        return
    others = [other for other in _in_effect(context, exercise, journal) if other.aside]
    again = exercise.resume if journal.aside(exercise.id) else exercise.start
    _check(context, journal, (exercise, again), *((other, other.aside) for other in others))
    for other in others:
        _set_aside(context, other, record)
    _act(context, exercise, again)
    journal.start(exercise.id)


def solve(context: Context, selector: str) -> Report:
    """Type the solution of an exercise or step, and verify after each step."""
    record = context.record()
    for exercise, steps in context.catalog.select([selector]):
        journal = context.journal(record)
        if not journal.started(exercise.id):
            raise NotStartedError(exercise.id)
        if journal.aside(exercise.id):
            start(context, exercise.id)
        _check(context, journal, *((exercise, step.prepare) for step in steps))
        for step in steps:
            _act(context, exercise, step.prepare)
            with context.status.phase(f"Solving {exercise.id}/{step.id}: {step.title}", 20):
                _type(context, exercise, step, step.solution)
            journal.mark_solved(exercise.id, step.id)
            verify(context, [f"{exercise.id}/{step.id}"], VERIFY_WAIT)
            if step.after:
                _type(context, exercise, step, step.after)
    return verify(context, [selector], VERIFY_WAIT)


def reset(context: Context, exercise_id: str, keep: Path | None) -> None:
    """Put an exercise back to just after its start; when it was not started, leave nothing of it."""
    exercise, record = context.catalog.find(exercise_id), context.record()
    saved.see_writable(keep)
    journal = context.journal(record)
    started = journal.started(exercise.id)
    others = [other for other in _in_effect(context, exercise, journal) if run.undoes(exercise.reset, other.aside)]
    _check(context, journal, (exercise, exercise.reset), *((other, other.aside) for other in others))
    lifecycle.wake(context.cluster, context.status)
    for other in others:
        _set_aside(context, other, record)
    _act(context, exercise, exercise.reset)
    saved.clear(context.cluster.helper, exercise.id, context.status, keep)
    journal.clear(exercise.id)
    bookmarked = context.cluster.files.place
    if (place := bookmark.recall(bookmarked, context.catalog.exercises)) and place.exercise_id == exercise.id:
        bookmark.keep(bookmarked, Place(exercise.id))
    if started:
        _act(context, exercise, exercise.start)
        journal.start(exercise.id)


def _set_aside(context: Context, exercise: Exercise, record: Record) -> None:
    """End the effects of an exercise on others; what it earns now is journalled first."""
    journal = context.journal(record)
    [result] = grading(context, record, journal).look([(exercise, exercise.steps)])
    passed = {step.id: evidence_of(step) for step in result.steps if step.verdict is Verdict.PASS}
    _act(context, exercise, exercise.aside)
    journal.set_aside(exercise.id, passed)
    again = f"Take it up again with: lab start {exercise.id}"
    context.status.note(f"{exercise.id} was set aside; what it earned is kept ({result.earned} points). {again}")


def _in_effect(context: Context, exercise: Exercise, journal: Journal) -> list[Exercise]:
    """The other exercises that are started and not set aside."""
    others = [other for other in context.catalog.exercises if other.id != exercise.id]
    return [other for other in others if journal.started(other.id) and not journal.aside(other.id)]


def _check(context: Context, journal: Journal, *wanted: tuple[Exercise, Sequence[ActionSpec]]) -> None:
    """See that what is to be done can be, as far as the host's files go, before anything is changed."""
    kept.writable(context.cluster.files)
    _ = context.cluster.api  # raises where the kubeconfig cannot be used
    for exercise, specs in wanted:
        run.check(exercise, specs, context.cluster, context.status, journal.started(exercise.id))


def _act(context: Context, exercise: Exercise, specs: Sequence[ActionSpec]) -> None:
    run.act(exercise, specs, context.cluster, context.status)


def _type(context: Context, exercise: Exercise, step: Step, script: str) -> None:
    run.type_script(exercise, step, script, context.cluster)
