"""What several parts of the page of a class say in the same way."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from lab.report.html import tag
from lab.report.merge import Row
from lab.report.submission import Mark

TAKES = {
    "best": "Of each learner the best report counts, of those that check and are not late where there are such.",
    "last": "Of each learner the last report counts, of those that check where there are such.",
    "due": "Of each learner the last report that is not late counts, of those that check where there are such.",
}
"""What `--take` means."""


def about(take: str, due: datetime | None, no_help: bool) -> str:
    """Which reports count, and how, in sentences."""
    said = [TAKES[take]]
    if due:
        said.append(f"Due {moment(due.astimezone(UTC))}.")
    if no_help:
        said.append("Steps whose solution was shown or typed earn nothing.")
    return " ".join(said)


def who(mine: Mapping[str, Row]) -> Element:
    """The learner whose rows these are: the id, and the name below it."""
    submission = next(iter(mine.values())).submission
    return tag("span", submission.learner, tag("small", submission.name))


def marks(table: Sequence[Row]) -> Iterator[tuple[Row, Mark]]:
    """The steps of all rows, each with its row."""
    return ((row, mark) for row in table for mark in row.work.marks)


def moment(time: datetime) -> str:
    """A time as the page shows it."""
    return f"{time:%Y-%m-%d %H:%M}"
