"""The programs that run in the helper, and how they are put together."""

import subprocess
from pathlib import Path

import pytest

import lab.k8s
from lab.k8s.bash import program


def test_a_program_is_given_arguments_and_variables(tmp_path) -> None:
    (tmp_path / "say.sh").write_text('printf "%s|" "$1" "$2" "$given"\n')
    script = program(f"{tmp_path}/beside.py", "say.sh", "a b", "'c'", given="$d\n")
    said = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout
    assert said == "a b|'c'|$d\n|"


@pytest.mark.parametrize("file", sorted(Path(lab.k8s.__path__[0]).glob("*.pl")), ids=lambda file: file.name)
def test_programs_are_perl(file) -> None:
    done = subprocess.run(["perl", "-wc", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
