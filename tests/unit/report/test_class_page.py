"""The page of a class: what is on it, that all is escaped, and that it is renewed while files come."""

import json
import os
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from report_scene import changed, journal_of, open_report, report_of

from lab.errors import LabError
from lab.report import class_page, class_words, merge, submission
from lab.report.watch import Watch

NOW = datetime(2026, 2, 1, tzinfo=UTC)
DUE = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
VOID = {"meta"}


class Page(HTMLParser):
    """The tags of a page with their attributes, its words, and whether each tag is closed in turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data if self._open and self._open[-1] == "style" else f" {data} "

    @property
    def words(self) -> str:
        return " ".join(self.said.split())


def page(folder: Path, take: str = "best", due: datetime | None = None, no_help: bool = False) -> str:
    files = submission.read([folder], fresh=60)
    table = merge.rows(files, take, due, no_help)
    return class_page.page(files, table, class_words.about(take, due, no_help), NOW)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ada has 3 of 4 points with help, Bob none, Cyd hands in Bob's as hers, Dan's is late, and Eve's is half there."""
    reports: dict[str, Any] = {
        "ada": report_of(journal_of(tmp_path / "state")),
        "bob": open_report(journal_of(tmp_path / "state", "uid-2"), "bob", "uid-2"),
        "dan": open_report(journal_of(tmp_path / "state", "uid-3"), "dan", "uid-3", 4, "2026-01-31T13:00:00Z"),
    }
    reports["cyd"] = {**reports["bob"], "learner": {"id": "cyd", "name": "Cyd"}}
    handed_in = tmp_path / "reports"
    handed_in.mkdir()
    for name, report in reports.items():
        (handed_in / f"{name}.json").write_text(json.dumps(report))
    (handed_in / "eve.json").write_text(json.dumps(reports["dan"])[:99])
    return handed_in


def test_who_is_where(folder: Path) -> None:
    words = Page(page(folder, due=DUE)).words
    assert "4 learners, 5 files, 2 of which do not check." in words
    assert "Due 2026-01-31 12:30." in words
    assert "ada Ada Lovelace 3 of 4 points" in words
    assert "✗ fails 0 of 4 points manifest fails: tag (4 points)" in words
    assert "1 hint, solution taken" in words
    assert "4 of 4 points late: 2026-01-31 13:00" in words


def test_which_steps_fail_and_the_help_that_was_taken(folder: Path) -> None:
    text = page(folder)
    assert 'aria-label="2 of 4 learners do not pass pin/run"' in text
    assert "pin/run 2 of 4 learners tag (2)" in Page(text).words
    assert 'aria-label="ada: 1 hint, 1 solution"' in text
    assert "solution taken, earns nothing" in Page(page(folder, no_help=True)).words


def test_points_over_time(folder: Path) -> None:
    text = page(folder)
    assert 'aria-label="dan: 4 points from 2026-01-31 12:00 to 2026-01-31 13:00"' in text
    [dan] = re.findall(r'aria-label="dan: 4 points.*?class="line" d="([^"]+)"', text)
    assert dan == "M0.0 74.0H0.0V16.0H300.0V16.0"  # all points at noon, which is where both axes begin
    [bob] = re.findall(r'aria-label="bob: 0 points.*?class="line" d="([^"]+)"', text)
    assert bob == "M0.0 74.0H0.0V74.0"


def test_files_that_do_not_check_are_marked(folder: Path) -> None:
    words = Page(page(folder)).words
    assert "ada.json ada 2026-01-31 12:00 counts ✓ checks" in words
    assert "bob.json bob 2026-01-31 12:00 counts ✗ does not check: Its cluster is also that of cyd." in words
    assert "cyd.json cyd 2026-01-31 12:00 counts ✗ does not check: It was changed after `lab verify` wrote it" in words
    assert "eve.json does not count … being written" in words


def test_it_loads_nothing_and_reads_well(folder: Path) -> None:
    read = Page(page(folder))
    attributes = {name for _, attributes in read.tags for name in attributes}
    assert attributes.isdisjoint({"src", "href", "style", "onclick"})
    assert {tag for tag, _ in read.tags}.isdisjoint({"script", "link", "iframe", "object", "img"})
    assert not re.search(r"url\(|@import|https?:", read.said)
    assert ("html", {"lang": "en"}) in read.tags
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in read.tags if tag == "th")
    assert all(attributes.get("aria-label") for tag, attributes in read.tags if tag == "svg")
    tables, captions = (sum(tag == name for tag, _ in read.tags) for name in ("table", "caption"))
    assert tables == captions > 3


EVIL = "<script>alert(1)</script>\" onload='x' & </td>\x00\x1b\ud800"


@pytest.mark.parametrize("where", ["learner", "exercise", "step", "file"])
def test_whatever_a_file_says_is_text(tmp_path: Path, where: str) -> None:
    report = open_report(journal_of(tmp_path / "state"), "bob", "uid-1")
    name = "bob"
    match where:
        case "learner":
            report["learner"] = {"id": EVIL, "name": EVIL}
        case "exercise":
            report["exercises"][0] |= {"id": EVIL, "title": EVIL}
        case "step":
            report = changed(report, False, id=EVIL, title=EVIL, points_note=EVIL)
            report["exercises"][0]["steps"][0]["checks"][0]["reason"] = EVIL
        case _:
            name = "<script>x&y"
    handed_in = tmp_path / "reports"
    handed_in.mkdir()
    (handed_in / f"{name}.json").write_text(json.dumps(report))
    text = page(handed_in)
    text.encode()
    read = Page(text)
    assert "script" not in {tag for tag, _ in read.tags}
    assert "onload" not in {name for _, attributes in read.tags for name in attributes}
    assert "<script>" in read.words
    assert not re.search(r"[\x00\x1b]", text)


def test_without_a_report_it_says_so(tmp_path: Path) -> None:
    assert "0 learners, 0 files." in Page(page(tmp_path)).words


def test_it_is_renewed_while_files_come(tmp_path: Path, folder: Path) -> None:
    target = tmp_path / "class.html"
    made: list[int] = []

    def text(files: Any) -> str:
        made.append(sum(file.writing for file in files))
        return f"{len(files)} files"

    watching = Watch(folder, target, text)
    assert (watching.look(), target.read_text(), made) == (True, "5 files", [1])
    assert watching.look()  # what is being written may have been whole since
    half = folder / "eve.json"
    long_ago = half.stat().st_mtime - 60
    os.utime(half, (long_ago, long_ago))
    assert (watching.look(), made[-1]) == (True, 0)
    assert not watching.look()
    (folder / "ada.json").unlink()
    assert (watching.look(), target.read_text()) == (True, "4 files")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="cannot be written"):
        Watch(tmp_path, tmp_path / "none" / "class.html", lambda _: "").look()
