"""README.md says of the command line what is true."""

import json
import re
from pathlib import Path

import click
import pytest

from lab import cli
from lab.exit_codes import ExitCode

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SCREENS = ROOT / "docs" / "screens"
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


@pytest.mark.parametrize("file", sorted(SCREENS.glob("*.svg")), ids=lambda file: file.stem)
def test_pictures_keep_their_blanks_in_every_renderer(file) -> None:
    assert file.read_text().startswith('<svg xml:space="preserve" ')


def test_the_recording_is_an_asciinema_file_of_a_step_that_is_done() -> None:
    head, *events = map(json.loads, (SCREENS / "lab.cast").read_text().splitlines())
    assert (head["version"], head["width"], head["height"]) == (2, 120, 35)
    times = [time for time, _, _ in events]
    assert times == sorted(times)
    assert 10 < times[-1] < 120
    assert all(kind == "o" for _, kind, _ in events)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", "".join(data for _, _, data in events))
    assert "Step 1 of 3" in shown
    assert "3 of 10 points" in shown
