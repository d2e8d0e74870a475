"""The parts of the page of a class that have pictures: steps that fail, points over time, the help that was taken."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from xml.etree.ElementTree import Element

from lab.model import Verdict
from lab.report import charts, html, merge
from lab.report.class_words import marks, moment, who
from lab.report.html import Child, tag
from lab.report.merge import Row
from lab.report.words import count, points


def failing(table: Sequence[Row]) -> Element:
    """The steps that not all pass, those that most do not first."""
    asked: Counter[str] = Counter()
    open_: Counter[str] = Counter()
    why: dict[str, Counter[str]] = {}
    for row, mark in marks(table):
        step = f"{row.exercise}/{mark.id}"
        asked[step] += 1
        if mark.verdict is not Verdict.PASS:
            open_[step] += 1
            why.setdefault(step, Counter()).update(set(mark.reasons))
    rows: list[list[Child]] = []
    for step, number in open_.most_common():
        said = f"{number} of {count(asked[step], 'learner')}"
        reasons = ", ".join(f"{reason} ({times})" for reason, times in why[step].most_common(3))
        rows.append([step, said, charts.bar(f"{said} do not pass {step}", asked[step], (number, "first")), reasons])
    if not rows:
        return tag("p", "None: all that were looked at pass.")
    return html.table("Steps that are not passed", ["Step", "Not passed by", "Share", "Reasons"], rows)


def over_time(table: Sequence[Row]) -> Iterator[Element]:
    """A picture a learner, with the same axes: when steps first passed."""
    lines = {learner: _line([*mine.values()]) for learner, mine in merge.learners(table).items()}
    begin, end = min(line[0][0] for line in lines.values()), max(line[-1][0] for line in lines.values())
    most = max(sum(row.possible for row in mine.values()) for mine in merge.learners(table).values())
    yield tag("p", "A line rises when a step first passed, by all points of that step.", class_="quiet")
    figures = tag("div", class_="charts")
    for learner, line in lines.items():
        said = f"{learner}: {points(line[-1][1])} from {moment(line[0][0])} to {moment(line[-1][0])}"
        picture = charts.points_over_time(said, begin, end, most, line)
        figures.append(tag("figure", picture, tag("figcaption", said)))
    yield figures


def _line(mine: Sequence[Row]) -> list[tuple[datetime, int]]:
    """From which moment on a learner had how many points: from the beginning of the work to the last report."""
    passed = sorted(
        (mark.passed_at, mark.possible)
        for row, mark in marks(mine)
        if mark.passed_at and not (row.no_help and mark.solution)
    )
    times, sums = [at for at, _ in passed], [0, *accumulate(number for _, number in passed)]
    first = min([row.submission.begun_at or row.submission.at for row in mine] + times)
    last = max([row.submission.at for row in mine] + times)
    return [*zip([first, *times], sums, strict=True), (last, sums[-1])]


def help_taken(table: Sequence[Row]) -> Element:
    """Hints and solutions of each learner."""
    taken = {}
    for learner, mine in merge.learners(table).items():
        found = [mark for _, mark in marks([*mine.values()])]
        taken[learner] = (sum(mark.hints for mark in found), sum(mark.solution for mark in found))
    most = max(hints + solutions for hints, solutions in taken.values())
    rows: list[list[Child]] = []
    for learner, mine in merge.learners(table).items():
        hints, solutions = taken[learner]
        said = f"{learner}: {count(hints, 'hint')}, {count(solutions, 'solution')}"
        of = [f"{row.exercise}/{mark.id}" for row, mark in marks([*mine.values()]) if mark.solution]
        picture = charts.bar(said, most, (hints, "first"), (solutions, "second"))
        rows.append([who(mine), str(hints), str(solutions), picture, ", ".join(of)])
    headings: list[Child] = ["Learner", "Hints", "Solutions", "Both", "Solutions of"]
    return html.table("Hints that were read, and solutions that were shown or typed", headings, rows)
