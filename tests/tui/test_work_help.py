"""Help in the screen to work in: hints, solutions, what a step has taught, and the end of an exercise."""

import pytest
from textual.pilot import Pilot

from lab.tui.modals import choice
from lab.tui.screens.work import WorkScreen

from .driving import in_exercise, lines, same_as, see, shown, unseen, until
from .fake_course import FakeCourse
from .test_work_terminal import PREFIX, pane

ALL = ("answer", "manifest", "container")


async def finish(pilot: Pilot[None], course: FakeCourse) -> None:
    """All steps are seen open, then all pass."""
    await until(pilot, lambda: course.looks())
    await see(pilot, "✗ fails")
    course.change(*ALL)


# -- hints


async def test_hints_come_one_by_one_and_are_recorded() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await pilot.press("h")
        await see(pilot, "Hint 1 of 3")
        assert "Hint 2 of 3" not in shown(pilot.app)
        await pilot.press("h")
        await see(pilot, "Hint 2 of 3")
        await pilot.press("escape")
        await unseen(pilot, "Hint 1 of 3")
        await pilot.press("h")
        await see(pilot, "Hint 2 of 3")  # those that were taken are there again, at no cost
        assert course.calls.count("hint image-digest/find") == 2
        await pilot.press("h")
        await see(pilot, "that was the last one")
        await pilot.press("h")
        await pilot.pause()
        assert course.calls.count("hint image-digest/find") == 3


async def test_a_command_of_a_hint_goes_into_the_terminal() -> None:
    course = FakeCourse(taken={"find": 3})
    async with in_exercise(course) as pilot:
        await pilot.press("h")
        await see(pilot, "that was the last one")
        await pilot.press("right_square_bracket")
        await see(pilot, "▸ enter: to the terminal")
        await pilot.press("enter")
        await until(pilot, lambda: pane(pilot).typed == ["crictl images --digests"])
        assert isinstance(pilot.app.screen, WorkScreen)
        assert pilot.app.screen.focused is pane(pilot)


async def test_at_the_task_there_is_no_hint_and_no_solution() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await pilot.press("p", "h")
        await see(pilot, "Go to a step first: n")
        await pilot.press("s")
        await pilot.pause()
        assert isinstance(pilot.app.screen, WorkScreen)


# -- solutions


async def test_a_solution_is_asked_for_twice_and_can_be_refused() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        for refusal in (["n"], ["y", "n"]):
            await pilot.press("s")
            await see(pilot, "is recorded. Hints (h) tell less.")
            await pilot.press(*refusal[:-1])
            if len(refusal) > 1:
                await see(pilot, "Do it for me (d)")
            await pilot.press(refusal[-1])
            await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))
    assert course.solved == []


async def test_a_solution_is_shown_recorded_and_sent_in_a_shell_of_its_own() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await pilot.press("s")
        await see(pilot, "Solution: Find the digest")
        await pilot.press("y")
        await see(pilot, "Show me (w)")
        await pilot.press("w")
        await see(pilot, "echo find > /root/find")
        await see(pilot, "Why find works.")
        assert course.solved == ["find"]
        assert "solve image-digest/find" not in course.calls
        await pilot.press("right_square_bracket", "enter")
        await until(pilot, lambda: pane(pilot).typed == ["(\necho find > /root/find\n)"])


async def test_a_solution_is_done_and_what_was_typed_is_shown() -> None:
    course = FakeCourse()
    gate = course.hold("solve")
    async with in_exercise(course) as pilot:
        await see(pilot, "✗ fails")
        await pilot.press("s")
        await see(pilot, "Solution: Find the digest")
        await pilot.press("y")
        await see(pilot, "Do it for me (d)")
        await pilot.press("d")
        await see(pilot, "Typing the solution")
        gate.set()
        await see(pilot, "What was typed:")
        await see(pilot, "Why find works.")
        await pilot.press("escape")
        await see(pilot, "✓ passes The answer file")
    assert course.solved == ["find"]


# -- a step, and an exercise, that is done


async def test_a_step_that_is_done_says_what_it_taught_and_what_is_next() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await see(pilot, "✗ fails")
        course.change("answer")
        await see(pilot, "✓ Done: w shows what it taught. n goes on to step 2")
        await pilot.press("w")
        await see(pilot, "✓ Done: Find the digest that the kube-apiserver runs")
        await see(pilot, "Why find works.")
        await see(pilot, "n goes on to step 2: Pin the static pod to that digest")
        await pilot.press("n")
        await see(pilot, "Step 2 of 3")
        assert "Why find works." not in shown(pilot.app)


async def test_the_last_step_says_what_is_still_open() -> None:
    async with in_exercise(FakeCourse(passing={"container", "answer"}), (160, 45)) as pilot:
        await pilot.press("n", "n")
        await see(pilot, "Still open: step 2.")


