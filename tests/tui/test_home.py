"""The list of exercises."""

from typing import Any

import pytest
from scripted_course import lab_status
from textual.screen import Screen

from lab.errors import LabError
from lab.model import Place
from lab.tui.app import LabApp
from lab.tui.screens.home import HomeScreen
from lab.tui.screens.making import MakingScreen
from lab.tui.screens.work import WorkScreen

from .driving import at_home, in_exercise, same_as, see, shown, unseen, until
from .fake_course import FakeCourse

SIZES = [(80, 24), (160, 45)]


@pytest.mark.parametrize("size", [(80, 24), (120, 35), (160, 45)], ids=["80x24", "120x35", "160x45"])
async def test_it_looks_as_approved(size: tuple[int, int]) -> None:
    course = FakeCourse(started={"image-digest"}, passing={"answer"}, where=Place("image-digest", "pin"))
    async with at_home(course, size, notifications=False) as pilot:
        await same_as(pilot, f"home-{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES)
async def test_overview_and_exercises_with_their_state_in_words(size: tuple[int, int]) -> None:
    course = FakeCourse(started={"image-digest"}, passing={"answer"})
    async with at_home(course, size) as pilot:
        await see(pilot, "Three exercises on a real control plane.")
        await see(pilot, "Pin the kube-apiserver to its image digest")
        await see(pilot, "~ started · ░░░░░░░ 3 of 10 points · easy · about 15 min")
        await see(pilot, "· not started · 5 points · easy · about 15 min")
        await see(pilot, "API server: ✓ ready · Kubernetes v1.36.4")
        await see(pilot, "Enter opens it, ? shows all keys")


async def test_the_row_at_hand_has_a_mark_and_its_brief() -> None:
    async with at_home(FakeCourse()) as pilot:
        await pilot.press("down")
        await see(pilot, "▸ Pin the kube-apiserver")
        await see(pilot, "The brief of image-digest.")
        await see(pilot, "s starts this exercise, Enter only opens it")


async def test_it_opens_where_the_learner_was() -> None:
    course = FakeCourse(started={"image-digest"}, where=Place("image-digest", "pin"))
    async with at_home(course) as pilot:
        await see(pilot, "▸ Pin the kube-apiserver")
        await see(pilot, "Go on with: step 2, Pin the static pod to that digest · Enter")
        await pilot.press("enter")
        await see(pilot, "Step 2 of 3")


async def test_where_the_learner_is_is_kept_for_the_next_time() -> None:
    course = FakeCourse(started={"image-digest"})
    async with at_home(course) as pilot:
        await pilot.press("down", "enter")
        await until(pilot, lambda: course.where == Place("image-digest", "find"))
        await pilot.press("n")
        await until(pilot, lambda: course.where == Place("image-digest", "pin"))
    async with at_home(course) as pilot:
        await see(pilot, "Go on with: step 2")


@pytest.mark.parametrize(("size", "name"), [((80, 24), "-narrow"), ((160, 45), "-wide")])
async def test_the_first_frame_is_laid_out_for_its_width(
    size: tuple[int, int], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list[tuple[str, frozenset[str]]] = []
    display = LabApp._display

    def recorded(app: LabApp, screen: Screen[None], renderable: Any) -> None:
        frames.append((type(screen).__name__, screen.classes))
        display(app, screen, renderable)

    monkeypatch.setattr(LabApp, "_display", recorded)
    async with in_exercise(FakeCourse(), size):
        pass
    assert {screen for screen, _ in frames} >= {"MakingScreen", "HomeScreen", "WorkScreen"}
    assert [screen for screen, classes in frames if screen.endswith("Screen") and name not in classes] == []


async def test_a_place_of_an_exercise_that_is_there_no_more_is_passed_over() -> None:
    async with at_home(FakeCourse(where=Place("retired", "one"))) as pilot:
        await see(pilot, "▸ About this lab")


async def test_starting_shows_the_work_then_the_first_step_and_what_was_said() -> None:
    course = FakeCourse()
    gate = course.hold("start")
    async with at_home(course) as pilot:
        await pilot.press("down", "s")
        await see(pilot, "Start: Pin the kube-apiserver")
        await see(pilot, "Its starting state is put in place on the cluster.")
        await pilot.press("n")
        await see(pilot, "About this lab")
        assert "start image-digest" not in course.calls
        await pilot.press("s")
        await see(pilot, "Start: Pin the kube-apiserver")
        await pilot.press("enter")  # on the button that has the focus: yes
        await see(pilot, "Putting the starting state in place")
        gate.set()
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))
        await see(pilot, "Step 1 of 3")
        await see(pilot, "Other exercises are set aside.")
    assert "start image-digest" in course.calls


