"""Reports for graders: what `lab verify` wrote checks, and what was changed since does not."""

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from live_program import Lab

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text())


@pytest.fixture(scope="module")
def report(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of opa-whitelist: a hint and a solution were taken, one step is earned."""
    lab("reset", "opa-whitelist")
    lab("start", "opa-whitelist")
    lab("hint", "opa-whitelist/constraint")
    lab("solve", "opa-whitelist/template")
    file = tmp_path_factory.mktemp("reports") / "ada.json"
    lab("verify", "--learner", "Ada Lovelace <ada>", "--format", "json", "--output", str(file), expect=1)
    return file


def check(lab: Lab, report: dict[str, Any], file: Path) -> str:
    file.write_text(json.dumps(report))
    return lab("report", "check", str(file), expect=None).stdout


def test_it_tells_everything_and_checks(lab: Lab, report: Path) -> None:
    written = json.loads(report.read_text())
    jsonschema.validate(written, SCHEMA)
    assert written["learner"] == {"id": "ada", "name": "Ada Lovelace"}
    steps = {step["id"]: step for exercise in written["exercises"] for step in exercise["steps"]}
    assert (steps["template"]["solution_taken"], steps["constraint"]["hints_taken"]) == (True, 1)
    assert steps["template"]["earned"] == steps["template"]["possible"] > 0
    assert written["begun_at"] <= steps["template"]["passed_at"] <= written["at"]
    assert (steps["template"]["points_note"], bool(steps["constraint"]["points_note"])) == ("", True)
    assert lab("report", "check", str(report)).stdout == f"{report}: ok\n"
    merged = csv.DictReader(io.StringIO(lab("report", "merge", "--format", "csv", str(report)).stdout))
    rows = {row["assignment"]: row for row in merged}
    assert rows["opa-whitelist"]["student_id"] == "ada"
    assert int(rows["opa-whitelist"]["score"]) == steps["template"]["earned"]


def test_without_help_the_solved_step_earns_nothing(lab: Lab, report: Path, tmp_path: Path) -> None:
    file = tmp_path / "ada.json"
    lab("verify", "opa-whitelist", "--no-help", "--format", "json", "--output", str(file), expect=1)
    [template, *_] = json.loads(file.read_text())["exercises"][0]["steps"]
    assert (template["verdict"], template["earned"]) == ("pass", 0)
    assert lab("report", "check", str(file)).stdout == f"{file}: ok\n"
    page = lab("report", "merge", "--no-help", "--format", "html", str(report)).stdout
    assert "solution taken, earns nothing" in page


def test_what_was_changed_shows(lab: Lab, report: Path, tmp_path: Path) -> None:
    written = json.loads(report.read_text())
    [step] = [s for exercise in written["exercises"] for s in exercise["steps"] if s["id"] == "constraint"]
    step["hints_taken"] = 0
    assert "`hints_taken` is 0, and the journal says 1" in check(lab, written, tmp_path / "a.json")
    written = json.loads(report.read_text())
    written["evidence"]["journal"] = written["evidence"]["journal"].replace('"event": "hint"', '"event": "note"')
    assert "is not as the lab wrote it" in check(lab, written, tmp_path / "b.json")


@pytest.mark.parametrize("form", ["junit", "csv", "markdown"])
def test_other_formats(lab: Lab, report: Path, form: str) -> None:
    text = lab("verify", "opa-whitelist", "--format", form, expect=1).stdout
    match form:
        case "junit":
            assert len(ElementTree.fromstring(text).findall("testsuite/testcase")) > 8
        case "csv":
            assert next(csv.DictReader(io.StringIO(text)))["step"] == "template"
        case _:
            assert "| template | ✓ passes | 2 of 2 |" in text
