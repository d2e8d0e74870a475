"""The blocks of code in the texts: what a learner may send to the terminal by a key is a command."""

import re
import subprocess
from collections.abc import Iterator
from textwrap import dedent

import pytest
import yaml

from lab.exercises import load
from lab.host_commands import HOST_COMMANDS

_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^(k|kubectl|crictl|cd|cp|mv|cat|curl|journalctl|vim|grep|lab) ", re.MULTILINE)
_PIECE = re.compile(r"^ *(apiVersion|defaultAllow|- hostPath):", re.MULTILINE)


def blocks() -> Iterator[tuple[str, str, str]]:
    """Where, language and code of every block."""
    catalog = load()
    for exercise in catalog.exercises:
        for step in exercise.steps:
            for number, text in enumerate([step.text, step.why, *step.hints], 1):
                for index, (_, language, code) in enumerate(_BLOCK.findall(text), 1):
                    yield f"{exercise.id}/{step.id}-text{number}-block{index}", language, code


BLOCKS = {where: (language, code) for where, language, code in blocks()}


@pytest.mark.parametrize("where", BLOCKS)
def test_a_block_is_a_command_for_the_node_or_the_own_machine_or_is_read(where: str) -> None:
    language, code = BLOCKS[where]
    assert language in ("", "bash", "lab", "yaml")
    if language == "bash":
        done = subprocess.run(["bash", "-n"], input=code, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    elif language == "lab":
        assert code.strip() in HOST_COMMANDS
    elif language == "yaml":
        assert isinstance(yaml.safe_load(dedent(code)), dict | list)
    else:
        assert not _COMMAND.search(code)
        assert not _PIECE.search(code)


def test_the_last_hint_of_most_steps_has_a_command() -> None:
    last = {where.rpartition("-")[0] for where, (language, _) in BLOCKS.items() if language == "bash"}
    assert len([where for where in last if where.endswith("text5")]) >= 14