async def test_what_is_set_aside_is_said_and_taken_up_again() -> None:
    course = FakeCourse(started={"image-digest"}, aside={"image-digest"})
    async with at_home(course) as pilot:
        await see(pilot, "~ started, set aside · ░░░░░░░░░░ 0 of 10 points")
        await pilot.press("down")
        await see(pilot, "s takes up again what was set aside, Enter only opens it")
        await pilot.press("s")
        await see(pilot, "What it had in effect is put in place on the cluster.")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))
        await pilot.press("escape")
        await see(pilot, "~ started · ░░░░░░░░░░ 0 of 10 points")
        await unseen(pilot, "s Start")
    assert course.calls.count("start image-digest") == 1


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
        await unseen(pilot, "~ started")


async def test_keys_that_need_an_exercise_are_not_there_without_one() -> None:
    async with at_home(FakeCourse()) as pilot:
        active = {binding.binding.action for binding in pilot.app.screen.active_bindings.values()}
        assert not active & {"open", "start", "reset"}
        await pilot.press("down")
        await until(pilot, lambda: "s Start" in shown(pilot.app))


# -- the cluster goes away


@pytest.mark.parametrize(
    ("now", "said"), [("absent", "The cluster is gone"), ("stopped", "The cluster is stopped; what you did")]
)
async def test_a_cluster_that_goes_away_is_said_and_made_again(now: str, said: str) -> None:
    course = FakeCourse(started={"image-digest"})
    async with at_home(course) as pilot:
        assert pilot.app.check_action("make", ()) is False
        course.cluster, course.made = now, now != "absent"
        course.tell("node", now)
        await see(pilot, f"✗ {said}")
        await see(pilot, "u makes it run again")
        await pilot.press("u")
        await until(pilot, lambda: "up" in course.calls)
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await unseen(pilot, said)
    first, second = course.watches
    assert first.stopped
    assert second.stopped  # with the app


async def test_it_is_made_again_from_the_work_screen_too() -> None:
    course = FakeCourse(started={"image-digest"}, where=Place("image-digest", "find"))
    async with at_home(course) as pilot:
        await pilot.press("enter")
        await see(pilot, "Step 1 of 3")
        course.made, course.gate = False, course.hold("nothing")
        course.tell("node", "absent")
        await until(pilot, lambda: pilot.app.check_action("make", ()))
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, MakingScreen))
        course.gate.set()
        await see(pilot, "About this lab")


async def test_without_the_engine_it_says_so() -> None:
    course = FakeCourse()
    async with at_home(course) as pilot:
        course.look = lambda: lab_status(engine="refused", engine_ok=False)  # type: ignore[method-assign]
        course.tell("host")
        await see(pilot, "✗ The Docker engine does not answer · u makes it run again")


async def test_a_course_that_cannot_watch_is_looked_at_now_and_then() -> None:
    course = FakeCourse(failures={"watch": [LabError("no helper")]})
    async with at_home(course) as pilot:
        course.api_server = "not ready: etcd"
        await see(pilot, "(etcd)")


async def test_after_a_complete_exercise_one_goes_on_with_what_is_not_done() -> None:
    course = FakeCourse(started={"image-digest", "opa-whitelist"}, passing={"answer", "manifest", "container"})
    async with at_home(course) as pilot:
        await pilot.press("down")
        await see(pilot, "✓ Complete. Go on with: Let only trusted registries in · ↓")
        course.passing = {"template"}
        course.tell("api", "ready")
        await see(pilot, "5 of 15 points")
        await pilot.press("down")
        await see(pilot, "✓ Complete. Go on with: Pin the kube-apiserver to its image digest · ↑")
        course.passing |= {"answer", "manifest", "container"}
        course.tell("api", "ready")
        await see(pilot, "✓ Complete, and so are all the others.")


async def test_the_list_shows_at_once_what_was_earned_in_an_exercise() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await see(pilot, "✗ fails")
        before = course.look()
        course.look = lambda: before  # type: ignore[method-assign]  # the next look takes its time
        course.change("answer")
        await see(pilot, "3 of 10 points")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        assert "0 of 10 points" not in shown(pilot.app)
        await see(pilot, "3 of 10 points")
