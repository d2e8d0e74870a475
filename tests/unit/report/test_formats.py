"""JUnit, CSV and Markdown."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from lab.cli.verify import verify
from lab.model import Evidence, Learner, Report, Verdict
from lab.report import FORMATS
from lab.report.no_help import without_help

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "report.schema.json").read_text())


def written(report: Report, form: str) -> str:
    stream = io.StringIO()
    FORMATS[form](report, stream)
    return stream.getvalue()


def test_the_command_line_takes_every_format() -> None:
    [form] = [parameter for parameter in verify.params if parameter.name == "form"]
    assert list(FORMATS) == list(form.type.choices)  # type: ignore[attr-defined]


@pytest.mark.parametrize("evidence", [None, Evidence("k", b"")])
@pytest.mark.parametrize("note", ["", "It was changed."])
def test_json_has_the_form_of_the_schema(report: Report, evidence: Evidence | None, note: str) -> None:
    told = replace(report, at="2026-01-31T12:00:00Z", learner=Learner("ada", "Ada"), note=note)
    told = replace(told, evidence=(lambda: evidence) if evidence else None)
    jsonschema.validate(json.loads(written(told, "json")), SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**json.loads(written(told, "json")), "verdict": "perhaps"}, SCHEMA)


def test_junit_tells_error_from_failure(report: Report) -> None:
    root = ElementTree.fromstring(written(report, "junit"))
    suites = {suite.get("name"): suite for suite in root}
    counts = {name: tuple(suite.get(key) for key in ("tests", "failures", "errors")) for name, suite in suites.items()}
    assert counts == {
        "image-digest": ("4", "2", "1"),
        "image-policy-webhook": ("2", "1", "0"),  # what was earned once does not fail
        "opa": ("0", "0", "0"),
    }
    failure = root.find("testsuite/testcase[@classname='image-digest.pin']/failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == ("tag", "what manifest saw")
    assert "look-at manifest" in (failure.text or "")


def test_junit_holds_what_no_xml_can(report: Report) -> None:
    [exercise, *others] = report.exercises
    [find, *steps] = exercise.steps
    check = replace(find.checks[0], verdict=Verdict.FAIL, observed="a\x00<b>\x1b[31m&")
    exercise = replace(exercise, steps=(replace(find, checks=(check,)), *steps))
    root = ElementTree.fromstring(written(replace(report, exercises=(exercise, *others)), "junit"))
    assert next(each.get("message") for each in root.iter("failure")) == "a?<b>?[31m&"


def test_partial_points_come_with_their_reason(report: Report) -> None:
    steps = {step["id"]: step for each in json.loads(written(report, "json"))["exercises"] for step in each["steps"]}
    assert {name: step["points_note"] for name, step in steps.items()} == {
        "find": "",
        "pin": "one-manifest fails, and so the step earns nothing; manifest fails: tag (3 points)",
        "run": "ready could not tell (4 points)",
        "denied": "",
        "open": "admitted fails (2 points)",
    }


def test_without_help_a_step_whose_solution_was_taken_earns_nothing(report: Report) -> None:
    [exercise, *others] = report.exercises
    [find, *steps] = exercise.steps
    exercise = replace(exercise, steps=(replace(find, solution_taken=True), *steps))
    free = without_help(replace(report, exercises=(exercise, *others)))
    assert (free.earned, free.possible, free.verdict) == (report.earned - 3, report.possible, report.verdict)
    told = json.loads(written(free, "json"))
    assert (told["no_help"], told["reason"]) == (True, "no-help")
    step = told["exercises"][0]["steps"][0]
    assert (step["verdict"], step["earned"], step["points_note"]) == ("pass", 0, "its solution was shown or typed")
    assert "earn nothing (--no-help): image-digest/find." in " ".join(written(free, "text").split())
    assert without_help(report) == replace(report, no_help=True)


def test_csv_has_a_line_a_step(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(written(report, "csv"))))
    assert [(row["step"], row["verdict"], row["earned"], row["possible"], row["reason"]) for row in rows] == [
        ("find", "pass", "3", "3", ""),
        ("pin", "fail", "0", "3", "tag"),
        ("run", "error", "0", "4", ""),
        ("denied", "pass", "2", "2", ""),
        ("open", "fail", "0", "2", ""),
    ]
    assert rows[3]["seen_at"] == "2026-01-31T12:00:00Z"


def test_markdown_keeps_its_table(report: Report) -> None:
    [exercise, *others] = report.exercises
    [find, *steps] = exercise.steps
    check = replace(find.checks[0], verdict=Verdict.FAIL, observed="a | b\n`c`")
    exercise = replace(exercise, steps=(replace(find, checks=(check,), verdict=Verdict.FAIL), *steps))
    lines = written(replace(report, exercises=(exercise, *others)), "markdown").splitlines()
    assert r"| find | ✗ fails | 3 of 3 | a \| b \`c\` |" in lines
    assert "| denied | ✓ passes | 2 of 2 | seen at 2026-01-31T12:00:00Z |" in lines
    assert lines[-1] == "**Score: 5 of 14 points.** ? could not tell"
