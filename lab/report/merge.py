"""Reports of several learners in one table: `lab verify --format json` wrote each of them."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from lab.errors import UsageError
from lab.report import evidence

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score", "late", "problems",
)  # fmt: skip
"""nbgrader's columns of a grade export, and two of the lab's own."""


@dataclass(frozen=True)
class File:
    """A report that was read: from where, what it says (empty where it is no report), and what shows that it is not as
    it was written.
    """

    path: Path
    written: dict[str, Any]
    problems: tuple[str, ...]

    @property
    def learner(self) -> str:
        """The learner's id; the cluster's name where none was said."""
        return str(self.written["learner"]["id"] or self.written["cluster"]["name"])

    @property
    def at(self) -> datetime:
        """When the report was made."""
        return datetime.fromisoformat(self.written["at"])


@dataclass(frozen=True)
class Row:
    """What one learner has in one exercise, in the file that counts."""

    exercise: str
    file: File
    earned: int
    possible: int
    late: bool


def read(places: Iterable[Path]) -> list[File]:
    """The reports in files, and in the files *.json of folders. Two learners with one cluster are both told of.

    Raises:
        UsageError: a file cannot be read.
    """
    files = [_file(path) for place in places for path in (sorted(place.glob("*.json")) if place.is_dir() else [place])]
    owners: dict[str, set[str]] = {}
    for file in files:
        if file.written:
            owners.setdefault(file.written["cluster"]["uid"], set()).add(file.learner)
    return [_with_others(file, owners) for file in files]


def rows(files: Sequence[File], due: datetime | None = None) -> list[Row]:
    """For each learner and exercise the best score, of those reports that check and are not late where there are such.

    Args:
        files: reports.
        due: a report that was made later is late.
    """
    best: dict[tuple[str, str], tuple[tuple[bool, bool, int, float], Row]] = {}
    for file in files:
        for exercise in file.written.get("exercises", ()):
            steps = exercise["steps"]
            earned, possible = sum(step["earned"] for step in steps), sum(step["possible"] for step in steps)
            row = Row(exercise["id"], file, earned, possible, bool(due and file.at > due))
            rank = (not file.problems, not row.late, earned, -file.at.timestamp())
            key = (file.learner, row.exercise)
            if key not in best or rank > best[key][0]:
                best[key] = (rank, row)
    return [row for _, (_, row) in sorted(best.items())]


def write_csv(table: Sequence[Row], due: str, stream: TextIO) -> None:
    """Write rows with nbgrader's columns."""
    lines = csv.writer(stream, lineterminator="\n")
    lines.writerow(COLUMNS)
    for row in table:
        learner = row.file.written["learner"]
        first, _, last = str(learner["name"]).rpartition(" ")
        who = (row.file.learner, last, first, "")
        score = (row.earned, 0, row.earned, row.possible, "yes" if row.late else "no")
        fields = (row.exercise, due, row.file.written["at"], *who, *score, " ".join(row.file.problems))
        lines.writerow(_text(field) for field in fields)


def write_markdown(table: Sequence[Row], stream: TextIO) -> None:
    """Write a line a learner, a column an exercise."""
    exercises = sorted({row.exercise for row in table})
    stream.write(f"| Learner | {' | '.join(exercises)} | Remarks |\n|{'---|' * (len(exercises) + 2)}\n")
    for learner in sorted({row.file.learner for row in table}):
        mine = {row.exercise: row for row in table if row.file.learner == learner}
        scores = [f"{mine[each].earned} of {mine[each].possible}" if each in mine else "" for each in exercises]
        remarks = dict.fromkeys(remark for row in mine.values() for remark in _remarks(row))
        stream.write(f"| {_cell(learner)} | {' | '.join(scores)} | {_cell(' '.join(remarks))} |\n")


def _remarks(row: Row) -> Iterator[str]:
    if row.late:
        yield f"{row.exercise} is late ({row.file.written['at']})."
    yield from row.file.problems


def _file(path: Path) -> File:
    try:
        written = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError):
        return File(path, {}, (f"{path.name} is no JSON.",))
    found = tuple(evidence.problems(written))
    return File(path, written if evidence.is_report(written) else {}, found)


def _with_others(file: File, owners: dict[str, set[str]]) -> File:
    if not file.written or not (others := owners[file.written["cluster"]["uid"]] - {file.learner}):
        return file
    told = f"Its cluster is also that of {', '.join(sorted(others))}."
    return File(file.path, file.written, (*file.problems, told))


def _text(field: object) -> object:
    """A field that no spreadsheet takes for a formula."""
    return f"'{field}" if isinstance(field, str) and field[:1] in ("=", "+", "-", "@") else field


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
