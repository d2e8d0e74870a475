"""Puts the reports of several learners into one table: which of them counts, and what it earns."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lab.report.submission import File, Mark, Submission, Work


@dataclass(frozen=True)
class Row:
    """What one learner has in one exercise, in the file that counts. `no_help`: a step whose solution was taken earns
    nothing.
    """

    file: File
    submission: Submission
    work: Work
    late: bool
    no_help: bool

    @property
    def learner(self) -> str:
        """The learner's id."""
        return self.submission.learner

    @property
    def exercise(self) -> str:
        """The exercise's id."""
        return self.work.id

    @property
    def earned(self) -> int:
        """The points of all its steps."""
        return sum(self.points(mark) for mark in self.work.marks)

    @property
    def possible(self) -> int:
        """The points that all its steps can earn."""
        return sum(mark.possible for mark in self.work.marks)

    def points(self, mark: Mark) -> int:
        """The points of a step."""
        return 0 if self.no_help and mark.solution else mark.earned

    def remarks(self) -> Iterator[str]:
        """What has to be told beside the points, in sentences."""
        if self.late:
            yield f"{self.exercise} is late ({self.submission.at:%Y-%m-%dT%H:%M:%SZ})."
        yield from self.file.problems


TAKES: dict[str, Callable[[Row], tuple[Any, ...]]] = {
    "best": lambda row: (not row.late, row.earned, -row.submission.at.timestamp()),
    "last": lambda row: (row.submission.at,),
    "due": lambda row: (not row.late, row.submission.at),
}
"""Which of a learner's reports counts, by the word of `--take`: the one that comes last in this order. A report that
checks comes after all that do not.
"""


def rows(files: Iterable[File], take: str = "best", due: datetime | None = None, no_help: bool = False) -> list[Row]:
    """What each learner has in each exercise, in the report that counts.

    Args:
        files: reports.
        take: `best`: the best that is not late, where there is one. `last`: the last, late or not. `due`: the last that
            is not late, where there is one.
        due: a report that was made later is late.
        no_help: steps whose solution was taken earn nothing.
    """
    counting: dict[tuple[str, str], Row] = {}
    for file in files:
        for work in file.submission.works if file.submission else ():
            assert file.submission
            late = due is not None and file.submission.at > due
            row = Row(file, file.submission, work, late, no_help)
            other = counting.get((row.learner, row.exercise))
            if other is None or _rank(row, take) > _rank(other, take):
                counting[row.learner, row.exercise] = row
    return [row for _, row in sorted(counting.items())]


def _rank(row: Row, take: str) -> tuple[Any, ...]:
    return not row.file.problems, *TAKES[take](row)


def learners(table: Sequence[Row]) -> dict[str, dict[str, Row]]:
    """The rows of each learner, by the exercise's id."""
    found: dict[str, dict[str, Row]] = {}
    for row in table:
        found.setdefault(row.learner, {})[row.exercise] = row
    return found


def exercises(table: Sequence[Row]) -> dict[str, Work]:
    """The exercises of a table by id, in the order of the report that has the most of them."""
    found: dict[str, Work] = {}
    for submission in sorted((row.submission for row in table), key=lambda each: -len(each.works)):
        for work in submission.works:
            found.setdefault(work.id, work)
    return found
