"""The live tests share one real cluster, under a name, kubeconfig and state folder of their own.

They run `lab` as a program, as a user does. `LAB_KEEP=1` leaves the cluster for the next run.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from live_program import Lab

NAME = "cks-lab-test"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/live/" in str(item.path):
            item.add_marker(pytest.mark.live)


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
    with capture.global_and_fixture_disabled():  # a build of the node image takes minutes: show what goes on
        _up(program)
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
