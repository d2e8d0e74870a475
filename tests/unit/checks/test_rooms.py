"""lab/checks and lab/actions: a file a kind and a file a verb, named as it; one way to end a judge."""

import re
from pathlib import Path

import pytest

import lab.actions
import lab.checks

FRAMES = {"__init__", "asks", "base", "run"}
LAB = Path(lab.checks.__path__[0]).parent
KINDS = sorted(file for file in (LAB / "checks").glob("*.py") if file.stem not in FRAMES)


@pytest.mark.parametrize("room", [lab.checks, lab.actions])
def test_a_file_is_named_as_what_is_in_it(room) -> None:
    names = {name for name, each in room.REGISTRY.items() if type(each).__module__.startswith(room.__name__)}
    modules = {f"{room.__name__}.{name.replace('-', '_')}": name for name in names}
    assert {type(room.REGISTRY[name]).__module__: name for name in names} == modules
    files = {file.stem for file in Path(room.__path__[0]).glob("*.py")} - FRAMES
    assert files == {name.replace("-", "_") for name in names}


@pytest.mark.parametrize("file", KINDS, ids=lambda file: file.stem)
def test_a_judge_ends_with_a_fault_or_passed(file) -> None:
    text = file.read_text()
    assert "passed(" in text
    assert not re.search(r"\bVerdict\.|\bJudgement\(", text)


def test_no_file_is_long() -> None:
    for file in [*(LAB / "checks").rglob("*.py"), *(LAB / "actions").rglob("*.py")]:
        assert len(file.read_text().splitlines()) <= 250, file


def test_no_code_names_an_exercise() -> None:
    """But the message that shows how a folder is named, and the webhook, which has its own name from what it is."""
    named = re.compile(r"image-digest|opa-whitelist|image-policy-webhook")
    files = {str(file.relative_to(LAB)) for file in LAB.rglob("*.py") if named.search(file.read_text())}
    assert files <= {"catalog/exercise_files.py", "webhook/listener.py"}
