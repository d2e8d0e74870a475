from typing import TYPE_CHECKING

import pytest

from lab.catalog import load as catalog
from lab.errors import DataError, UsageError
from lab.exit_codes import ExitCode
from lab.model import ActionSpec, CheckSpec, Difficulty, Holds, Reference

if TYPE_CHECKING:
    from tests.unit.conftest import Tree


def problems(tree: "Tree") -> list[str]:
    return tree.problems(catalog.read(tree.exercises, tree.solutions, tree.kinds).problems)


def load(tree: "Tree") -> catalog.Catalog:
    return catalog.load(tree.exercises, tree.solutions, tree.kinds)


def two(tree: "Tree") -> catalog.Catalog:
    tree.add("005-early")
    return load(tree)


def test_an_exercise_is_read_with_its_variables_filled_in(tree: "Tree") -> None:
    loaded, actions = load(tree), tree.kinds[ActionSpec]
    assert loaded.overview == "# The lab"
    [exercise] = loaded.exercises
    assert (exercise.id, exercise.number, exercise.minutes) == ("pin", 10, 15)
    assert exercise.difficulty is Difficulty.EASY
    assert exercise.brief == "Work in /root/pin."
    assert exercise.variables == {"folder": "/root/pin", "port": "8443"}
    assert exercise.start == (ActionSpec("make", actions["make"].takes("/root/pin")),)
    assert exercise.reset == (ActionSpec("restore", actions["restore"].takes()),)
    assert exercise.folder == tree.exercises / "010-pin"


def test_a_step_is_read_with_all_its_texts(tree: "Tree") -> None:
    find, pin = load(tree).exercises[0].steps
    kinds = tree.kinds[CheckSpec]
    assert find.text == "Do find.\n\nIn /root/pin."
    assert find.hints == ("Look.", "Type: ls /root/pin")
    assert find.solution == "set -euo pipefail\nls /root/pin\n"
    assert find.why == "Why find works."
    images = "https://kubernetes.io/docs/concepts/containers/images/"
    assert find.references == (Reference("Images", images, "Not out of /root/pin."),)
    assert find.checks == (
        CheckSpec(
            "answer",
            "The answer file is in /root/pin",
            "file",
            kinds["file"].takes("/root/pin/digest", 8443),
            points=3,
        ),
        CheckSpec("ready", "The API server is ready", "ready", kinds["ready"].takes(), guard=True),
    )
    assert (pin.holds, pin.points) == (Holds.ONCE, 4)
    assert (find.probed, pin.probed) == (False, True)


def test_exercises_come_by_number(tree: "Tree") -> None:
    assert [exercise.id for exercise in two(tree).exercises] == ["early", "pin"]


def test_only_lines_of_three_hyphens_split_hints(tree: "Tree") -> None:
    tree.write("exercises/010-pin/steps/pin.hints.en.md", "a --- b\n----\n---\nc\n")
    assert load(tree).exercises[0].steps[1].hints == ("a --- b\n----", "c")


def test_after(tree: "Tree") -> None:
    loaded = two(tree)
    early, pin = loaded.exercises
    assert loaded.after(early) is pin
    assert loaded.after(pin) is None
    assert loaded.after(early, {pin.id}) is None


def test_find(tree: "Tree") -> None:
    assert two(tree).find("pin").number == 10


def test_find_says_what_was_meant(tree: "Tree") -> None:
    with pytest.raises(UsageError) as caught:
        load(tree).find("pim")
    assert caught.value.message == 'There is no exercise "pim"; did you mean "pin"?'
    assert "lab list" in caught.value.hint
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ([], {"early": ["find", "pin"], "pin": ["find", "pin"]}),
        (["pin"], {"pin": ["find", "pin"]}),
        (["pin/pin"], {"pin": ["pin"]}),
        (["pin/pin", "early/find", "pin/find"], {"early": ["find"], "pin": ["find", "pin"]}),
        (["pin", "pin/pin", "pin"], {"pin": ["find", "pin"]}),
    ],
)
def test_select(tree: "Tree", selectors: list[str], expected: dict[str, list[str]]) -> None:
    chosen = two(tree).select(selectors)
    assert {exercise.id: [step.id for step in steps] for exercise, steps in chosen} == expected


