"""Every `lab ...` command that a text names exists, with its options; and it is about the cluster at hand."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from lab.advice import OF_A_CLUSTER, named
from lab.cli import cli

ROOT = Path(__file__).parents[2]
# After these, `lab WORD` is a command to type and no prose; a command ends where a sentence or a quotation does.
_BEGIN = r"(?:^|(?<!`)`|[\"|]|: |&& |; |-E |type |say )"
_COMMAND = re.compile(rf"{_BEGIN}(lab(?: --name \S+)?\s+(?!is as\b)[a-z]+(?!:)\b[^`\"|;,()&\\\n]*)", re.MULTILINE)
_ABOUT_NONE = ("doctor", "lint", "list", "report check", "report merge", "report watch", "webhook serve")


def _python_texts(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _texts() -> Iterator[tuple[Path, str]]:
    for file in [*ROOT.glob("lab/**/*.py"), *ROOT.glob("docs/*.py")]:
        yield from ((file, text) for text in _python_texts(file))
    folders = ("exercises", "solutions", "docs", "cluster/webhook", "cluster/node-image/learner")
    files = [file for folder in folders for file in ROOT.glob(f"{folder}/**/*") if file.is_file()]
    for file in [*files, ROOT / "README.md"]:
        if file.suffix not in (".svg", ".json"):
            yield file, file.read_text()


def _commands() -> dict[str, str]:
    found: dict[str, str] = {}
    for file, text in _texts():
        for command in _COMMAND.findall(text):
            found.setdefault(" ".join(command.split()), str(file.relative_to(ROOT)))
    return found


def _resolve(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that words name after `lab`, and the words that are left for it."""
    command: click.Command = cli
    if words[:1] == ["--name"]:
        words = words[2:]
    while isinstance(command, click.Group) and words and words[0][0] not in "-[.":
        assert words[0] in command.commands, f"there is no command {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    return command, words


COMMANDS = _commands()


def test_they_are_found() -> None:
    for command in ("lab up", "lab down", "lab reset --all", "lab webhook logs", "lab list"):
        assert command in COMMANDS
    assert len(COMMANDS) > 60


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[:60])
def test_a_command_that_is_named_exists_with_its_options(command: str) -> None:
    where = COMMANDS[command]
    found, rest = _resolve(command.split()[1:])
    known = {option for parameter in found.params for option in parameter.opts}
    for word in rest if found.name != "shell" else []:  # its words are those of another program
        option = word.strip("[].").partition("=")[0]
        assert not option.startswith("-") or option in known, f"{where}: {command}: no option {option}"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[:60])
def test_a_command_is_about_the_cluster_at_hand(command: str) -> None:
    advised = named(f"Type: {command}", "exam")
    words = command.partition(" ")[2]
    if words.startswith(_ABOUT_NONE) or words == "webhook" or "--name" in command.partition(" shell")[0]:
        assert advised == f"Type: {command}"
    else:
        assert advised.startswith("Type: lab --name exam ")
        assert named(advised, "exam") == advised


def test_the_commands_about_a_cluster_are_those_that_take_a_name() -> None:
    groups = {"": cli, "webhook ": cli.commands["webhook"]}
    names = [
        f"{prefix}{name}"
        for prefix, group in groups.items()
        for name, command in group.commands.items()  # type: ignore[attr-defined]
        if not isinstance(command, click.Group) and any("--name" in each.opts for each in command.params)
    ]
    assert sorted(OF_A_CLUSTER) == sorted(set(names) - set(_ABOUT_NONE))
