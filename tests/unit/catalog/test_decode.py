from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from lab.catalog.decode import Decoder, Document, Place, Problem, decode, did_you_mean, parse


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True)
class Part:
    id: str
    extra: Mapping[str, Any] = field(default_factory=dict, metadata={"key": "with"})


@dataclass(frozen=True)
class Action:
    do: str
    params: Mapping[str, Any] = field(default_factory=dict, metadata={"rest": True})


@dataclass(frozen=True)
class Thing:
    name: str
    size: Size
    count: int = 1
    share: float = 0.5
    good: bool = False
    parts: tuple[Part, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    owner: str | None = None
    first: Action | None = None


def told(text: str, tmp_path: Path) -> tuple[Thing | None, list[str]]:
    file = tmp_path / "thing.yaml"
    file.write_text(text)
    problems: list[Problem] = []
    document = parse(file, problems)
    assert document is not None
    return decode(Thing, document, problems), [f"{problem.line}: {problem.message}" for problem in problems]


def test_everything_that_is_right(tmp_path: Path) -> None:
    thing, problems = told(
        """\
name: x
size: large
count: 3
share: 1
good: true
parts: [{id: a}, {id: b, with: {deep: [1, {two: 3}]}}]
labels: {k: v}
owner:
first: {do: make, path: /x, mode: 3}
""",
        tmp_path,
    )
    assert problems == []
    assert thing == Thing(
        name="x",
        size=Size.LARGE,
        count=3,
        share=1,
        good=True,
        parts=(Part("a"), Part("b", {"deep": [1, {"two": 3}]})),
        labels={"k": "v"},
        owner=None,
        first=Action("make", {"path": "/x", "mode": 3}),
    )


def test_defaults(tmp_path: Path) -> None:
    assert told("{name: x, size: small}", tmp_path) == (Thing("x", Size.SMALL), [])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("name: 15", '"name" must be text, not the number 15: put it in quotes'),
        ("name: yes", '"name" must be text, not true: put it in quotes'),
        ("name: 2021-05-21", '"name" must be text, not a date: put it in quotes'),
        ("name: [x]", '"name" must be text, not a list'),
        ("name:", '"name" must be text, not nothing'),
        ("count: three", '"count" must be a whole number, not the text "three"'),
        ("count: '3'", '"count" must be a whole number, not the text "3"'),
        ("count: 1.5", '"count" must be a whole number, not the number 1.5'),
        ("count: true", '"count" must be a whole number, not true'),
        ("share: much", '"share" must be a number, not the text "much"'),
        ("good: 1", '"good" must be true or false, not the number 1'),
        ("size: smal", '"size" cannot be the text "smal"; did you mean "small"?'),
        ("size: 3", '"size" cannot be the number 3 (known: large, small)'),
        ("parts: {id: a}", '"parts" must be a list, not a mapping'),
        ("parts: [a]", 'entry 1 of "parts" must be a mapping, not the text "a"'),
        ("parts: [{id: a}, {}]", '"id" is missing'),
        ("parts: [{id: a, wiht: {}}]", '"wiht" is not known here; did you mean "with"?'),
        ("parts: [{id: a, with: []}]", '"with" must be a mapping, not a list'),
        ("labels: {k: 1}", '"k" must be text, not the number 1: put it in quotes'),
        ("owner: 1", '"owner" must be text, not the number 1: put it in quotes'),
        ("first: {path: x}", '"do" is missing'),
        ("cuont: 1", '"cuont" is not known here; did you mean "count"?'),
        (f"count: {'x' * 50}", f'"count" must be a whole number, not the text "{"x" * 37}..."'),
    ],
)
def test_one_thing_wrong(tmp_path: Path, line: str, message: str) -> None:
    rest = {"name": "name: x", "size": "size: small"}
    rest.pop(line.partition(":")[0], None)
    text = "\n".join([*rest.values(), line])
    assert told(text, tmp_path)[1] == [f"{len(rest) + 1}: {message}"]


