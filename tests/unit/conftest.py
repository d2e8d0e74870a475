"""A small world of exercises on disk, that a test spoils in one place."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from lab.catalog.decode import Kinds
from lab.catalog.yaml_document import Problem
from lab.model import ActionSpec, CheckSpec

SHEET = """\
format_version: 1
title: Pin the image
summary: Make the API server start by digest.
minutes: 15
difficulty: easy
domain: Supply Chain Security
variables:
  folder: /root/pin
  port: "8443"
start:
  - {do: make, path: "{{folder}}"}
reset:
  - {do: restore}
steps:
  - id: find
    title: Find the digest
    holds: now
    checks:
      - id: answer
        title: The answer file is in {{folder}}
        check: file
        with: {path: "{{folder}}/digest", port: "{{port}}"}
        points: 3
      - id: ready
        title: The API server is ready
        check: ready
        guard: true
    references:
      - {title: Images, url: https://kubernetes.io/docs/concepts/containers/images/, says: "Not out of {{folder}}."}
  - id: pin
    title: Pin it
    holds: once
    checks:
      - {id: pinned, title: It is pinned, check: ready, points: 4}
    probed: true
"""


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No unit test finds an engine, as on CI, where none runs before the live tests do."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")


@dataclass(frozen=True)
class NoParams:
    pass


@dataclass(frozen=True)
class FileParams:
    path: str
    port: int = 1


@dataclass(frozen=True)
class MakeParams:
    path: str


class FakeKind:
    def __init__(self, params: type[Any]) -> None:
        self.takes = params


class Tree:
    """exercises/ and solutions/ with one good exercise, `pin`, in 010-pin, and the kinds that it names."""

    kinds: ClassVar[Kinds] = {
        CheckSpec: {"file": FakeKind(FileParams), "ready": FakeKind(NoParams)},
        ActionSpec: {"make": FakeKind(MakeParams), "restore": FakeKind(NoParams)},
    }

    def __init__(self, root: Path) -> None:
        self.exercises = root / "exercises"
        self.solutions = root / "solutions"
        self.write("exercises/overview.en.md", "# The lab\n")
        self.add("010-pin")

    def problems(self, found: Iterable[Problem]) -> list[str]:
        """Problems as text, their files as paths within the tree."""
        root = self.exercises.parent
        return [f"{problem.file.relative_to(root)}:{problem.line}: {problem.message}" for problem in found]

    def add(self, folder: str, sheet: str = SHEET, steps: tuple[str, ...] = ("find", "pin")) -> None:
        self.write(f"exercises/{folder}/exercise.yaml", sheet)
        self.write(f"exercises/{folder}/brief.en.md", "Work in {{folder}}.\n")
        for step in steps:
            self.write(f"exercises/{folder}/steps/{step}.en.md", f"Do {step}.\n\nIn {{{{folder}}}}.\n")
            self.write(f"exercises/{folder}/steps/{step}.hints.en.md", "Look.\n---\nType: ls {{folder}}\n")
            self.write(f"solutions/{folder}/{step}.sh", "set -euo pipefail\nls {{folder}}\n")
            self.write(f"solutions/{folder}/{step}.en.md", f"Why {step} works.\n")

    def path(self, name: str) -> Path:
        return self.exercises.parent / name

    def write(self, name: str, text: str) -> Path:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def change(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file, which must have it."""
        text = self.path(name).read_text()
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def sheet(self, old: str, new: str) -> None:
        self.change("exercises/010-pin/exercise.yaml", old, new)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)
