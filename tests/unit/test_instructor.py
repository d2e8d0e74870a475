"""docs/instructor.md without a cluster: its reports are made from journals alone; all of `lab report` is real."""

import os
import sys
from pathlib import Path

import click
import pytest
import walk_document
from walk_document import Command, commands

from lab import cli
from lab.exercises import load

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "instructor.md").read_text()


def test_a_document_is_read() -> None:
    text = "```console\n$ a\nb ...\n[1]\n$ c\n```\n\n```\n$ d\n```\n"
    assert commands(text) == [Command("a", ["b ..."], 1), Command("c")]


@pytest.mark.parametrize(
    ("command", "right"),
    [
        (Command("echo a; echo b; echo c", ["a", "c"]), True),
        (Command("echo a; echo b", ["b", "a"]), False),
        (Command("echo a12b", ["a...b"]), True),
        (Command("echo a12b", ["a1"]), False),
        (Command("exit 3", [], 3), True),
        (Command("exit 3"), False),
    ],
)
def test_what_is_said_is_compared(tmp_path: Path, command: Command, right: bool) -> None:
    if right:
        walk_document.run(command, tmp_path, os.environ)
    else:
        with pytest.raises(AssertionError):
            walk_document.run(command, tmp_path, os.environ)


def test_its_points_are_those_of_the_exercise() -> None:
    exercise = load().find("image-digest")
    assert [(step.id, step.points) for step in exercise.steps] == [("find", 3), ("pin", 3), ("run", 4)]
    assert len(exercise.steps[0].hints) == 3


@pytest.mark.parametrize("command", commands(DOCUMENT), ids=lambda command: command.line[:60])
def test_its_commands_are_there(command: Command) -> None:
    words = command.line.partition("lab ")[2].replace("--name", "").split()
    words = [word for word in words if word not in ("ada", "bob", "cyd")]
    if "lab " not in command.line or not words:
        return
    found: click.Command = cli.cli.commands[words[0]]
    if isinstance(found, click.Group):
        found = found.commands[words[1]]
    options = {option for parameter in found.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options or found.name == "shell"


@pytest.mark.slow
def test_the_walk_without_a_cluster(tmp_path: Path) -> None:
    path = walk_document.program(tmp_path / "bin", f"{sys.executable} {ROOT}/tests/support/stand_in_lab.py")
    environment = {
        **os.environ,
        "LAB_STATE_HOME": str(tmp_path / "state"),
        "PYTHONPATH": str(ROOT),
        "PATH": f"{path}{os.pathsep}{os.environ['PATH']}",
    }
    for command in commands(DOCUMENT):
        walk_document.run(command, tmp_path, environment)
