"""Tests of the TUI: a fake course, a terminal without a program, and a state folder of their own."""

from pathlib import Path

import pytest
from textual.app import App

from lab.tui import cluster_watch
from lab.tui.modals import choice
from lab.tui.widgets import terminal_dock

from .stub_pane import StubPane

QUICK = {
    "test_log_tail",
    "test_notices",
    "test_observation",
    "test_parts",
    "test_path_words",
    "test_private_names",
    "test_settings",
}
"""Modules that drive no screen: part of `make check`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.stem not in QUICK:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(terminal_dock, "TerminalPane", StubPane)
    monkeypatch.setattr(cluster_watch, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(choice, "PAUSE", 0.001)
    monkeypatch.setattr(App, "NOTIFICATION_TIMEOUT", 12)  # a busy machine looks late
