from pathlib import Path

import pytest

from lab.catalog.variables import Filler, variables_of
from lab.catalog.yaml_document import Document, Problem

FILE = Path("brief.en.md")


def filled(text: str, **variables: str) -> tuple[str, list[str]]:
    problems: list[Problem] = []
    result = Filler(variables, problems).text(text, FILE)
    return result, [f"{problem.line}: {problem.message}" for problem in problems]


def test_filled_in() -> None:
    assert filled("cd {{folder}}; ls {{folder}}/{{a-b}}", folder="/x", **{"a-b": "c"}) == (
        "cd /x; ls /x/c",
        [],
    )


def test_a_value_is_not_read_again() -> None:
    assert filled("{{a}}", a=r"\1 {{b}}", b="c") == (r"\1 {{b}}", [])


@pytest.mark.parametrize("text", ["{{ .Names }}", "{{.Id}}", "{{range .items}}{{ end }}", "{folder}", "{{}}"])
def test_what_is_no_variable_stays(text: str) -> None:
    assert filled(text, folder="/x") == (text, [])


def test_an_unknown_name_is_told_with_its_line() -> None:
    text, problems = filled("one\ntwo {{foldr}}\n", folder="/x")
    assert text == "one\ntwo {{foldr}}\n"
    assert problems == [
        '2: {{foldr}} names no variable (a Go template has spaces: {{ foldr }}); did you mean "folder"?'
    ]


def test_a_known_name_with_spaces_is_told() -> None:
    assert filled("{{ folder }}", folder="/x")[1] == ["1: {{ folder }} is not filled in: write {{folder}}"]


def test_a_document_is_filled_in_but_for_its_variables() -> None:
    value = {"variables": {"a": "{{a}}"}, "n": 1, "x": ["{{a}}", {"y": "{{b}}"}]}
    problems: list[Problem] = []
    document = Document(FILE, value, {("x",): 3, ("x", 1, "y"): 4})
    assert Filler({"a": "A"}, problems).document(document).value == {
        "variables": {"a": "{{a}}"},
        "n": 1,
        "x": ["A", {"y": "{{b}}"}],
    }
    assert [problem.line for problem in problems] == [4]


def test_variables() -> None:
    problems: list[Problem] = []
    document = Document(FILE, {"variables": {"a": "x", "b": 1, "c d": "y", "e": "{{a}}/z"}})
    assert variables_of(document, problems) == {"a": "x", "c d": "y", "e": "{{a}}/z"}
    assert [problem.message for problem in problems] == [
        'the variable "c d" must be named with letters, digits, hyphens and underscores',
        'the variable "e" uses another one: write its value out',
    ]
    assert variables_of(Document(FILE, None), problems) == {}