async def test_the_end_is_said_with_the_help_that_was_taken_and_the_next_exercise() -> None:
    course = FakeCourse(taken={"pin": 2}, solved=["run"])
    async with in_exercise(course) as pilot:
        await finish(pilot, course)
        await see(pilot, "✓ Complete: Pin the kube-apiserver to its image digest")
        await see(pilot, "Every step passes: 10 of 10 points.")
        await see(pilot, "Pin the static pod to that digest (2 hints taken)")
        await see(pilot, "See the kube-apiserver run from the digest (solution taken)")
        await see(pilot, "Next: Let only trusted registries in")
        await pilot.press("n")
        await see(pilot, "Not started")
        await see(pilot, "The brief of opa-whitelist.")


async def test_behind_the_last_step_of_a_complete_exercise_is_the_next_one() -> None:
    async with in_exercise(FakeCourse(passing=set(ALL)), (160, 45)) as pilot:
        await see(pilot, "10 of 10 points")
        await pilot.press("n", "n", "w")
        await see(pilot, "All steps are done. n goes on to: Let only trusted registries in")
        await pilot.press("n")
        await see(pilot, "The brief of opa-whitelist.")


@pytest.mark.parametrize("size", [(80, 24), (120, 35)], ids=["80x24", "120x35"])
async def test_the_end_looks_as_approved(size: tuple[int, int]) -> None:
    course = FakeCourse(taken={"pin": 1})
    async with in_exercise(course, size, notifications=False) as pilot:
        await finish(pilot, course)
        await see(pilot, "✓ Complete")
        await same_as(pilot, f"work-finished-{size[0]}x{size[1]}")


async def test_after_the_last_exercise_there_is_none_to_go_on_with() -> None:
    course = FakeCourse(started={"opa-whitelist"})
    async with in_exercise(course) as pilot:
        await pilot.press("escape")
        await see(pilot, "About this lab")
        await pilot.press("down", "enter")
        await see(pilot, "Step 1 of 1")
        await until(pilot, lambda: course.looks("opa-whitelist"))
        await see(pilot, "✗ fails")
        course.change("template")
        await see(pilot, "✓ Complete: Let only trusted registries in")
        await see(pilot, "No hint and no solution was taken.")
        await see(pilot, "This was the last exercise.")
        await pilot.press("n")
        await pilot.pause()
        await see(pilot, "✓ Complete")
        await pilot.press("escape")
        await see(pilot, "Step 1 of 1")


async def test_the_end_does_not_take_keys_from_one_who_types() -> None:
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await see(pilot, "✗ fails")
        await pilot.press("t")
        await finish_in_terminal(pilot, course)
        assert isinstance(pilot.app.screen, WorkScreen)
        await pilot.press(PREFIX, "tab")
        await see(pilot, "✓ Complete: Pin the kube-apiserver")


async def test_the_page_at_the_end_takes_no_key_that_was_meant_for_what_was_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choice, "PAUSE", 2)
    course = FakeCourse()
    async with in_exercise(course) as pilot:
        await finish(pilot, course)
        await see(pilot, "✓ Complete")
        await pilot.press("n", "enter", "q", "escape")  # as for the step
        await see(pilot, "✓ Complete")
        assert "Next exercise" not in shown(pilot.app)
        await see(pilot, "Next exercise (n)")
        await pilot.press("n")
        await see(pilot, "The brief of opa-whitelist.")


async def test_the_end_is_not_said_of_what_was_undone_before_the_terminal_was_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    course, said = FakeCourse(), []
    monkeypatch.setattr(WorkScreen, "celebrate", lambda self, seen: said.append(seen.exercise.id))
    async with in_exercise(course) as pilot:
        work = pilot.app.screen
        assert isinstance(work, WorkScreen)
        await see(pilot, "✗ fails")
        await pilot.press("t")
        await finish_in_terminal(pilot, course)
        course.change("answer")
        await see(pilot, "3 of 10 points")
        await pilot.press(PREFIX, "tab")
        await until(pilot, lambda: not work.dock.has_keys)
        work.think()
        assert said == []
        course.change(*ALL)
        await until(pilot, lambda: said == ["image-digest"])


async def finish_in_terminal(pilot: Pilot[None], course: FakeCourse) -> None:
    await until(pilot, lambda: course.looks())
    await see(pilot, "checks ✗1")
    course.change(*ALL)
    work = pilot.app.screen
    assert isinstance(work, WorkScreen)
    await until(pilot, lambda: work.seen.complete)
    await see(pilot, "10 of 10 points")


async def test_an_exercise_that_was_complete_before_is_not_celebrated_again() -> None:
    course = FakeCourse(passing=set(ALL))
    async with in_exercise(course) as pilot:
        await see(pilot, "10 of 10 points")
        course.tell("files")
        looks = course.looks()
        await until(pilot, lambda: course.looks() > looks)
        await pilot.pause()
        assert isinstance(pilot.app.screen, WorkScreen)


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_the_line_over_the_checks_is_one_line(size: tuple[int, int]) -> None:
    async with in_exercise(FakeCourse(passing={"answer"}), size) as pilot:
        await see(pilot, "✓ Done: w shows")
        rows = [row for row in lines(pilot.app) if "✓ Done: w shows" in row]
        assert len(rows) == 1