@pytest.mark.parametrize(
    ("selector", "message", "command"),
    [
        ("pim/pin", 'There is no exercise "pim"; did you mean "pin"?', "lab list"),
        ("pin/fnd", 'The exercise "pin" has no step "fnd"; did you mean "find"?', "lab show pin"),
        ("pin/", 'The exercise "pin" has no step "" (known: find, pin)', "lab show pin"),
        ("pin/pin/pin", 'The exercise "pin" has no step "pin/pin"; did you mean "pin"?', "lab show pin"),
    ],
)
def test_select_says_what_was_meant(tree: "Tree", selector: str, message: str, command: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(tree).select(["pin", selector])
    assert caught.value.message == message
    assert command in caught.value.hint


def test_load_lists_every_problem(tree: "Tree") -> None:
    tree.sheet("minutes: 15", "minutes: long")
    tree.path("solutions/010-pin/find.sh").unlink()
    with pytest.raises(DataError) as caught:
        load(tree)
    assert '010-pin/exercise.yaml:4: "minutes" must be a whole number' in caught.value.message
    assert "solutions/010-pin/find.sh:1: this file is missing" in caught.value.message
    assert "lab lint" in caught.value.hint
    assert caught.value.exit_code is ExitCode.BAD_DATA


@pytest.mark.parametrize(
    "name",
    [
        "exercises/overview.en.md",
        "exercises/010-pin/exercise.yaml",
        "exercises/010-pin/brief.en.md",
        "exercises/010-pin/steps/find.en.md",
        "exercises/010-pin/steps/find.hints.en.md",
        "solutions/010-pin/find.sh",
        "solutions/010-pin/find.en.md",
    ],
)
def test_a_file_that_must_be_there(tree: "Tree", name: str) -> None:
    tree.path(name).unlink()
    assert problems(tree) == [f"{name}:1: this file is missing"]


@pytest.mark.parametrize("name", ["exercises/010-pin/brief.en.md", "solutions/010-pin/find.sh"])
def test_a_file_that_must_say_something(tree: "Tree", name: str) -> None:
    tree.write(name, " \n")
    assert problems(tree) == [f"{name}:1: this file is empty"]


def test_no_folders_at_all(tree: "Tree") -> None:
    nowhere = tree.path("nowhere")
    found = catalog.read(nowhere, nowhere, tree.kinds).problems
    assert tree.problems(found) == ["nowhere/overview.en.md:1: this file is missing"]


def test_files_that_do_not_belong_there(tree: "Tree") -> None:
    tree.write("exercises/010-pin/steps/fnd.en.md", "x")
    tree.write("exercises/010-pin/files/deep/anything", "x")
    tree.write("exercises/010-pin/.brief.en.md.swp", "x")
    tree.write("exercises/README.md", "x")
    assert problems(tree) == [
        'exercises/010-pin/steps/fnd.en.md:1: this file does not belong here; did you mean "steps/find.en.md"?'
    ]


@pytest.mark.parametrize("name", ["20-short", "020-Upper", "020-", "020_under", "020-a--b", "020-ä"])
def test_what_is_no_exercise(tree: "Tree", name: str) -> None:
    tree.add(name)
    assert problems(tree) == [
        f"exercises/{name}:1: this is no exercise: the folder of one is named like 010-image-digest"
    ]


def test_numbers_and_ids_are_unique(tree: "Tree") -> None:
    tree.add("010-zoo")
    tree.add("020-pin")
    assert problems(tree) == [
        'exercises/010-zoo:1: "010" is taken by 010-pin: numbers and ids are unique',
        'exercises/020-pin:1: "pin" is taken by 010-pin: numbers and ids are unique',
    ]


def test_a_form_of_another_version(tree: "Tree") -> None:
    tree.sheet("format_version: 1", "format_version: 2")
    assert problems(tree) == ["exercises/010-pin/exercise.yaml:1: this form is version 2; this lab reads version 1"]


def test_unknown_variables_are_told_wherever_they_are(tree: "Tree") -> None:
    tree.sheet('{do: make, path: "{{folder}}"}', '{do: make, path: "{{foo}}"}')
    tree.sheet('path: "{{folder}}/digest"', 'path: "{{bar}}"')
    tree.write("exercises/010-pin/steps/find.en.md", "\none\n\n{{baz}}\n")
    tree.change("solutions/010-pin/find.sh", "{{folder}}", "{{qux}}")
    places = [problem.partition(" names")[0] for problem in problems(tree)]
    assert places == [
        "exercises/010-pin/exercise.yaml:11: {{foo}}",
        "exercises/010-pin/exercise.yaml:22: {{bar}}",
        "exercises/010-pin/steps/find.en.md:4: {{baz}}",
        "solutions/010-pin/find.sh:2: {{qux}}",
    ]


def test_files_are_looked_at_even_when_the_sheet_is_wrong(tree: "Tree") -> None:
    tree.sheet("difficulty: easy", "difficulty: eazy")
    tree.path("exercises/010-pin/steps/pin.en.md").unlink()
    tree.add("020-good")
    reading = catalog.read(tree.exercises, tree.solutions, tree.kinds)
    assert [exercise.id for exercise in reading.catalog.exercises] == ["good"]
    assert len(reading.documents) == 2
    assert tree.problems(reading.problems) == [
        'exercises/010-pin/exercise.yaml:5: "difficulty" cannot be the text "eazy"; did you mean "easy"?',
        "exercises/010-pin/steps/pin.en.md:1: this file is missing",
    ]


@pytest.mark.parametrize("place", ["title: Pin the image", "minutes: 15", 'port: "8443"', "holds: now", "points: 4"])
@pytest.mark.parametrize("date", ["2021-13-45", "2021-01-02", "2021-01-02T25:00:00Z"])
def test_a_date_where_none_belongs(tree: "Tree", place: str, date: str) -> None:
    key = place.partition(":")[0]
    tree.sheet(place, f"{key}: {date}")
    assert any(f'"{key}" ' in problem for problem in problems(tree))


@pytest.mark.parametrize("sheet", ["a: [", "", "[]", "steps: 3\n", "steps: [3, {id: [x]}]\n", "variables: 3\n"])
def test_a_sheet_that_is_far_off(tree: "Tree", sheet: str) -> None:
    tree.write("exercises/010-pin/exercise.yaml", sheet)
    assert problems(tree)
