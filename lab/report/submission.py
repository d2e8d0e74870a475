"""Reports that were handed in: what each file says, and what shows that it is not as `lab verify` wrote it."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lab.model import Verdict
from lab.report import evidence
from lab.report.text import clean

_MOST = 1000  # points of a step that can be: a file may hold anything


@dataclass(frozen=True)
class Mark:
    """What a report says of a step. `note`: why it earned less than it can. `passed_at`: when it first passed.
    `reasons`: stable words for the ways of being wrong that its checks found.
    """

    id: str
    title: str
    verdict: Verdict
    earned: int
    possible: int
    note: str
    passed_at: datetime | None
    hints: int
    solution: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Work:
    """What a report says of an exercise."""

    id: str
    title: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Submission:
    """What a report says. `learner`: the id; where none was said, the cluster's name and the begin of its id."""

    learner: str
    name: str
    uid: str
    begun_at: datetime | None
    at: datetime
    works: tuple[Work, ...]


@dataclass(frozen=True)
class File:
    """A file that was handed in: what it says, None where it is no report; and what shows that it is not as it was
    written. `writing`: it is no report yet, because somebody is just writing it.
    """

    path: Path
    submission: Submission | None = None
    problems: tuple[str, ...] = ()
    writing: bool = False

    @property
    def name(self) -> str:
        """The file's name, as it can be shown."""
        return clean(self.path.name)


def read(places: Iterable[Path], fresh: float = 0.0) -> list[File]:
    """The reports in files, and in the files *.json of folders. Two learners with one cluster are both told of.

    Args:
        places: files and folders.
        fresh: seconds for which a file that is not whole counts as being written.
    """
    files = [_file(path, fresh) for place in places for path in paths_in(place)]
    owners: dict[str, set[str]] = {}
    for file in files:
        if file.submission:
            owners.setdefault(file.submission.uid, set()).add(file.submission.learner)
    return [_with_others(file, owners) for file in files]


def paths_in(place: Path) -> list[Path]:
    """The files of a folder that may be reports, or a file itself."""
    return sorted(path for path in place.glob("*.json") if path.name[0] != ".") if place.is_dir() else [place]


def _file(path: Path, fresh: float) -> File:
    try:
        written = json.loads(path.read_bytes())
    except OSError as error:
        return File(path, problems=(f"It cannot be read: {error.strerror}.",))
    except (ValueError, RecursionError):
        if _age(path) < fresh:
            return File(path, writing=True)
        return File(path, problems=("It is no JSON, or cut off.",))
    found, problems = decode(written), tuple(map(clean, evidence.problems(written)))
    return File(path, found, problems or (() if found else (evidence.NO_REPORT,)))


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _with_others(file: File, owners: dict[str, set[str]]) -> File:
    if not file.submission or not (others := owners[file.submission.uid] - {file.submission.learner}):
        return file
    return replace(file, problems=(*file.problems, f"Its cluster is also that of {', '.join(sorted(others))}."))


def decode(written: Any) -> Submission | None:
    """What was read as a report, as far as tables need it; None when it has not the form of one."""
    try:
        learner, cluster = written["learner"], written["cluster"]
        uid, begun = _text(cluster["uid"]), written["begun_at"]
        return Submission(
            learner=_text(learner["id"]) or f"{_text(cluster['name'])} ({uid[:8]})",
            name=_text(learner["name"]),
            uid=uid,
            begun_at=_moment(begun) if begun else None,
            at=_moment(written["at"]),
            works=tuple(
                Work(_text(each["id"]), _text(each["title"]), tuple(map(_mark, each["steps"])))
                for each in written["exercises"]
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _mark(step: Any) -> Mark:
    possible = _number(step["possible"])
    return Mark(
        id=_text(step["id"]),
        title=_text(step["title"]),
        verdict=Verdict(step["verdict"]),
        earned=_number(step["earned"], possible),
        possible=possible,
        note=_text(step["points_note"]),
        passed_at=_moment(step["passed_at"]) if step["passed_at"] else None,
        hints=_number(step["hints_taken"]),
        solution=step["solution_taken"] is True,
        reasons=tuple(_text(check["reason"]) for check in step["checks"] if check["reason"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return clean(value)


def _number(value: Any, most: int = _MOST) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(f"{value!r} is no number up to {most}")
    return value


def _moment(text: Any) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
