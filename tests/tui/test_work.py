"""The screen to work in: what is in sight, how one moves, and checks that come by themselves."""

from collections.abc import Iterable
from functools import partial

import pytest
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets._markdown import MarkdownH1

from lab.errors import ClusterError, LabError
from lab.model import Place, Score
from lab.report.words import clock
from lab.tui.screens.home import HomeScreen
from lab.tui.screens.work import WorkScreen
from lab.tui.widgets.check_panel import CheckPanel, CheckRow
from lab.tui.widgets.step_page import StepPage
from lab.tui.widgets.step_reader import StepReader
from lab.tui.widgets.text import Text

from .driving import at_home, in_exercise, lines, same_as, see, shown, unseen, until
from .fake_course import FakeCourse

SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["80x24", "160x45"])
LOOKS = pytest.mark.parametrize("size", [(80, 24), (120, 35), (160, 45)], ids=["80x24", "120x35", "160x45"])


@LOOKS
async def test_it_looks_as_approved(size: tuple[int, int]) -> None:
    course = FakeCourse(passing={"answer"})
    async with in_exercise(course, size, notifications=False) as pilot:
        await pilot.press("n")
        await same_as(pilot, f"work-{size[0]}x{size[1]}")


@LOOKS
async def test_a_step_that_is_done_looks_as_approved(size: tuple[int, int]) -> None:
    async with in_exercise(FakeCourse(passing={"answer"}), size, notifications=False) as pilot:
        await see(pilot, "✓ Done: w shows")
        await pilot.press("w")
        await same_as(pilot, f"work-done-{size[0]}x{size[1]}")


@SIZES
async def test_the_step_its_text_and_its_checks_are_in_sight(size: tuple[int, int]) -> None:
    async with in_exercise(FakeCourse(), size) as pilot:
        await see(pilot, "Find the digest that the kube-apiserver runs")
        await see(pilot, "crictl ps")
        await see(pilot, "✗ fails The answer file holds the digest of the running")
        await see(pilot, "expected what answer asks for")
        await see(pilot, "observed nothing of answer")
        await see(pilot, "look with grep image:")
        await see(pilot, "Step 1 of 3 · checks ✗1 · Pin the kube-apiserver")
        await see(pilot, "0 of 10 points")
        await see(pilot, "q Quit")  # the last key: the line of keys is not cut off


async def test_wide_the_steps_have_number_mark_word_and_title() -> None:
    async with in_exercise(FakeCourse(passing={"answer", "container"}), (160, 45)) as pilot:
        await see(pilot, "▸ 1 ✓ passes Find the digest that the kube-apiserver runs")
        await see(pilot, "2 ○ open Pin the static pod to that digest")
        await see(pilot, "3 ✓ seen at")


async def test_the_documentation_stands_below_the_text() -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        await see(pilot, "look with")  # the checks have the room that they need
        await pilot.press("end")
        await see(pilot, "Images: A digest cannot be moved.")
        await see(pilot, "https://kubernetes.io/docs/concepts/containers/images/")
        await see(pilot, "All: https://kubernetes.io/docs/")


# -- moving


async def test_steps_by_key_and_the_task_before_them() -> None:
    async with in_exercise(FakeCourse(passing={"container"})) as pilot:
        await pilot.press("n")
        await see(pilot, "Step 2 of 3 · checks ✓1 ✗1")
        await see(pilot, "✓ passes The manifest directory holds one manifest")
        await pilot.press("n", "n")
        await see(pilot, "Step 3 of 3 · checks ✓2")
        await pilot.press("p", "p", "p")
        await see(pilot, "The brief of image-digest.")
        await see(pilot, "n goes to the first step.")


async def test_narrow_the_list_of_steps_comes_by_a_key() -> None:
    async with in_exercise(FakeCourse()) as pilot:
        await pilot.press("l")
        await see(pilot, "▸ 1 ○ open Find the digest")
        await pilot.press("down", "enter")
        await see(pilot, "Step 2 of 3")
        await unseen(pilot, "▸ 1")
        assert isinstance(pilot.app.screen.focused, StepPage)


