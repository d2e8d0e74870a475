"""Runs the commands in a document word for word, and compares what they say with what stands there.

In blocks of the language `console` a line that begins with `$ ` is a command. The lines below it are output that must
come, in that order, perhaps with more between; `...` in one stands for anything. `[N]` is an exit code that is not 0.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Command:
    """A command of a document, and what must come of it."""

    line: str
    output: list[str] = field(default_factory=list)
    code: int = 0


def commands(document: str) -> list[Command]:
    """The commands of a document, in order."""
    found: list[Command] = []
    for block in re.findall(r"^```console\n(.*?)^```$", document, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Command(line[2:]))
            elif match := re.fullmatch(r"\[(\d+)\]", line):
                found[-1].code = int(match[1])
            else:
                found[-1].output.append(line)
    return found


def run(command: Command, folder: Path, environment: Mapping[str, str], timeout: float = 900) -> None:
    """Run a command in bash and assert that it ends and says as the document has it."""
    done = subprocess.run(
        ["bash", "-c", command.line], cwd=folder, env=environment, text=True, timeout=timeout, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == command.code, f"{command.line}: {done.returncode}\n{done.stdout}"
    missing = list(_missing(command.output, done.stdout.splitlines()))
    assert missing == [], f"{command.line}\n{done.stdout}"


def _missing(wanted: list[str], lines: list[str]) -> Iterator[str]:
    left = iter(lines)
    for each in wanted:
        pattern = re.compile(".*".join(map(re.escape, each.split("..."))))
        if not any(pattern.fullmatch(line.rstrip()) for line in left):
            yield each


def program(folder: Path, argv: str) -> Path:
    """A folder with a program `lab` in it that runs other words; for PATH."""
    folder.mkdir()
    (folder / "lab").write_text(f'#!/bin/sh\nexec {argv} "$@"\n')
    (folder / "lab").chmod(0o755)
    return folder