def test_every_problem_is_told_with_its_line(tmp_path: Path) -> None:
    thing, problems = told("nmae: x\ncount: three\nparts:\n  - id: 1\n  - {id: b, other: 1}\n", tmp_path)
    assert thing is None
    assert problems == [
        '1: "name" is missing',
        '1: "size" is missing',
        '2: "count" must be a whole number, not the text "three"',
        '4: "id" must be text, not the number 1: put it in quotes',
        '5: "other" is not known here (known: id, with)',
        '1: "nmae" is not known here; did you mean "name"?',
    ]


def test_a_key_too_many_does_not_stop_the_making(tmp_path: Path) -> None:
    thing, problems = told("{name: x, size: small, zzz: 1}", tmp_path)
    assert thing == Thing("x", Size.SMALL)
    assert len(problems) == 1


def test_what_is_no_mapping(tmp_path: Path) -> None:
    assert told("[]", tmp_path) == (None, ["1: this must be a mapping, not a list"])
    assert told("", tmp_path) == (None, ["1: this must be a mapping, not nothing"])


def test_a_dataclass_may_refuse(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Even:
        number: int

        def __post_init__(self) -> None:
            if self.number % 2:
                raise ValueError('"number" must be even')

    problems: list[Problem] = []
    assert decode(Even, Document(tmp_path, {"number": 3}), problems) is None
    assert [problem.message for problem in problems] == ['"number" must be even']


def test_a_type_that_data_cannot_have_is_a_fault_of_the_program(tmp_path: Path) -> None:
    decoder = Decoder(Document(tmp_path, {}), [])
    for wanted in (Path, list[str], str | int):
        with pytest.raises(TypeError, match="cannot be decoded"):
            decoder.decode(wanted, "x")  # type: ignore[arg-type]


@dataclass(frozen=True)
class Step:
    text: str = field(metadata={"beside": True})
    check: str
    params: Any = field(default=None, metadata={"key": "with", "kind": "check", "called": "kind of check"})


@dataclass(frozen=True)
class Opens:
    port: int


class Kind:
    takes: type[Any] = Opens


def step(value: object) -> tuple[Step | None, list[str]]:
    problems: list[Problem] = []
    document = Document(Path("steps.yaml"), value, {(): 1, ("check",): 2, ("with",): 3, ("with", "port"): 4})
    beside: dict[Place, dict[str, str]] = {(): {"text": "Open it."}}
    found = Decoder(document, problems, {Step: {"open": Kind()}}, beside).decode(Step, value)
    return found, [f"{problem.line}: {problem.message}" for problem in problems]


def test_parameters_are_those_of_the_kind_and_take_numerals() -> None:
    assert step({"check": "open", "with": {"port": "8443"}}) == (Step("Open it.", "open", Opens(8443)), [])


@pytest.mark.parametrize(
    ("value", "problems"),
    [
        ({"check": "opne", "with": {}}, ['2: there is no kind of check "opne"; did you mean "open"?']),
        ({"check": "open"}, ['3: "port" is missing']),
        ({"check": "open", "with": None}, ['3: "with" must be a mapping, not nothing']),
        ({"check": "open", "with": {"port": "x"}}, ['4: "port" must be a whole number, not the text "x"']),
        ({"with": {"port": 1}}, ['1: "check" is missing']),
        ({"check": 3}, ['2: "check" must be text, not the number 3: put it in quotes']),
        ({"check": "open", "with": {"port": 1}, "text": "x"}, ['1: "text" is not known here (known: check, with)']),
    ],
)
def test_what_is_wrong_with_a_kind_or_its_parameters(value: object, problems: list[str]) -> None:
    _, told = step(value)
    assert told == problems


def test_did_you_mean() -> None:
    assert did_you_mean("imge-digest", ["image-digest", "opa"]) == '; did you mean "image-digest"?'
    assert did_you_mean("zzz", ["b", "a"]) == " (known: a, b)"
    assert did_you_mean("zzz", []) == ""
