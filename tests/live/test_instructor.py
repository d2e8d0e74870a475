"""docs/instructor.md, done word for word: three learners, one of whom cheats, and what their instructor sees.

Their clusters are made one after another, so that there is one at a time.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from live_program import Lab
from walk_document import commands, program, run

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "instructor.md").read_text()
LEARNERS = ("ada", "bob", "cyd")


@pytest.fixture
def environment(state: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """`lab` is this checkout's, and its state the tests'; clusters that a failure leaves are removed."""
    labs = [Lab(name, state) for name in LEARNERS]
    path = program(tmp_path / "bin", f"{sys.executable} -m lab")
    yield {**labs[0].environment, "PYTHONPATH": str(ROOT), "PATH": f"{path}{os.pathsep}{os.environ['PATH']}"}
    for lab in labs:
        lab("down", expect=None)


@pytest.mark.long
def test_the_walk_of_an_instructor(environment: dict[str, str], tmp_path: Path) -> None:
    for command in commands(DOCUMENT):
        run(command, tmp_path, environment)