async def test_the_text_scrolls_and_can_be_alone() -> None:
    async with in_exercise(FakeCourse()) as pilot:
        page = pilot.app.screen.query_one(StepPage)
        await until(pilot, lambda: page.max_scroll_y > 6)  # the text is laid out
        await pilot.press("down", "j")
        await until(pilot, lambda: page.scroll_offset.y >= 6)
        await pilot.press("k")
        await until(pilot, lambda: page.scroll_offset.y == 1)
        await pilot.press("m")
        await unseen(pilot, "✗ fails The answer file")
        await pilot.press("m")
        await see(pilot, "✗ fails The answer file")


async def test_back_to_the_list_and_to_where_one_was() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        work = pilot.app.screen
        await pilot.press("n")
        await see(pilot, "Step 2 of 3")
        assert course.where == Place("image-digest", "pin")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await pilot.press("enter")
        await see(pilot, "Step 2 of 3")
        assert pilot.app.screen is work  # with its shell


async def test_another_exercise_is_shown_on_the_same_screen() -> None:
    course = FakeCourse(started={"opa-whitelist"})
    async with in_exercise(course, (160, 45)) as pilot:
        work = pilot.app.screen
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await pilot.press("down", "enter")
        await see(pilot, "Step 1 of 1")
        await see(pilot, "1 ○ open Write the template")
        assert pilot.app.screen is work


async def test_nothing_of_another_exercise_is_drawn_when_one_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    for part in (Text, MarkdownH1):
        render = part.render
        monkeypatch.setattr(part, "render", lambda it, r=render: drawn.append(str(shows := r(it))) or shows)
    async with at_home(FakeCourse()) as pilot:
        for keys, title in ((["down", "down"], "Let only trusted"), (["up"], "Pin the kube"), (["down"], "Let only")):
            await pilot.press(*keys)
            drawn.clear()
            await pilot.press("enter")
            await see(pilot, "esc Back")
            await see(pilot, f"Not started · {title}")
            work = pilot.app.screen
            await until(pilot, partial(_arrived, work))
            where = [text for text in drawn if text.startswith(("Not started", "Step ", "The task"))]
            others = [text for text in where if title not in text]
            assert others == []
            await pilot.press("escape")
            await see(pilot, "About this lab")


async def test_one_can_quit_in_the_middle_of_a_change_of_step() -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        panel = pilot.app.screen.query_one(CheckPanel)
        mount_all = panel.mount_all

        async def cut_short(rows: Iterable[Widget]) -> None:
            mount_all(rows)  # as it is when the app ends: they are there, and have nothing in them

        panel.mount_all = cut_short  # type: ignore[assignment,method-assign]
        await pilot.press("n", "q")
    assert pilot.app.return_code == 0


async def test_a_terminal_that_was_resized_meanwhile_is_fitted() -> None:
    async with in_exercise(FakeCourse(), (160, 45)) as pilot:
        await see(pilot, "root@node:~#")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await pilot.resize_terminal(80, 24)
        await pilot.press("enter")
        await see(pilot, "Step 1 of 3")
        await unseen(pilot, "root@node:~#")
        await pilot.press("question_mark")
        await see(pilot, "Hints of this step")
        await pilot.resize_terminal(160, 45)
        await pilot.press("escape")
        await see(pilot, "root@node:~#")


# -- starting


