"""The files of an exercise.

::

    exercises/overview.en.md                 the opening page
    exercises/NNN-id/exercise.yaml           lab.model.exercise
    exercises/NNN-id/brief.en.md             what the exercise is about
    exercises/NNN-id/steps/STEP.en.md        what to do
    exercises/NNN-id/steps/STEP.hints.en.md  hints, split by lines that are exactly ---
    exercises/NNN-id/files/                  what the learner starts with, if anything
    solutions/NNN-id/STEP.sh                 what a learner would type
    solutions/NNN-id/STEP.after.sh           a script that tidies up once the step has passed, if any
    solutions/NNN-id/STEP.en.md              why it works
"""

import re
from collections.abc import Iterable
from pathlib import Path

from lab.catalog.decode import did_you_mean
from lab.catalog.yaml_document import Problem, read_text

LANGUAGE = "en"
OVERVIEW = f"overview.{LANGUAGE}.md"
BRIEF = f"brief.{LANGUAGE}.md"
SHEET = "exercise.yaml"
GUIDE = "README.md"
EXTRA = "files"
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
FOLDER = re.compile(rf"(?P<number>[0-9]{{3}})-(?P<id>{ID.pattern})")


def text_file(step_id: str) -> str:
    """The path of a step's text within its exercise's folder."""
    return f"steps/{step_id}.{LANGUAGE}.md"


def hints_file(step_id: str) -> str:
    """The path of a step's hints within its exercise's folder."""
    return f"steps/{step_id}.hints.{LANGUAGE}.md"


def script_file(step_id: str) -> str:
    """The path of a step's solution within its exercise's folder of solutions."""
    return f"{step_id}.sh"


def after_file(step_id: str) -> str:
    """The path of the script that tidies up after a step, within its exercise's folder of solutions."""
    return f"{step_id}.after.sh"


def why_file(step_id: str) -> str:
    """The path of the text that explains a solution, within its exercise's folder of solutions."""
    return f"{step_id}.{LANGUAGE}.md"


def folders(exercises: Path, problems: list[Problem]) -> list[Path]:
    """The folders of exercises by number; what else lies beside them is added to `problems`."""
    found: list[Path] = []
    taken: dict[str, Path] = {}
    for path in sorted(exercises.iterdir()) if exercises.is_dir() else ():
        if _hidden(Path(path.name)) or path.name in (OVERVIEW, GUIDE):
            continue
        match = FOLDER.fullmatch(path.name)
        if not match or not path.is_dir():
            message = "this is no exercise: the folder of one is named like 010-image-digest"
            problems.append(Problem(path, 1, message))
            continue
        for part in match.groups():
            if part in taken:
                message = f'"{part}" is taken by {taken[part].name}: numbers and ids are unique'
                problems.append(Problem(path, 1, message))
            taken.setdefault(part, path)
        found.append(path)
    return found


def strays(folder: Path, expected: Iterable[str], free: str = "") -> list[Problem]:
    """A problem for each file under a folder that is not expected there.

    Args:
        folder: the folder; may be missing.
        expected: the files that belong there, as paths within the folder.
        free: a folder within it that may hold anything.
    """
    wanted = set(expected)
    problems = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        known = inside.parts[0] == free or inside.as_posix() in wanted
        if path.is_file() and not known and not _hidden(inside):
            near = did_you_mean(inside.as_posix(), wanted)
            problems.append(Problem(path, 1, f"this file does not belong here{near}"))
    return problems


def needed_text(file: Path, problems: list[Problem]) -> str:
    """Read a text that must exist and not be empty; otherwise add a problem."""
    text = read_text(file, problems)
    if text is not None and not text.strip():
        problems.append(Problem(file, 1, "this file is empty"))
    return text or ""


def _hidden(path: Path) -> bool:
    """Whether it is what editors and file managers leave behind."""
    return any(part.startswith(".") for part in path.parts)
