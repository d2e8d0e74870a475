"""exercises/README.md says what there is: no field, kind or parameter more, and none less."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from lab import paths
from lab.exercises import KINDS
from lab.lint import lint
from lab.model import ActionSpec, CheckSpec, Exercise, Reference, Step

GUIDE = (paths.data("exercises") / "README.md").read_text()


def table(heading: str) -> dict[str, list[str]]:
    """The rows of the first table after a line, by what the first cell names."""
    text = GUIDE.partition(f"\n{heading}\n")[2]
    assert text, f"exercises/README.md has no line {heading}"
    block = re.search(r"^\|.*?\n(?=[^|]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert block, f"no table after {heading}"
    rows = [re.split(r"\s*\|\s*", line.strip("|\n ")) for line in block[0].splitlines()[2:]]
    return {row[0].strip("`"): row[1:] for row in rows}


def names(cell: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", cell))


@pytest.mark.parametrize(
    ("heading", "entry"),
    [
        ("## exercise.yaml", Exercise),
        ("A step:", Step),
        ("A check:", CheckSpec),
        ("A reference:", Reference),
        ("An action, which is written flat:", ActionSpec),
    ],
)
def test_every_field_is_there(heading: str, entry: Any) -> None:
    written = [field for field in fields(entry) if not field.metadata.keys() & {"rest", "beside"}]
    keys = [field.metadata.get("key", field.name) for field in written]
    assert set(table(heading)) == set(keys)


def test_every_kind_of_check_is_there_with_its_parameters() -> None:
    from lab.checks import REGISTRY

    rows = {name: names(cells[0]) for name, cells in table("## Kinds of checks").items()}
    assert rows == {name: {entry.name for entry in fields(kind.takes)} for name, kind in REGISTRY.items()}


def test_every_action_is_there_with_its_parameters() -> None:
    from lab.actions import REGISTRY

    rows = {name: names(cells[0]) for name, cells in table("## Actions").items()}
    assert rows == {name: {entry.name for entry in fields(kind.takes)} for name, kind in REGISTRY.items()}


def test_the_example_is_clean(tmp_path: Path) -> None:
    block = re.compile(r"^`(\w+/900-example/[^`]+)`:\n\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)
    files = dict(block.findall(GUIDE))
    assert len(files) == 3
    others = (
        "exercises/overview.en.md",
        "exercises/900-example/brief.en.md",
        "exercises/900-example/steps/find.en.md",
        "solutions/900-example/find.en.md",
    )
    files |= dict.fromkeys(others, "text\n")
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert [str(problem) for problem in lint(tmp_path / "exercises", tmp_path / "solutions", KINDS)] == []