async def test_an_exercise_that_is_not_started_can_be_read_and_started() -> None:
    course = FakeCourse()
    async with at_home(course) as pilot:
        await pilot.press("down", "o")
        await see(pilot, "Not started: Enter puts the starting state in place.")
        await pilot.press("s", "h", "v", "r")
        assert isinstance(pilot.app.screen, WorkScreen)
        assert not any(call.startswith("verify") for call in course.calls)
        await pilot.press("enter")
        await see(pilot, "Start: Pin the kube-apiserver")
        await pilot.press("escape")
        await see(pilot, "Not started: Enter puts the starting state in place.")
        await pilot.press("enter")
        await see(pilot, "Start: Pin the kube-apiserver")
        await pilot.press("enter")
        await see(pilot, "Step 1 of 3")
        await see(pilot, "✗ fails The answer file")
    assert "start image-digest" in course.calls


async def test_an_exercise_that_was_set_aside_is_taken_up_again() -> None:
    course = FakeCourse(aside={"image-digest"})
    async with in_exercise(course) as pilot:
        await see(pilot, "Set aside for another exercise: Enter takes it up again.")
        await pilot.press("enter")
        await see(pilot, "What it had in effect is put in place on the cluster.")
        await pilot.press("y")
        await see(pilot, "Checks")
        await unseen(pilot, "Set aside")
    assert "start image-digest" in course.calls


async def test_a_step_that_has_to_hold_once_says_so() -> None:
    async with in_exercise(FakeCourse()) as pilot:
        await pilot.press("n", "n")
        await see(pilot, "Checks · it is enough that they pass once")


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


# -- checks that come by themselves


async def test_a_verdict_appears_without_a_key_and_is_said() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await see(pilot, "✗ fails The answer file")
        course.change("answer")
        await see(pilot, "✓ passes The answer file")
        await see(pilot, "✓ Step 1 passes")
        await see(pilot, "3 of 10 points")
        assert "expected" not in shown(pilot.app)


async def test_the_step_at_hand_is_looked_at_first_and_then_the_exercise() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await until(pilot, lambda: course.looks())
        del course.calls[:]
        course.change("answer")
        await until(pilot, lambda: course.looks())
    looks = [call for call in course.calls if call.startswith("verify")]
    assert looks[0] == "verify image-digest/find"
    assert looks[-1] == "verify image-digest"


async def test_rows_are_kept_while_verdicts_come_and_never_two_looks_at_once() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await see(pilot, "✗ fails The answer file")
        row, gate = pilot.app.screen.query_one(CheckRow), course.hold("verify")
        looks = len(course.calls)
        await pilot.press("v", "v")
        await until(pilot, lambda: len(course.calls) > looks)
        course.change("answer")
        course.change("answer")
        await pilot.press("v")
        gate.set()
        await see(pilot, "✓ passes The answer file")
        assert pilot.app.screen.query_one(CheckRow) is row
    assert course.most_at_once == 1


async def test_a_check_that_cannot_tell_yet_is_asked_again_without_a_word() -> None:
    course = FakeCourse(late={"answer"})
    async with in_exercise(course) as pilot:
        await see(pilot, "? not yet The answer file")
        await see(pilot, "observed could not tell yet: the audit has not come round")
        course.late.clear()
        course.passing.add("answer")
        await see(pilot, "✓ passes The answer file")


async def test_nothing_is_looked_at_while_the_cluster_is_changed() -> None:
    course = FakeCourse()
    gate = course.hold("reset")
    async with in_exercise(course) as pilot:
        await see(pilot, "✗ fails The answer file")
        await pilot.press("r")
        await see(pilot, "Reset: Pin")
        await pilot.press("y")
        await see(pilot, "Resetting: Pin")
        await until(pilot, lambda: "reset image-digest" in course.calls)
        looks = len(course.calls)
        course.tell("files")
        work = next(screen for screen in pilot.app.screen_stack if isinstance(screen, WorkScreen))
        await until(pilot, lambda: work.seen._first_told is not None)
        work.think()
        assert len(course.calls) == looks
        gate.set()
        await until(pilot, lambda: len(course.calls) > looks)


