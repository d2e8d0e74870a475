from typing import TYPE_CHECKING

import pytest

from lab.lint import lint

if TYPE_CHECKING:
    from tests.unit.conftest import Tree

SHEET = "exercises/010-pin/exercise.yaml"


def problems(tree: "Tree") -> list[str]:
    return tree.problems(lint(tree.exercises, tree.solutions, tree.kinds))


def test_good_data_is_clean(tree: "Tree") -> None:
    assert problems(tree) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("minutes: 15", "minutes: 0", 4, '"minutes" must be more than 0, not 0'),
        ("title: Pin the image", 'title: ""', 2, '"title" is empty'),
        ("check: file", "check: fil", 21, 'there is no kind of check "fil"; did you mean "file"?'),
        ("check: file", "check: zzz", 21, 'there is no kind of check "zzz" (known: file, ready)'),
        ("do: make", "do: mkae", 11, 'there is no action "mkae"; did you mean "make"?'),
        ("do: restore", "do: restore, x: 1", 13, '"x" is not known here'),
        ("do: make, path", "do: make, pth", 11, '"path" is missing'),
        ("do: make, path", "do: make, pth", 11, '"pth" is not known here; did you mean "path"?'),
        (
            'path: "{{folder}}/digest"',
            "path: 3",
            22,
            '"path" must be text, not the number 3: put it in quotes',
        ),
        ('path: "{{folder}}/digest"', "pah: x", 22, '"path" is missing'),
        ('"{{port}}"}', "many}", 22, '"port" must be a whole number, not the text "many"'),
        ("check: ready, points", "check: file, points", 34, '"path" is missing'),
        ("points: 3", "points: -3", 23, '"points" must be 0 or more, not -3'),
        (
            "guard: true",
            "guard: true\n        points: 1",
            28,
            "a guard is true on an untouched cluster: it has no points",
        ),
        ("points: 3", "points: 0", 15, 'the step "find" earns nothing: it needs a check with points'),
        ("points: 4", "guard: true", 30, 'the step "pin" earns nothing: it needs a check with points'),
        ("id: ready", "id: answer", 24, 'the check "answer" is there twice: first in line 19'),
        (
            "id: ready",
            "id: Ready",
            24,
            'the id "Ready" must be of lower-case letters, digits and single hyphens between them',
        ),
        ("id: pin\n", "id: find\n", 30, 'the step "find" is there twice: first in line 15'),
        (
            "https://kub",
            "http://kub",
            29,
            '"url" must begin with https://, not be "http://kubernetes.io/docs/concepts/containers/images/"',
        ),
    ],
)
def test_one_thing_wrong_in_the_sheet(tree: "Tree", old: str, new: str, line: int, message: str) -> None:
    tree.sheet(old, new)
    assert f"{SHEET}:{line}: {message}" in problems(tree)


def test_an_exercise_needs_a_step(tree: "Tree") -> None:
    text = tree.path(SHEET).read_text()
    tree.write(SHEET, text.partition("steps:")[0] + "steps: []\n")
    assert f"{SHEET}:14: an exercise needs a step" in problems(tree)


def test_a_step_without_checks_earns_nothing(tree: "Tree") -> None:
    tree.sheet("      - {id: pinned, title: It is pinned, check: ready, points: 4}\n", "      []\n")
    assert f'{SHEET}:30: the step "pin" earns nothing: it needs a check with points' in problems(tree)


def test_points_that_cannot_be_read_are_told_once(tree: "Tree") -> None:
    tree.sheet("points: 4", "points: four")
    assert problems(tree) == [f'{SHEET}:34: "points" must be a whole number, not the text "four"']


def test_kinds_are_looked_at_even_when_the_sheet_cannot_be_decoded(tree: "Tree") -> None:
    tree.sheet("minutes: 15", "minutes: long")
    tree.sheet("check: file", "check: fil")
    assert [problem.split(":")[1] for problem in problems(tree)] == ["4", "21"]


@pytest.mark.parametrize(
    ("hints", "messages"),
    [
        ("One.\n", ["a step has two or three hints, not 1"]),
        ("1\n---\n2\n---\n3\n---\n4\n", ["a step has two or three hints, not 4"]),
        ("1\n---\n\n---\n3\n", ["hint 2 is empty"]),
        ("1\n---\n", ["hint 2 is empty"]),
        ("1\n---\n2\n---\n3\n", []),
        ("", ["this file is empty"]),
    ],
)
def test_hints(tree: "Tree", hints: str, messages: list[str]) -> None:
    file = "exercises/010-pin/steps/find.hints.en.md"
    tree.write(file, hints)
    assert problems(tree) == [f"{file}:1: {message}" for message in messages]


def test_a_missing_file_of_hints_is_told_once(tree: "Tree") -> None:
    file = "exercises/010-pin/steps/find.hints.en.md"
    tree.path(file).unlink()
    assert problems(tree) == [f"{file}:1: this file is missing"]


@pytest.mark.parametrize("script", ["ls\n", "#!/bin/bash\nset -euo pipefail\n", "\nset -euo pipefail\n", "set -e\n"])
def test_a_solution_stops_at_the_first_mistake(tree: "Tree", script: str) -> None:
    tree.write("solutions/010-pin/find.sh", script)
    assert problems(tree) == ["solutions/010-pin/find.sh:1: the first line must be: set -euo pipefail"]


def test_solutions_mirror_exercises(tree: "Tree") -> None:
    tree.write("solutions/010-pin/gone.sh", "set -euo pipefail\n")
    tree.write("solutions/020-none/a.sh", "set -euo pipefail\n")
    tree.write("solutions/README.md", "x")
    tree.path("solutions/010-pin/pin.en.md").unlink()
    found = problems(tree)
    assert [problem.partition(";")[0] for problem in found] == [
        "solutions/010-pin/gone.sh:1: this file does not belong here",
        "solutions/010-pin/pin.en.md:1: this file is missing",
        "solutions/020-none:1: there is no exercise of this name",
    ]
