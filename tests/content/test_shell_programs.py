"""Every program for a shell stands in a file that shellcheck finds nothing wrong in; solutions with their variables."""

import subprocess
import sys
from pathlib import Path

import pytest

from lab.exercises import load

_ROOT = Path(__file__).parents[2]
_SHELLCHECK = str(Path(sys.executable).with_name("shellcheck"))
_FOLDERS = (".ci", "bench", "cluster", "docs", "lab", "tests")


def _programs() -> dict[str, str]:
    files = [file for folder in _FOLDERS for file in sorted((_ROOT / folder).rglob("*.sh"))]
    programs = {str(file.relative_to(_ROOT)): file.read_text() for file in files}
    for exercise in load().exercises:
        for step in exercise.steps:
            programs[f"{exercise.id}/{step.id}"] = step.solution
            programs |= {f"{exercise.id}/{step.id}.after": step.after} if step.after else {}
    return programs


PROGRAMS = _programs()


@pytest.mark.parametrize("where", PROGRAMS)
def test_shellcheck_finds_nothing(where: str) -> None:
    text = PROGRAMS[where]
    # SC2016: programs for awk, jq and sh stand in single quotes, with their own $ in them
    dialect = "sh" if text.startswith("#!/bin/sh") else "bash"
    done = subprocess.run(
        [_SHELLCHECK, "-s", dialect, "-e", "SC2016", "-"], input=text, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
