"""A report as JUnit's XML, which CI systems read: a suite an exercise, a test case a check."""

from typing import TextIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from lab.advice import named
from lab.model import CheckResult, ExerciseResult, Report, StepResult, Verdict
from lab.report.text import clean

_ENDS = {Verdict.FAIL: "failure", Verdict.ERROR: "error", Verdict.SKIP: "skipped"}


def write(report: Report, stream: TextIO) -> None:
    """Write a report as XML. A check that could not tell is an error there, and no failure."""
    report = named(report, report.cluster.name)
    root = Element("testsuites", name=f"lab {report.cluster.name}")
    for exercise in report.exercises:
        _suite(root, exercise)
    if report.note:
        SubElement(root, "properties").append(Element("property", name="note", value=clean(report.note)))
    ElementTree.indent(root)
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    stream.write(ElementTree.tostring(root, encoding="unicode"))
    stream.write("\n")


def _suite(root: Element, exercise: ExerciseResult) -> None:
    suite = SubElement(root, "testsuite", name=exercise.id)
    for step in exercise.steps:
        for check in step.checks:
            _case(suite, exercise, step, check)
    for count, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(len(suite.findall(f"testcase/{kind}"))))
    suite.set("tests", str(len(suite)))
    properties = Element("properties")
    properties.append(Element("property", name="earned", value=str(exercise.earned)))
    properties.append(Element("property", name="possible", value=str(exercise.possible)))
    suite.insert(0, properties)


def _case(suite: Element, exercise: ExerciseResult, step: StepResult, check: CheckResult) -> None:
    case = SubElement(suite, "testcase", classname=f"{exercise.id}.{step.id}", name=check.title)
    if step.seen_at:  # earned once: what holds now does not matter
        SubElement(case, "system-out").text = f"seen at {step.seen_at}"
    elif kind := _ENDS.get(check.verdict):
        end = SubElement(case, kind, message=clean(check.observed))
        if check.verdict is not Verdict.SKIP:
            end.set("type", check.reason or check.verdict.value)
            end.text = clean(f"expected: {check.expected}\nlook with: {check.command}")
