"""Reads exercises/ and solutions/ into the model, and finds exercises by name."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.catalog import exercise_files
from lab.catalog.decode import Decoder, Kinds, did_you_mean
from lab.catalog.variables import Filler, variables_of
from lab.catalog.yaml_document import Document, Place, Problem, parse
from lab.errors import DataError, UsageError
from lab.model import FORMAT_VERSION, Exercise, Step

_HINT_BORDER = re.compile(r"^---$", re.MULTILINE)


@dataclass(frozen=True)
class Catalog:
    """The opening page (Markdown) and the exercises, by number."""

    overview: str
    exercises: tuple[Exercise, ...]

    def find(self, exercise_id: str) -> Exercise:
        """The exercise of that id.

        Raises:
            UsageError: there is none; names the nearest.
        """
        for exercise in self.exercises:
            if exercise.id == exercise_id:
                return exercise
        near = did_you_mean(exercise_id, [exercise.id for exercise in self.exercises])
        raise UsageError(f'There is no exercise "{exercise_id}"{near}', "See the exercises with: lab list")

    def after(self, exercise: Exercise, done: Collection[str] = ()) -> Exercise | None:
        """The next exercise by number, but for those that are done, by their ids; None after the last."""
        later = (each for each in self.exercises if each.number > exercise.number)
        return next((each for each in later if each.id not in done), None)

    def select(self, selectors: Sequence[str] = ()) -> list[tuple[Exercise, tuple[Step, ...]]]:
        """The exercises and steps that `exercise` and `exercise/step` name; with no selectors, all.

        In the catalog's order and each once, however often and in whatever order they are named.

        Raises:
            UsageError: a selector names nothing.
        """
        chosen: set[tuple[str, str]] = set()
        for selector in selectors or [exercise.id for exercise in self.exercises]:
            exercise_id, slash, step_id = selector.partition("/")
            exercise = self.find(exercise_id)
            steps = (_find_step(exercise, step_id),) if slash else exercise.steps
            chosen.update((exercise.id, step.id) for step in steps)
        groups = [
            (exercise, tuple(step for step in exercise.steps if (exercise.id, step.id) in chosen))
            for exercise in self.exercises
        ]
        return [(exercise, steps) for exercise, steps in groups if steps]


@dataclass(frozen=True)
class Reading:
    """The result of reading: the exercises that could be made, every problem, and each exercise.yaml, filled in."""

    catalog: Catalog
    problems: tuple[Problem, ...]
    documents: tuple[Document, ...]


def load(exercises: Path, solutions: Path, kinds: Kinds) -> Catalog:
    """Read all exercises with their solutions.

    Args:
        exercises: the folder of exercises.
        solutions: the folder of solutions.
        kinds: the kinds of checks (under CheckSpec) and the verbs of actions (under ActionSpec), by name.

    Raises:
        DataError: something is wrong with them; lists all that is.
    """
    reading = read(exercises, solutions, kinds)
    if reading.problems:
        listed = "\n".join(str(problem) for problem in reading.problems)
        raise DataError(f"The exercise data is wrong:\n{listed}", "Check it again with: lab lint")
    return reading.catalog


def read(exercises: Path, solutions: Path, kinds: Kinds) -> Reading:
    """As `load`, however much is wrong with the exercises."""
    problems: list[Problem] = []
    overview = exercise_files.needed_text(exercises / exercise_files.OVERVIEW, problems).strip()
    folders = exercise_files.folders(exercises, problems)
    readers = [_Reader(folder, solutions / folder.name, kinds, problems) for folder in folders]
    made = [exercise for reader in readers if (exercise := reader.exercise())]
    documents = tuple(reader.document for reader in readers if reader.document)
    return Reading(Catalog(overview, tuple(made)), tuple(sorted(set(problems))), documents)


def step_ids(document: Document) -> list[str]:
    """The ids of the steps of an exercise.yaml, as far as they can be read."""
    found = [document.get(*step, "id") for step in document.each("steps")]
    return [step_id for step_id in found if isinstance(step_id, str)]


def _find_step(exercise: Exercise, step_id: str) -> Step:
    if step := exercise.step(step_id):
        return step
    near = did_you_mean(step_id, [step.id for step in exercise.steps])
    message = f'The exercise "{exercise.id}" has no step "{step_id}"{near}'
    raise UsageError(message, f"See its steps with: lab show {exercise.id}")


class _Reader:
    """Reads one exercise."""

    def __init__(self, folder: Path, solutions: Path, kinds: Kinds, problems: list[Problem]) -> None:
        self.folder = folder
        self._solutions = solutions
        self._kinds = kinds
        self._problems = problems
        self.document = parse(folder / exercise_files.SHEET, problems)
        if self.document:
            self._filler = Filler(variables_of(self.document, problems), problems)
            self.document = self._filler.document(self.document)

    def exercise(self) -> Exercise | None:
        """The exercise, when its exercise.yaml can be decoded; all its files are read in any case."""
        if not self.document:
            return None
        ids = step_ids(self.document)
        named = [*map(exercise_files.text_file, ids), *map(exercise_files.hints_file, ids)]
        files = [exercise_files.SHEET, exercise_files.BRIEF, *named]
        self._problems += exercise_files.strays(self.folder, files, free=exercise_files.EXTRA)
        beside = self._texts()
        exercise = Decoder(self.document, self._problems, self._kinds, beside).decode(Exercise, self.document.value)
        if exercise and exercise.format_version != FORMAT_VERSION:
            message = f"this form is version {exercise.format_version}; this lab reads version {FORMAT_VERSION}"
            self._problems.append(self.document.problem(message, "format_version"))
        return exercise

    def _texts(self) -> dict[Place, dict[str, Any]]:
        """The fields that files beside exercise.yaml hold, by the place of the exercise or step."""
        assert self.document
        match = exercise_files.FOLDER.fullmatch(self.folder.name)
        assert match, "only folders of exercises are read"
        brief = self._filled(self.folder / exercise_files.BRIEF).strip()
        exercise = {"id": match["id"], "number": int(match["number"]), "brief": brief, "folder": self.folder}
        texts: dict[Place, dict[str, Any]] = {(): exercise}
        for place in self.document.each("steps"):
            if isinstance(step_id := self.document.get(*place, "id"), str):
                texts[place] = self._step_texts(step_id)
        return texts

    def _step_texts(self, step_id: str) -> dict[str, Any]:
        after = self._solutions / exercise_files.after_file(step_id)
        hints = self._filled(self.folder / exercise_files.hints_file(step_id))
        return {
            "text": self._filled(self.folder / exercise_files.text_file(step_id)).strip(),
            "hints": tuple(hint.strip() for hint in _HINT_BORDER.split(hints)) if hints.strip() else (),
            "solution": self._filled(self._solutions / exercise_files.script_file(step_id)),
            "why": self._filled(self._solutions / exercise_files.why_file(step_id)).strip(),
            "after": self._filled(after) if after.is_file() else "",
        }

    def _filled(self, file: Path) -> str:
        return self._filler.text(exercise_files.needed_text(file, self._problems), file)
