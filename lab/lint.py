"""Finds every problem of exercise data at once.

What loading finds (files, keys, types, variables, kinds and their parameters), and on top of it what is a matter of
teaching: points, guards, hints.
"""

from collections.abc import Iterator
from pathlib import Path

from lab.catalog import exercise_files, load
from lab.catalog.decode import Kinds
from lab.catalog.yaml_document import Document, Place, Problem
from lab.model import Exercise

SCRIPT_START = "set -euo pipefail"
"""The first line of each solution: a script that goes on after a mistake hides it."""

_HINTS = range(2, 4)


def lint(exercises: Path, solutions: Path, kinds: Kinds) -> list[Problem]:
    """All that is wrong with exercises and their solutions, by file and line; nothing when they are good.

    Args:
        exercises: the folder of exercises.
        solutions: the folder of solutions.
        kinds: as `lab.catalog.load` takes them.
    """
    reading = load.read(exercises, solutions, kinds)
    problems = list(reading.problems)
    for document in reading.documents:
        problems += _sheet(document)
        problems += _steps(document)
        problems += _stray_solutions(document, solutions)
    for exercise in reading.catalog.exercises:
        problems += _hints(exercise)
        problems += _scripts(exercise, solutions)
    problems += _solutions_of_nothing(exercises, solutions)
    return sorted(set(problems))


def _sheet(document: Document) -> Iterator[Problem]:
    """Rules for an exercise as a whole."""
    for key in ("title", "summary", "domain"):
        if document.get(key) == "":
            yield document.problem(f'"{key}" is empty', key)
    minutes = document.get("minutes")
    if isinstance(minutes, int) and minutes <= 0:
        yield document.problem(f'"minutes" must be more than 0, not {minutes}', "minutes")
    if document.get("steps") == []:
        yield document.problem("an exercise needs a step", "steps")
    yield from _ids(document, document.each("steps"), "step")


def _steps(document: Document) -> Iterator[Problem]:
    """Rules for each step: what it can earn, its checks' ids, its references."""
    for step in document.each("steps"):
        checks = document.each(*step, "checks")
        yield from _ids(document, checks, "check")
        yield from _points(document, checks)
        if not any(_earns(document, check) for check in checks):
            name = document.get(*step, "id")
            yield document.problem(f'the step "{name}" earns nothing: it needs a check with points', *step)
        for reference in document.each(*step, "references"):
            url = document.get(*reference, "url")
            if isinstance(url, str) and not url.startswith("https://"):
                yield document.problem(f'"url" must begin with https://, not be "{url}"', *reference, "url")


def _points(document: Document, checks: list[Place]) -> Iterator[Problem]:
    for check in checks:
        points = document.get(*check, "points") or 0
        if isinstance(points, int) and points < 0:
            yield document.problem(f'"points" must be 0 or more, not {points}', *check, "points")
        elif points and document.get(*check, "guard") is True:
            message = "a guard is true on an untouched cluster: it has no points"
            yield document.problem(message, *check, "points")


def _earns(document: Document, check: Place) -> bool:
    """Whether a check can earn points; one whose points cannot be read (another rule reports it) counts as such."""
    points = document.get(*check, "points") or 0
    return document.get(*check, "guard") is not True and (not isinstance(points, int) or points > 0)


def _ids(document: Document, entries: list[Place], what: str) -> Iterator[Problem]:
    """Ids are legal, because they name files and are typed, and each is there once."""
    lines: dict[str, int] = {}
    for entry in entries:
        name = document.get(*entry, "id")
        if not isinstance(name, str):
            continue
        if not exercise_files.ID.fullmatch(name):
            message = f'the id "{name}" must be of lower-case letters, digits and single hyphens between them'
            yield document.problem(message, *entry, "id")
        if name in lines:
            message = f'the {what} "{name}" is there twice: first in line {lines[name]}'
            yield document.problem(message, *entry, "id")
        lines.setdefault(name, document.line(*entry, "id"))


def _hints(exercise: Exercise) -> Iterator[Problem]:
    """Two to three hints a step, from a nudge to the command, none of them empty."""
    for step in exercise.steps:
        file = exercise.folder / exercise_files.hints_file(step.id)
        if step.hints and len(step.hints) not in _HINTS:
            yield Problem(file, 1, f"a step has two or three hints, not {len(step.hints)}")
        for number, hint in enumerate(step.hints, 1):
            if not hint:
                yield Problem(file, 1, f"hint {number} is empty")


def _scripts(exercise: Exercise, solutions: Path) -> Iterator[Problem]:
    """Each solution stops at the first command that fails."""
    for step in exercise.steps:
        if step.solution.strip() and step.solution.splitlines()[0] != SCRIPT_START:
            file = solutions / exercise.folder.name / exercise_files.script_file(step.id)
            yield Problem(file, 1, f"the first line must be: {SCRIPT_START}")


def _stray_solutions(document: Document, solutions: Path) -> list[Problem]:
    """Nothing in an exercise's folder of solutions is for a step that it does not have."""
    ids = load.step_ids(document)
    kinds = (exercise_files.script_file, exercise_files.after_file, exercise_files.why_file)
    files = [name for kind in kinds for name in map(kind, ids)]
    return exercise_files.strays(solutions / document.file.parent.name, files)


def _solutions_of_nothing(exercises: Path, solutions: Path) -> Iterator[Problem]:
    """No folder of solutions is without its exercise."""
    for path in sorted(solutions.iterdir()) if solutions.is_dir() else ():
        hidden = path.name.startswith(".")
        if not hidden and path.name != exercise_files.GUIDE and not (exercises / path.name).is_dir():
            yield Problem(path, 1, "there is no exercise of this name")
