"""Private names of Textual are used in one file only, and none is taken by accident."""

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import lab.tui.all_bindings  # noqa: F401 (every screen and widget)
from lab.tui import keys

ROOT = Path(__file__).parents[2]
TUI = ROOT / "lab" / "tui"
MENDS = TUI / "textual_faults.py"
FILES = [file for file in TUI.rglob("*.py") if file != MENDS]


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def foreign(tree: ast.AST) -> Iterator[str]:
    """Private modules of Textual that are imported, and private names of other objects than oneself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual"):
            yield from (
                part for part in [*(node.module or "").split("."), *(n.name for n in node.names)] if private(part)
            )
        elif isinstance(node, ast.Attribute) and private(node.attr):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls", "os")
            yield from () if own else (node.attr,)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TUI)))
def test_private_names_of_others_are_not_used(file: Path) -> None:
    assert list(foreign(ast.parse(file.read_text()))) == []


def test_the_file_that_may_use_them_does() -> None:
    assert list(foreign(ast.parse(MENDS.read_text())))


@cache
def named(part: type) -> frozenset[str]:
    """The private names that a class gives itself."""
    return frozenset(re.findall(r"(?:self\.|def )(_[a-z]\w*)", inspect.getsource(part)))


PARTS = [part for part in keys.parts_loaded() if inspect.getsourcefile(part) != str(MENDS)]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__qualname__)
def test_a_class_has_no_name_that_textual_has(part: type) -> None:
    bases = [base for base in part.__mro__ if base.__module__.startswith("textual")]
    taken = frozenset().union(*(named(base) for base in bases))
    assert taken
    assert named(part) & taken == frozenset()


def test_textual_is_pinned_to_the_minor_version_of_these_names() -> None:
    text = re.search(r'"(textual[^"]*)"', (ROOT / "pyproject.toml").read_text())
    assert text
    allowed = Requirement(text[1]).specifier
    [known] = re.findall(r"Textual (\d+\.\d+)", MENDS.read_text().splitlines()[0])
    major, minor = map(int, known.split("."))
    assert Version(f"{major}.{minor}.99") in allowed
    assert Version(f"{major}.{minor + 1}.0") not in allowed
