"""The making of the cluster on the screen."""

import threading
from pathlib import Path

import pytest

from lab import paths
from lab.errors import BuildError, DataError, EngineError
from lab.model import ClusterInfo
from lab.tui import clock
from lab.tui.app import LabApp
from lab.tui.screens.home import HomeScreen

from .driving import at_home, same_as, see, shown, unseen, until
from .fake_course import FakeCourse


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still until the test moves it."""
    still = Clock()
    monkeypatch.setattr(clock, "now", still)
    return still


class Course(FakeCourse):
    """Tells how long all of it takes."""

    def up(self, from_source: bool = False) -> ClusterInfo:
        self.status.ahead(600)
        return super().up()


@pytest.mark.parametrize("size", [(80, 24), (120, 35), (160, 45)], ids=["80x24", "120x35", "160x45"])
async def test_it_looks_as_approved(size: tuple[int, int], time: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "state_home", lambda: Path("/state"))
    gate = threading.Event()
    phases = [("Making the base of the node image", 15, None), ("Compiling Kubernetes", 500, gate)]
    app = LabApp(Course(made=False, phases=phases))
    async with app.run_test(size=size) as pilot:
        await see(pilot, "at work Compiling Kubernetes")
        time.time += 65
        await see(pilot, "1 m 05 s of about 8 m 20 s")
        await same_as(pilot, f"making-{size[0]}x{size[1]}")
        gate.set()
        await see(pilot, "About this lab")


async def test_phases_and_notes_are_shown_and_then_the_exercises() -> None:
    course = FakeCourse(made=False, gate=threading.Event())
    app = LabApp(course)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, 'Making the cluster "cks-lab"')
        await see(pilot, "✓ done Making the node image")
        await see(pilot, "✓ done Creating the control plane")
        await see(pilot, "Full log: /state/logs/up.log")
        assert course.gate
        course.gate.set()
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
    assert course.calls[:2] == ["exists", "up"]


async def test_all_of_it_has_an_estimate_that_may_change(time: Clock) -> None:
    course = Course(made=False, gate=threading.Event())
    async with LabApp(course).run_test(size=(80, 24)) as pilot:
        await see(pilot, 'Making the cluster "cks-lab" · 0 s of about 10 m 00 s')
        time.time += 100
        await see(pilot, "· 1 m 40 s of about 10 m 00 s")
        await see(pilot, "17%")
        course.status.ahead(50)
        await see(pilot, "· 1 m 40 s of about 2 m 30 s")
        time.time += 51
        await see(pilot, "· 2 m 31 s, longer than 2 m 30 s")
        assert course.gate
        course.gate.set()


async def test_a_phase_at_work_has_its_time_and_estimate(time: Clock) -> None:
    gate = threading.Event()
    course = FakeCourse(made=False, phases=[("Compiling", 90, gate)])
    async with LabApp(course).run_test(size=(80, 24)) as pilot:
        await see(pilot, "> at work Compiling")
        await see(pilot, "0 s of about 1 m 30 s")
        time.time += 91
        await see(pilot, "1 m 31 s, longer than 1 m 30 s")
        gate.set()


async def test_the_end_of_the_log_is_shown_with_its_path_and_hidden() -> None:
    course = FakeCourse(made=False, gate=threading.Event())
    async with LabApp(course).run_test(size=(80, 24)) as pilot:
        await see(pilot, "Log: nothing was written yet")
        log = paths.log_file("build-go")
        log.write_bytes(b"one\n\x1b[31mtwo\x1b[0m\nhalf\rthree\n")
        await until(pilot, lambda: "one two three" in shown(pilot.app))
        await see(pilot, "Log: /")
        await pilot.press("l")
        await unseen(pilot, "Log: ")
        await pilot.press("l")
        await see(pilot, "one two three")
        assert course.gate
        course.gate.set()


async def test_a_cluster_that_runs_is_taken_as_it_is() -> None:
    course = FakeCourse()
    async with at_home(course):
        assert "up" not in course.calls


async def test_a_cluster_that_is_stopped_is_brought_back() -> None:
    course = FakeCourse(cluster="stopped", gate=threading.Event())
    async with LabApp(course).run_test() as pilot:
        await see(pilot, "Bringing back the cluster")
        assert course.gate
        course.gate.set()
        await see(pilot, "About this lab")


async def test_an_error_says_what_to_do_and_can_be_tried_again() -> None:
    error = BuildError("The node image could not be built.", "Read the log, then: lab up")
    course = FakeCourse(made=False, failures={"phase": [error]})
    async with LabApp(course).run_test(size=(80, 24)) as pilot:
        await see(pilot, "✗ Error The node image could not be built.")
        await see(pilot, "Next Read the log, then: lab up")
        await see(pilot, "✗ failed Making the node image")
        await see(pilot, "failed after")
        await see(pilot, "r tries again · d looks at this machine · l shows or hides the log · q quits")
        await pilot.press("r")
        await see(pilot, "About this lab")
    assert course.calls.count("up") == 2


async def test_after_an_error_the_doctor_can_be_asked() -> None:
    course = FakeCourse(failures={"exists": [EngineError("No engine answers.", "lab doctor --fix")]})
    async with LabApp(course).run_test(size=(80, 24)) as pilot:
        await see(pilot, "No engine answers.")
        await pilot.press("d")
        await see(pilot, "This machine is fit for the lab.")
        await pilot.press("escape")
        await see(pilot, "No engine answers.")


async def test_without_an_engine_the_hint_is_shown_and_quitting_says_that_it_could_not() -> None:
    course = FakeCourse(failures={"exists": [EngineError("No engine answers.", "lab doctor --fix")]})
    app = LabApp(course)
    async with app.run_test() as pilot:
        await see(pilot, "No engine answers.")
        await see(pilot, "Next lab doctor --fix")
        await pilot.press("q")
    assert app.return_code == 3


async def test_wrong_exercise_data_is_explained() -> None:
    course = FakeCourse(failures={"catalog": [DataError("exercise.yaml: no title", "lab lint")]})
    async with LabApp(course).run_test(size=(80, 24)) as pilot:
        await see(pilot, "✗ Error exercise.yaml: no title")
        await see(pilot, "Next lab lint")


async def test_quitting_in_the_middle_asks_first() -> None:
    course = FakeCourse(made=False, gate=threading.Event())
    app = LabApp(course)
    async with app.run_test() as pilot:
        await see(pilot, "Creating the control plane")
        await pilot.press("q")
        await see(pilot, "Quit in the middle of this?")
        await pilot.press("n")
        await see(pilot, 'Making the cluster "cks-lab"')
        await pilot.press("q", "y")
    assert app.return_code == 130
    assert course.gate
    course.gate.set()


async def test_what_ends_under_the_question_goes_on_when_it_is_answered() -> None:
    course = FakeCourse(made=False, gate=threading.Event())
    app = LabApp(course)
    async with app.run_test() as pilot:
        await see(pilot, "Creating the control plane")
        await pilot.press("q")
        await see(pilot, "Quit in the middle of this?")
        assert course.gate
        course.gate.set()
        await until(pilot, lambda: not app.session.busy)
        await see(pilot, "Quit in the middle of this?")
        await pilot.press("n")
        await see(pilot, "About this lab")


async def test_a_fault_of_the_lab_is_a_sentence_and_a_log() -> None:
    course = FakeCourse(failures={"exists": [ZeroDivisionError("secret")]})
    app = LabApp(course)
    async with app.run_test(size=(160, 45)) as pilot:
        await see(pilot, "The lab met a fault of its own (ZeroDivisionError).")
        await see(pilot, "tui.log")
