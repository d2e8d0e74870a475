"""docs/architecture.md names files that exist, no walk through them is too long, and no file is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "architecture.md").read_text()
NAMED = sorted(set(re.findall(r"`((?:lab|exercises|solutions|cluster|docs|tests)/[^`\s]*)`", TEXT)))
WALKS = {part.partition("\n")[0]: part for part in TEXT.split("\n## ") if part.startswith("Walk")}
MOST = 12
LONGEST = 250  # lines of a file of lab/


@pytest.mark.parametrize("name", NAMED)
def test_what_is_named_exists(name: str) -> None:
    path = ROOT / name
    assert path.is_dir() if name.endswith("/") else path.is_file()


def test_every_room_is_named() -> None:
    rooms = {f"lab/{path.name}/" for path in (ROOT / "lab").iterdir() if (path / "__init__.py").exists()}
    assert rooms - set(NAMED) == set()


@pytest.mark.parametrize("walk", WALKS)
def test_a_walk_is_in_order_and_short(walk: str) -> None:
    steps = re.findall(r"^(\d+)\. `([^`]+)`: ", WALKS[walk], re.MULTILINE)
    assert [int(number) for number, _ in steps] == list(range(1, len(steps) + 1))
    files = [file for _, file in steps]
    assert 5 <= len(files) == len(set(files)) <= MOST


def test_no_file_is_long() -> None:
    files = [path for path in (ROOT / "lab").rglob("*") if path.suffix in (".py", ".sh", ".pl")]
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert len(lines) > 300
    assert {file: count for file, count in lines.items() if count > LONGEST} == {}


def test_there_are_three_walks() -> None:
    assert len(WALKS) == 3
