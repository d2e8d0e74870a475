"""README.md says of the command line what is true."""

import re
from pathlib import Path

import click
import pytest

from lab import cli
from lab.exit_codes import ExitCode

README = (Path(__file__).parents[2] / "README.md").read_text()
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in README.splitlines() if line.startswith("|")]


def usages() -> dict[str, str]:
    """The lines `lab COMMAND ...` of the table of commands, by command."""
    found = [re.fullmatch(r"`lab ([a-z]+)(.*)`", row[0].replace("\\", "")) for row in ROWS]
    return {match[1]: match[2] for match in found if match}


@pytest.mark.parametrize("name", sorted(cli.cli.commands))
def test_every_command_is_named(name) -> None:
    assert name in usages()


@pytest.mark.parametrize("name", sorted(usages()))
def test_what_is_named_is_there(name) -> None:
    command = cli.cli.commands[name]
    options = {option for parameter in command.params for option in parameter.opts}
    assert set(re.findall(r"--[a-z-]+", usages()[name])) <= options
    arguments = [parameter for parameter in command.params if isinstance(parameter, click.Argument)]
    assert bool(arguments) == bool(re.search(r"[A-Z]{4}", usages()[name]))


def test_the_exit_codes() -> None:
    codes = {int(row[0]): row[1] for row in ROWS if row[0].isdigit()}
    assert set(codes) == set(ExitCode)
    words = {0: "passed", 1: "fail", 2: "usage", 3: "could not", 4: "data", 130: "interrupt"}
    for code, word in words.items():
        assert word in codes[code], code


def test_commands_in_the_text_are_there() -> None:
    named = re.findall(r"`lab ([a-z]+)[^`]*`|^lab ([a-z]+)", README, re.MULTILINE)
    assert {first or second for first, second in named} <= set(cli.cli.commands)


def test_environment_variables_are_read_by_the_program() -> None:
    source = "".join(path.read_text() for path in (Path(__file__).parents[2] / "lab").rglob("*.py"))
    for name in set(re.findall(r"\b(?:LAB|XDG)_[A-Z_]+\b", README)):
        assert f'"{name}"' in source, name
