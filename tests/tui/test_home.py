"""The list of exercises."""

import pytest

from lab.errors import ClusterError, LabError
from lab.tui.screens.exercise import ExerciseScreen

from .driving import at_home, see, shown, until
from .fake_course import FakeCourse


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_overview_and_exercises_with_their_state_in_words(size: tuple[int, int]) -> None:
    course = FakeCourse(started={"image-digest"}, passing={"answer"})
    async with at_home(course, size) as pilot:
        await see(pilot, "Three exercises on a real control plane.")
        await see(pilot, "Pin the kube-apiserver to its image digest")
        await see(pilot, "~ started · 3 of 10 points")
        await see(pilot, "· not started · easy · about 15 min")
        await see(pilot, "API server: ✓ ready · Kubernetes v1.36.4")


async def test_the_row_at_hand_has_a_mark_and_its_brief() -> None:
    async with at_home(FakeCourse()) as pilot:
        await pilot.press("down")
        await see(pilot, "▸ Pin the kube-apiserver")
        await see(pilot, "The brief of image-digest.")


async def test_starting_shows_the_work_then_the_first_step_and_what_was_said() -> None:
    course = FakeCourse(delay=0.3)
    async with at_home(course) as pilot:
        await pilot.press("down", "s")
        await see(pilot, "Putting the starting state in place")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen))
        await see(pilot, "Checks of step 1")
        await see(pilot, "Other exercises are set aside.")
    assert "start image-digest" in course.calls


async def test_a_failed_start_is_explained() -> None:
    failure = ClusterError("The node does not answer.", "Look with: lab status")
    course = FakeCourse(failures={"start": [failure]})
    async with at_home(course) as pilot:
        await pilot.press("down", "s")
        await see(pilot, "✗ Error The node does not answer.")
        await see(pilot, "Next Look with: lab status")
        await pilot.press("escape")
        await see(pilot, "About this lab")


async def test_reset_asks_first() -> None:
    course = FakeCourse(started={"image-digest"}, passing={"answer"})
    async with at_home(course) as pilot:
        await pilot.press("down", "r")
        await see(pilot, "Reset: Pin the kube-apiserver")
        await pilot.press("enter")  # on the button that has the focus: no
        await see(pilot, "About this lab")
        assert "reset image-digest" not in course.calls
        await pilot.press("r")
        await see(pilot, "Reset: Pin the kube-apiserver")
        await pilot.press("y")
        await see(pilot, "0 of 10 points")
    assert course.calls.count("reset image-digest") == 1


async def test_reset_of_everything_asks_first() -> None:
    course = FakeCourse(started={"image-digest"})
    async with at_home(course) as pilot:
        await pilot.press("R")
        await see(pilot, "All progress is cleared.")
        assert "reset all" not in course.calls
        await pilot.press("y")
        await until(pilot, lambda: "reset all" in course.calls)
        await until(pilot, lambda: "started ·" not in shown(pilot.app).replace("not started ·", ""))


async def test_keys_that_need_an_exercise_are_not_there_without_one() -> None:
    async with at_home(FakeCourse()) as pilot:
        active = {binding.binding.action for binding in pilot.app.screen.active_bindings.values()}
        assert not active & {"open", "start", "reset"}
        await pilot.press("down")
        await until(pilot, lambda: "s Start" in shown(pilot.app))


async def test_the_page_of_keys() -> None:
    async with at_home(FakeCourse(), (80, 40)) as pilot:
        await pilot.press("question_mark")
        await see(pilot, "! or t A root shell on the node")
        await see(pilot, "Put the whole cluster back")
        await see(pilot, "^p Open the command palette")
        await pilot.press("escape")
        await see(pilot, "About this lab")


async def test_the_command_palette_opens() -> None:
    async with at_home(FakeCourse()) as pilot:
        await pilot.press("ctrl+p")
        await see(pilot, "Search for commands")


async def test_quitting_is_done() -> None:
    async with at_home(FakeCourse()) as pilot:
        await pilot.press("q")
    assert pilot.app.return_code == 0


async def test_what_an_observation_says_again_is_shown_once() -> None:
    course = FakeCourse()
    async with at_home(course) as pilot:
        for _ in range(3):
            course.status.note("The journal was damaged.")
        await see(pilot, "The journal was damaged.")
        assert shown(pilot.app).count("The journal was damaged.") == 1


async def test_every_error_of_the_shell_is_explained() -> None:
    course = FakeCourse(failures={"shell": [LabError("The node is gone.", "lab up")]})
    async with at_home(course) as pilot:
        await pilot.press("t")
        await see(pilot, "✗ Error The node is gone.")
