"""The TUI is put together from parts: no long chains of classes, no circles of imports."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import lab.tui
from lab.tui.keys import parts_loaded

NAMES = [module.name for module in pkgutil.walk_packages(lab.tui.__path__, "lab.tui.")]


def imported(name: str) -> Iterator[str]:
    """The modules of the TUI that one imports, within functions too."""
    file = importlib.import_module(name).__file__
    assert file
    for node in ast.walk(ast.parse(Path(file).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_module_imports_one_that_leads_back_to_it() -> None:
    TopologicalSorter({name: [each for each in imported(name) if each in NAMES] for name in NAMES}).prepare()


def test_a_class_is_at_most_two_steps_from_textuals() -> None:
    for name in NAMES:
        importlib.import_module(name)
    parts = list(parts_loaded())
    assert len(parts) > 20
    for part in parts:
        ours = [base.__qualname__ for base in part.__mro__ if base.__module__.startswith("lab.")]
        assert len(ours) <= 2, ours
