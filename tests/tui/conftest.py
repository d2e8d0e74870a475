"""Tests of the TUI: a fake course, short intervals, and a state folder of their own."""

from pathlib import Path

import pytest

from lab.tui import app, observation


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(observation, "EVERY", 0.1)
    monkeypatch.setattr(app, "LOOK_EVERY", 0.1)
