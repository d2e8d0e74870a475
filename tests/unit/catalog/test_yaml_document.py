from pathlib import Path

import pytest

from lab import paths
from lab.catalog.yaml_document import Document, Problem, parse


def read(tmp_path: Path, text: str) -> tuple[Document | None, list[str]]:
    file = tmp_path / "data.yaml"
    file.write_text(text)
    problems: list[Problem] = []
    document = parse(file, problems)
    return document, [f"{problem.line}: {problem.message}" for problem in problems]


def test_a_problem_names_its_file_from_the_checkout() -> None:
    inside = paths.PACKAGE.parent / "exercises" / "010-x" / "exercise.yaml"
    assert str(Problem(inside, 7, "wrong")) == "exercises/010-x/exercise.yaml:7: wrong"
    assert str(Problem(Path("/elsewhere/a.yaml"), 1, "wrong")) == "/elsewhere/a.yaml:1: wrong"


def test_values_and_lines(tmp_path: Path) -> None:
    document, problems = read(tmp_path, "title: x\nsteps:\n  - id: a\n    points: 3\n  - id: b\n    with: {file: y}\n")
    assert problems == []
    assert document is not None
    assert document.value == {
        "title": "x",
        "steps": [{"id": "a", "points": 3}, {"id": "b", "with": {"file": "y"}}],
    }
    assert document.line("title") == 1
    assert document.line("steps", 0, "points") == 4
    assert document.line("steps", 1) == 5
    assert document.line("steps", 1, "with", "file") == 6
    assert document.line("steps", 1, "nothing", "here") == 5
    assert document.get("steps", 1, "with", "file") == "y"
    assert document.get("steps", 2, "with") is None
    assert document.get("title", "id") is None
    assert document.each("steps") == [("steps", 0), ("steps", 1)]
    assert document.each("title") == []


def test_an_empty_file_is_nothing(tmp_path: Path) -> None:
    document, problems = read(tmp_path, "# only a comment\n")
    assert document is not None
    assert document.value is None
    assert problems == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", '3: the key "a" is there twice: first in line 1'),
        ("a:\n  x: 1\n  x: 2\n", '3: the key "x" is there twice: first in line 2'),
        ("a: 1\nno: 2\n", "2: a key must be text: put it in quotes"),
        ("? [x]\n: 1\n", "1: a key must be text: put it in quotes"),
        ("a: &x [1]\nb: *x\n", "2: aliases (*name) are not used in exercise data: write it out"),
        ("a: &x\n  - *x\n", "1: aliases (*name) are not used in exercise data: write it out"),
        ("a: !!set {x}\n", "1: tags (tag:yaml.org,2002:set) are not used in exercise data"),
        ("a: 1\nb: 2021-02-31\n", '2: "2021-02-31" cannot be read: day is out of range for month'),
        ("a: 1\nb: 2021-13-45\n", '2: "2021-13-45" cannot be read: month must be in 1..12'),
        ("a: !!timestamp soon\n", '1: "soon" cannot be read: it is no tag:yaml.org,2002:timestamp'),
        ("a: !!bool soon\n", '1: "soon" cannot be read: it is no tag:yaml.org,2002:bool'),
        ('a: !!int ""\n', '1: "" cannot be read: it is no tag:yaml.org,2002:int'),
    ],
)
def test_what_yaml_would_pass_over(tmp_path: Path, text: str, problem: str) -> None:
    assert read(tmp_path, text)[1] == [problem]


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\nb: [2\n", 3), ("a: 1\n\tb: 2\n", 2), ("a: 1\n---\nb: 2\n", 2), ("a: \x07\n", 1), ("b: *x\n", 1)],
)
def test_what_is_no_yaml(tmp_path: Path, text: str, line: int) -> None:
    document, problems = read(tmp_path, text)
    assert document is None
    assert len(problems) == 1
    assert problems[0].startswith(f"{line}: this is not YAML: ")


def test_what_is_nested_too_deeply(tmp_path: Path) -> None:
    document, problems = read(tmp_path, "[" * 1500)
    assert (document, problems) == (None, ["1: this is nested too deeply"])


def test_tags_of_python_are_refused(tmp_path: Path) -> None:
    _, problems = read(tmp_path, "a: !!python/name:os.system x\n")
    assert len(problems) == 1
    assert "cannot be read" in problems[0]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    problems: list[Problem] = []
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"a: 1\nb: \xff\n")
    assert parse(tmp_path / "none.yaml", problems) is None
    assert parse(binary, problems) is None
    assert parse(tmp_path, problems) is None
    assert [(problem.line, problem.message) for problem in problems] == [
        (1, "this file is missing"),
        (2, "this is not UTF-8 text"),
        (1, "this file cannot be read: Is a directory"),
    ]
