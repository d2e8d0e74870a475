"""The live tests share one real cluster, under a name, kubeconfig and state folder of their own.

They run `lab` as a program, as a user does. `LAB_KEEP=1` leaves the cluster for the next run.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from answers import FOLDER, SEED, wrong_answers
from live_program import Lab

NAME = os.environ.get("LAB_TEST_NAME", "cks-lab-test")
ORDER = (
    "cluster image_digest path why breaking rescue resets state official tui tui_path watching practice "
    "interrupted_build grading together image_policy_webhook opa_whitelist tui_walk"
).split()
"""The files in the order in which they run: what says most about a broken cluster comes first. Others run last."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    live = [item for item in items if "/live/" in str(item.path)]
    for item in live:
        item.add_marker(pytest.mark.live)
    names = {item: item.path.stem.removeprefix("test_") for item in live}
    places = {item: ORDER.index(name) if name in ORDER else len(ORDER) for item, name in names.items()}
    items.sort(key=lambda item: places.get(item, -1))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many of the wrong answers were tried, which `make test` does not all."""
    ended = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    for exercise in sorted(folder.name for folder in (FOLDER / "wrong_answers").iterdir()):
        module = f"_{exercise.replace('-', '_')}.py::"
        calls = {report.nodeid for report in ended if module in report.nodeid and report.when == "call"}
        tried = {nodeid for nodeid in calls if "::test_a_wrong_answer" in nodeid}
        if tried:
            total = len(wrong_answers(exercise))
            terminalreporter.write_line(f"{exercise}: {len(tried)} of {total} wrong answers tried (LAB_SEED={SEED})")


@pytest.fixture(scope="session")
def state() -> Path:
    folder = Path(os.environ.get("LAB_STATE_HOME") or Path.home() / ".local/state/cks-lab-test")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def lab(state: Path, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A cluster that is up, its golden state in place; the one that every test shares."""
    program = Lab(NAME, state)
    capture = request.config.pluginmanager.getplugin("capturemanager")
    assert capture
    kept = "absent" not in program("status", expect=None).stdout
    with capture.global_and_fixture_disabled():  # a build of the node image takes minutes: show what goes on
        _up(program)
    if kept:
        program("reset", "--all")
    yield program
    if not os.environ.get("LAB_KEEP"):
        program("down", expect=None)


def _up(program: Lab) -> None:
    print(flush=True)
    done = subprocess.run(program.argv("up"), env=program.environment, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0


@pytest.fixture
def digest(lab: Lab) -> Lab:
    """The lab with image-digest started and untouched."""
    lab("reset", "image-digest")
    lab("start", "image-digest")
    return lab


@pytest.fixture
def others(state: Path) -> Iterator[Callable[..., Lab]]:
    """Makes labs of other names, and removes them afterwards."""
    made: list[Lab] = []

    def make(suffix: str, env: dict[str, str] | None = None) -> Lab:
        made.append(Lab(f"{NAME}-{suffix}", state, env or {}))
        return made[-1]

    yield make
    for each in made:
        each("down", expect=None)
