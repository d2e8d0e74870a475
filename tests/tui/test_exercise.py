"""One exercise on the screen."""

import pytest

from lab.errors import ClusterError
from lab.tui.screens.exercise import ExerciseScreen
from lab.tui.widgets.check_panel import CheckRow

from .driving import at_home, in_exercise, see, shown, until
from .fake_course import FakeCourse


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_the_step_its_text_and_a_check_are_in_sight(size: tuple[int, int]) -> None:
    async with in_exercise(FakeCourse(), size) as pilot:
        await see(pilot, "Find the digest that the kube-apiserver runs")
        await see(pilot, "crictl ps")
        await see(pilot, "✗ fails The answer file holds the digest of the running")
        await see(pilot, "expected what answer asks for")
        await see(pilot, "observed nothing of answer")
        await see(pilot, "look with grep image:")
        await see(pilot, "q Quit")  # the last key: the line of keys is not cut off


async def test_a_verdict_appears_without_a_key() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await see(pilot, "✗ fails The answer file")
        course.passing.add("answer")
        await see(pilot, "✓ passes The answer file")
        await see(pilot, "✓ This step passes")
        await see(pilot, "3 of 10 points in all")
        assert "expected" not in shown(pilot.app)


async def test_rows_are_kept_while_verdicts_come_and_never_two_looks_at_once() -> None:
    course = FakeCourse(delay=0.15)
    async with in_exercise(course) as pilot:
        await see(pilot, "✗ fails The answer file")
        row, looks = pilot.app.screen.query_one(CheckRow), len(course.calls)
        await pilot.press("v", "v")
        await until(pilot, lambda: len(course.calls) > looks + 3)
        assert pilot.app.screen.query_one(CheckRow) is row
    assert course.most_at_once == 1


async def test_steps_by_key_and_a_step_seen_once() -> None:
    course = FakeCourse(passing={"container"})
    async with in_exercise(course) as pilot:
        await pilot.press("n")
        await see(pilot, "Checks of step 2")
        await see(pilot, "✓ passes The manifest directory holds one manifest")
        await pilot.press("n", "n")
        await see(pilot, "Checks of step 3")
        await see(pilot, "✓ seen at")
        await pilot.press("p", "p", "p")
        await see(pilot, "The brief of image-digest.")


async def test_verify_by_key_says_the_score_and_explains_a_failure() -> None:
    course = FakeCourse(passing={"answer"})
    async with in_exercise(course) as pilot:
        await pilot.press("v")
        await see(pilot, "Looked at the cluster 3 of 10 points")
        course.failures["verify"] = [ClusterError("The node does not answer.", "lab up")] * 99
        await see(pilot, "? could not look: The node does not")
        await see(pilot, "✓ passes The answer file")  # what was seen last stays
        await pilot.press("v")
        await see(pilot, "✗ Error The node does not answer.")


async def test_hints_come_one_by_one_and_are_recorded() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await pilot.press("h")
        await see(pilot, "Hint 1 of 3")
        assert "Hint 2 of 3" not in shown(pilot.app)
        await pilot.press("h")
        await see(pilot, "Hint 2 of 3")
        await pilot.press("escape")
        await pilot.press("h")
        await see(pilot, "Hint 2 of 3")  # those that were taken are there again, at no cost
        assert course.calls.count("hint image-digest/find") == 2
        await pilot.press("h")
        await see(pilot, "that was the last one")
        await pilot.press("h")
        await pilot.pause(0.1)
        assert course.calls.count("hint image-digest/find") == 3


async def test_a_hint_that_cannot_be_had_is_explained() -> None:
    course = FakeCourse(failures={"hint": [ClusterError("The journal cannot be written.")]})
    async with in_exercise(course) as pilot:
        await pilot.press("h")
        await see(pilot, "✗ Error The journal cannot be written.")
        await pilot.press("escape")
        await see(pilot, "Checks of step 1")


async def test_solve_asks_first_and_shows_what_was_typed() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await pilot.press("s")
        await see(pilot, "Solve: Find the digest")
        await pilot.press("n")
        await see(pilot, "✗ fails")
        assert "solve image-digest/find" not in course.calls
        await pilot.press("s")
        await see(pilot, "Solve: Find the digest")
        await pilot.press("y")
        await see(pilot, "echo find > /root/find")
        await see(pilot, "Why find works.")
        await pilot.press("escape")
        await see(pilot, "✓ passes The answer file")


async def test_reset_asks_first() -> None:
    course = FakeCourse(passing={"answer"})
    async with in_exercise(course) as pilot:
        await see(pilot, "✓ passes The answer file")
        await pilot.press("r")
        await see(pilot, "Reset: Pin the kube-apiserver")
        assert "reset image-digest" not in course.calls
        await pilot.press("y")
        await see(pilot, "✗ fails The answer file")
    assert "reset image-digest" in course.calls


async def test_nothing_is_looked_at_while_the_cluster_is_changed() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await see(pilot, "✗ fails The answer file")
        course.delay = 0.6
        await pilot.press("r")
        await see(pilot, "Reset: Pin")
        await pilot.press("y")
        await see(pilot, "Resetting: Pin")
        await until(pilot, lambda: "reset image-digest" in course.calls)
        looks = len(course.calls)
        await pilot.pause(0.3)
        assert len(course.calls) == looks


async def test_an_exercise_that_is_not_started_can_be_read_and_started() -> None:
    course = FakeCourse()
    async with at_home(course) as pilot:
        await pilot.press("down", "o")
        await see(pilot, "Not started: Enter puts the starting state in place.")
        await pilot.press("s", "h", "v")
        assert isinstance(pilot.app.screen, ExerciseScreen)
        assert not any(call.startswith("verify") for call in course.calls)
        await pilot.press("enter")
        await see(pilot, "✗ fails The answer file")
    assert "start image-digest" in course.calls


async def test_the_api_servers_state_is_always_said() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await see(pilot, "API server: ✓ ready")
        course.api_server = "not ready: /readyz says 500"
        await see(pilot, "API server: ✗ not ready for 1 s · /readyz says 500")
        course.api_server = ""
        await see(pilot, "API server: ✗ no answer for 2 s")
        course.api_server = "ready"
        await see(pilot, "API server: ✓ ready")


async def test_the_text_alone_and_back() -> None:
    async with in_exercise(FakeCourse()) as pilot:
        await pilot.press("m")
        await until(pilot, lambda: "Checks of step" not in shown(pilot.app))
        await pilot.press("m")
        await see(pilot, "Checks of step 1")
        await pilot.press("escape")
        await see(pilot, "About this lab")
