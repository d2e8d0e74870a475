"""While the API server is away for long, a panel says so, and one key puts the last good files back."""

import pytest

from lab.errors import ClusterError
from lab.model import Rescue
from lab.tui.widgets import rescue_panel
from lab.why.diagnosis import Diagnosis, State

from .driving import in_exercise, see, unseen
from .fake_course import FakeCourse

FOUND = Rescue(True, False, "-    - --nonsense\n+    - --sense", ("/etc/x.yaml",), (), "at 12:00:00")


def away() -> FakeCourse:
    return FakeCourse(rescues=FOUND, api_server="not ready: no answer")


async def test_the_panel_comes_by_itself_and_a_key_rescues(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescue_panel, "AWAY", 0.5)
    course = away()
    async with in_exercise(course, (120, 40)) as pilot:
        await see(pilot, "✗ Error The API server is away for")
        await see(pilot, "a restart usually takes 20 s. The manifest is not YAML, in line 7.")
        await see(pilot, "(/etc/kubernetes/manifests/kube-apiserver.yaml:7: - --v=1)")
        await see(pilot, "Next x shows how your files differ")
        await pilot.press("x")
        await see(pilot, "Put the last good files back?")
        await see(pilot, "To be put back as they were at 12:00:00: /etc/x.yaml.")
        await see(pilot, "- - --nonsense")
        await pilot.press("y")
        await see(pilot, "ready, after 14 s.")
        await see(pilot, "API server: ✓ ready")
        await unseen(pilot, "✗ Error The API server")
    assert course.calls.count("rescue") == 1


async def test_an_edit_shows_where_its_restart_is_until_that_is_over() -> None:
    course = FakeCourse()
    async with in_exercise(course, (120, 40)) as pilot:
        await see(pilot, "API server: ✓ ready · Kubernetes")
        course.restart = "edited 2 s ago, the old one still serves"
        course.tell("files", "/etc/kubernetes/manifests/kube-apiserver.yaml")
        await see(pilot, "✓ ready · edited 2 s ago, the old one still serves; restarts take about 20 s")
        course.api_server, course.restart = "not ready: no answer", "the kubelet waits"
        await see(pilot, "(usually 20 s): the kubelet waits")  # nobody tells: it is looked at meanwhile
        course.api_server, course.restart = "ready", ""
        course.tell("api", "ready")
        await see(pilot, "API server: ✓ ready · Kubernetes")


async def test_a_restart_that_takes_as_long_as_usual_shows_no_panel() -> None:
    async with in_exercise(away(), (120, 40)) as pilot:
        await see(pilot, "~ restarting for")
        assert not pilot.app.screen.query_one(rescue_panel.RescuePanel).display


async def test_a_restart_that_is_slow_shows_no_panel_while_nobody_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescue_panel, "AWAY", 0.2)
    course = away()
    course.diagnosis = Diagnosis(State.UNKNOWN, "Nothing says why.")
    async with in_exercise(course, (120, 40)) as pilot:
        await see(pilot, "~ restarting for")
        await pilot.pause(1.5)
        assert not pilot.app.screen.query_one(rescue_panel.RescuePanel).display
        monkeypatch.setattr(rescue_panel, "RESTART", 0.5)
        await see(pilot, "a restart usually takes 20 s. Next x shows")


async def test_nothing_is_done_without_a_yes_or_without_need() -> None:
    course = away()
    async with in_exercise(course, (80, 24)) as pilot:
        await pilot.press("x")
        await see(pilot, "Put the last good files back?")
        await pilot.press("n")
        await unseen(pilot, "Put the last good files back?")
        course.rescues = Rescue(False, True)
        await pilot.press("x")
        await see(pilot, "Nothing to rescue")
        course.failures["look"] = [ClusterError("The node does not say what runs on it.", "lab up")]
        await pilot.press("x")
        await see(pilot, "✗ Error The node does not say what runs on it.")
    assert "rescue" not in course.calls
