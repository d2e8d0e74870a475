"""The page of a class: who is where, which steps fail most, points over time, the help that was taken, the files."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element

from lab.model import Verdict
from lab.report import class_pictures, html, merge
from lab.report.class_words import moment, who
from lab.report.html import Child, tag
from lab.report.merge import Row
from lab.report.submission import File, Mark, Work
from lab.report.words import VERDICTS, count, score

_CSS = Path(__file__).with_name("class_page.css")


def page(files: Sequence[File], table: Sequence[Row], about: str, now: datetime, reload: int = 0) -> str:
    """The page as HTML, which loads nothing and runs nothing.

    Args:
        files: all that were handed in.
        table: what counts of them.
        about: in a sentence, which reports count.
        now: when it is made.
        reload: seconds after which a browser reads it again; 0 for never.
    """
    parts: list[Child] = [tag("h1", "The class"), _summary(files, table, about, now)]
    if table:
        parts += [tag("h2", "Who is where"), _overview(table)]
        parts += [_exercise(table, work) for work in merge.exercises(table).values()]
        parts += [tag("h2", "Which steps fail most"), class_pictures.failing(table)]
        parts += [tag("h2", "Points over time"), *class_pictures.over_time(table)]
        parts += [tag("h2", "Hints and solutions"), class_pictures.help_taken(table)]
    parts += [tag("h2", "The files"), _files(files, table)]
    return html.page("The class", _CSS.read_text(), tag("main", *parts), reload=reload)


def _summary(files: Sequence[File], table: Sequence[Row], about: str, now: datetime) -> Element:
    counts = f"{count(len(merge.learners(table)), 'learner')}, {count(len(files), 'file')}"
    wrong = sum(bool(file.problems) for file in files)
    said = f"{counts}, {wrong} of which {'does' if wrong == 1 else 'do'} not check." if wrong else f"{counts}."
    return tag("p", f"{said} {about} As of {moment(now)}; all times are UTC.")


def _overview(table: Sequence[Row]) -> Element:
    exercises = merge.exercises(table)
    rows: list[list[Child]] = []
    for mine in merge.learners(table).values():
        together = score(sum(row.earned for row in mine.values()), sum(row.possible for row in mine.values()))
        cells: list[Child] = [_standing(mine[each]) if each in mine else tag("td", "no report") for each in exercises]
        remarks = dict.fromkeys(remark for row in mine.values() for remark in row.remarks())
        rows.append([who(mine), *cells, together, tag("span", " ".join(remarks), class_="wrong")])
    return html.table("Points, by exercise", ["Learner", *exercises, "Together", "Remarks"], rows)


def _standing(row: Row) -> Element:
    cell = tag("td", score(row.earned, row.possible))
    if row.late:
        cell.append(tag("small", f"late: {moment(row.submission.at)}", class_="late"))
    return cell


def _exercise(table: Sequence[Row], work: Work) -> Element:
    rows = [row for row in table if row.exercise == work.id]
    lines: list[list[Child]] = []
    for row in rows:
        marks = {mark.id: mark for mark in row.work.marks}
        cells: list[Child] = [_mark(row, marks[each.id]) if each.id in marks else "-" for each in work.marks]
        lines.append([who({row.exercise: row}), *cells])
    headings: list[Child] = [tag("span", mark.id, tag("small", mark.title)) for mark in work.marks]
    return html.table(f"{work.id}: {work.title}", ["Learner", *headings], lines)


def _mark(row: Row, mark: Mark) -> Element:
    """A step of a learner: a mark with a word, the points, why some are missing, and the help that was taken."""
    sign, word = VERDICTS[mark.verdict]
    style = mark.verdict.value
    if mark.verdict is not Verdict.PASS and mark.earned:
        sign, word, style = "◐", "in part", "partly"
    cell = tag("td", tag("span", f"{sign} {word}", class_=style), tag("small", score(row.points(mark), mark.possible)))
    help_taken = [count(mark.hints, "hint")] if mark.hints else []
    help_taken += ["solution taken, earns nothing" if row.no_help else "solution taken"] if mark.solution else []
    for line in (mark.note, ", ".join(help_taken)):
        if line:
            cell.append(tag("small", line))
    return cell


def _files(files: Sequence[File], table: Sequence[Row]) -> Element:
    counting = {row.file.path for row in table}
    rows: list[list[Child]] = []
    for file in files:
        learner, at = (file.submission.learner, moment(file.submission.at)) if file.submission else ("", "")
        state = tag("span", "✓ checks", class_="pass")
        if file.writing:
            state = tag("span", "… being written", class_="writing")
        elif file.problems:
            state = tag("span", f"✗ does not check: {' '.join(file.problems)}", class_="wrong")
        rows.append([file.name, learner, at, "counts" if file.path in counting else "does not count", state])
    return html.table("Everything that was handed in", ["File", "Learner", "Made at", "Counts", "Evidence"], rows)