async def test_verify_by_key_says_the_score_and_explains_a_failure() -> None:
    course = FakeCourse(passing={"answer"})
    async with in_exercise(course) as pilot:
        await pilot.press("v")
        await see(pilot, "Looked at the cluster")
        course.failures["verify"] = [ClusterError("The node does not answer.", "lab up")] * 99
        course.tell("files")
        await see(pilot, "? could not look: The node does not")
        await see(pilot, "✓ passes The answer file")  # what was seen last stays
        await pilot.press("v")
        await see(pilot, "✗ Error The node does not answer.")


async def test_while_the_api_server_restarts_the_last_verdicts_stay_and_are_old() -> None:
    course = FakeCourse()
    async with in_exercise(course, (160, 45)) as pilot:
        await pilot.press("n", "n")
        await see(pilot, "✓ passes The API server is ready")
        course.api_server = "not ready: connection refused"
        course.tell("api", "connection refused")
        await see(pilot, "API server: ~ restarting for")
        await see(pilot, "(connection refused)")
        await see(pilot, "✓ passes (old) The API server is ready")
        await see(pilot, "as of")
        course.change("container")  # which the node alone can tell
        await see(pilot, "✓ passes The running container")
        await see(pilot, "? could not tell (old) See the kube-apiserver run")
        course.api_server = "ready"
        course.tell("api", "ready")
        await see(pilot, "API server: ✓ ready")
        await see(pilot, "3 ✓ seen at")
        await unseen(pilot, "(old)")


@SIZES
async def test_points_do_not_fall_while_the_api_server_is_away(size: tuple[int, int]) -> None:
    moment = "2026-01-31T12:00:00Z"
    course = FakeCourse(passing={"answer", "container"}, last={"run": Score(4, 4, moment)})
    course.api_server = "not ready: refused"
    async with in_exercise(course, size) as pilot:
        await see(pilot, f"░ 7 of 10 points as of {clock(moment)}")
        await pilot.press("v")
        await see(pilot, "Looked at the cluster")


async def test_without_anyone_who_tells_it_is_looked_at_all_the_same() -> None:
    course = FakeCourse(failures={"watch": [LabError("no helper on the node")]})
    async with in_exercise(course) as pilot:
        await see(pilot, "✗ fails The answer file")
        course.passing.add("answer")
        await see(pilot, "✓ passes The answer file")


# -- a cluster that goes


@pytest.mark.parametrize(("now", "said"), [("absent", "The cluster is gone"), ("stopped", "The cluster is stopped")])
@SIZES
async def test_a_cluster_that_goes_is_said_and_can_be_made_again(size: tuple[int, int], now: str, said: str) -> None:
    course = FakeCourse()
    async with in_exercise(course, size) as pilot:
        await see(pilot, "✗ fails The answer file")
        course.cluster = now
        course.tell("node", now)
        await see(pilot, f"✗ {said}")
        await see(pilot, "u makes it run again")
        await pilot.press("t")
        await see(pilot, f"✗ {said}")  # in the terminal too
        await pilot.press("ctrl+right_square_bracket", "u")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await pilot.press("enter")
        await see(pilot, "Step 1 of 3")
        course.change("answer")
        await see(pilot, "✓ passes The answer file")
        assert said not in shown(pilot.app)


async def test_a_cluster_that_was_made_anew_begins_at_nothing() -> None:
    course = FakeCourse(passing={"answer"})
    async with in_exercise(course) as pilot:
        await see(pilot, "✓ passes The answer file")
        course.cluster = "absent"
        course.tell("node", "absent")
        await see(pilot, "u makes it run again")
        course.started.clear()
        course.passing.clear()
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await pilot.press("enter")
        await see(pilot, "Not started")
        assert "✓ passes" not in shown(pilot.app)


async def test_no_row_is_wider_than_the_screen() -> None:
    async with in_exercise(FakeCourse()) as pilot:
        assert max(map(len, lines(pilot.app))) <= 80


def _arrived(work: Screen[object]) -> bool:
    return not work.query_one(StepReader).has_class("-arriving")
