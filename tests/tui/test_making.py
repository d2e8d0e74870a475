"""The making of the cluster on the screen."""

import threading

from lab.errors import BuildError, DataError, EngineError
from lab.tui.app import LabApp
from lab.tui.screens.home import HomeScreen

from .driving import at_home, see, until
from .fake_course import FakeCourse


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


async def test_a_phase_at_work_has_its_time_and_estimate() -> None:
    course = FakeCourse(made=False, phases=[("Compiling", 90, 1.2)])
    async with LabApp(course).run_test(size=(80, 24)) as pilot:
        await see(pilot, "> at work Compiling")
        await see(pilot, "of about 1 m 30 s")


async def test_a_phase_that_takes_longer_than_its_estimate_says_so() -> None:
    course = FakeCourse(made=False, phases=[("Compiling", 0.1, 1.5)])
    async with LabApp(course).run_test(size=(80, 24)) as pilot:
        await see(pilot, "longer than 0 s")


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
        await pilot.press("r")
        await see(pilot, "About this lab")
    assert course.calls.count("up") == 2


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
