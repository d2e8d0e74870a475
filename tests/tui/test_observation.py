"""What is looked at when, and what stays known: without a screen, on a clock of the test's own."""

from dataclasses import replace
from itertools import pairwise

import pytest
from scripted_course import CLUSTER

from lab.model import CheckResult, Report, Score, StepResult, Verdict, worst
from lab.tui import observation
from lab.tui.failures import Failure
from lab.tui.observation import DEBOUNCE, EVERY, LONGEST, QUIET, REST, SOON, UNTOLD, Observation, Target

from .fake_course import FakeCourse, digest_exercise

WHOLE = Target()


def observe(seen: Observation, course: FakeCourse, target: Target, now: float, took: float = 0.0) -> list[str]:
    """One look; gives the steps that turned."""
    seen.begin(target, now)
    selector = f"image-digest/{target.step_id}" if target.step_id else "image-digest"
    return [step.id for step in seen.end(course.verify([selector]), now + took)]


def settled(course: FakeCourse, at: float = 0.0) -> Observation:
    """What is known after the first looks at a step and at all."""
    seen = Observation(digest_exercise())
    observe(seen, course, Target("find"), at)
    observe(seen, course, WHOLE, at)
    return seen


def test_first_the_step_at_hand_and_then_everything() -> None:
    seen, course = Observation(digest_exercise()), FakeCourse()
    assert seen.next(0, "find") == Target("find")
    observe(seen, course, Target("find"), 0)
    assert seen.next(0, "find") == WHOLE
    observe(seen, course, WHOLE, 0)
    assert seen.next(REST, "find") is None
    assert set(seen.steps) == {"find", "pin", "run"}


def test_at_the_task_everything_is_looked_at() -> None:
    assert Observation(digest_exercise()).next(0, "") == WHOLE


def test_a_change_is_looked_at_when_it_is_quiet_for_a_moment_the_rest_later() -> None:
    course = FakeCourse()
    seen = settled(course)
    seen.tell(10)
    assert seen.next(10, "pin") is None
    seen.tell(10.1)
    assert seen.next(10 + DEBOUNCE, "pin") is None
    assert seen.next(10.1 + DEBOUNCE, "pin") == Target("pin")
    observe(seen, course, Target("pin"), 10.3)
    assert seen.next(10.1 + QUIET - 0.1, "pin") is None
    assert seen.next(10.1 + QUIET, "pin") == WHOLE
    observe(seen, course, WHOLE, 12)
    assert seen.next(30, "pin") is None


def test_a_change_is_looked_at_even_if_others_follow_it_without_end() -> None:
    course, looks = FakeCourse(), []
    seen = settled(course)
    for tenth in range(300):
        now = 10 + tenth / 10
        seen.tell(now)
        if target := seen.next(now, "find"):
            looks.append((now, target))
            observe(seen, course, target, now)
    steps = [now for now, target in looks if target == Target("find")]
    assert steps[0] <= 10 + observation.AT_MOST + 0.1
    assert all(later - earlier >= REST for earlier, later in pairwise(steps))
    wholes = [now for now, target in looks if target == WHOLE]
    assert wholes[0] <= 10 + LONGEST + 0.1
    assert len(wholes) >= 2


def test_never_two_looks_at_once() -> None:
    seen = Observation(digest_exercise())
    seen.begin(Target("find"), 0)
    seen.tell(1)
    seen.want()
    assert seen.next(100, "find") is None
    seen.end(FakeCourse().verify(["image-digest/find"]), 100)
    assert seen.next(100, "find") == WHOLE  # it was wanted meanwhile


def test_what_is_told_during_a_look_is_looked_at_after_it() -> None:
    course = FakeCourse()
    seen = settled(course)
    seen.begin(WHOLE, 10)
    seen.tell(10.5)
    seen.end(course.verify(["image-digest"]), 11)
    assert seen.next(11, "find") is None
    assert seen.next(11 + REST, "find") == Target("find")


@pytest.mark.parametrize(("watched", "pause"), [(True, EVERY), (False, UNTOLD)])
def test_without_a_word_everything_is_looked_at_now_and_then(watched: bool, pause: float) -> None:
    seen = settled(FakeCourse(), at=5)
    seen.watched = watched
    assert seen.next(5 + pause - 0.1, "find") is None
    assert seen.next(5 + pause, "find") == WHOLE


def test_another_step_is_looked_at_when_it_comes_up_for_the_first_time() -> None:
    seen, course = Observation(digest_exercise()), FakeCourse()
    observe(seen, course, Target("find"), 0)
    assert seen.next(0, "pin") == Target("pin")


def test_a_check_that_cannot_tell_yet_is_asked_again_soon_but_not_for_ever_as_often() -> None:
    course = FakeCourse(late={"answer"})
    seen = settled(course)
    now, pauses = 0.0, []
    for _ in range(observation.PATIENCE + 3):
        begun = now
        while seen.next(now, "find") != Target("find"):
            now += 0.1
        pauses.append(round(now - begun, 1))
        observe(seen, course, Target("find"), now)
    assert pauses[0] == SOON
    assert pauses[-1] == UNTOLD
    seen.tell(now)  # something happened: there is hope again
    observe(seen, course, Target("find"), now + 1)
    assert seen.next(now + 1 + SOON, "find") == Target("find")


def test_a_late_check_of_another_step_is_asked_again_though_this_one_is_looked_at() -> None:
    course = FakeCourse(late={"manifest"})
    seen = settled(course)
    observe(seen, course, Target("find"), 0.5)
    assert seen.next(SOON, "find") == Target("pin")


def test_a_step_that_turns_is_told_once_and_again_only_after_it_failed() -> None:
    course = FakeCourse()
    seen = settled(course)
    course.passing.add("answer")
    assert observe(seen, course, Target("find"), 1) == ["find"]
    assert observe(seen, course, WHOLE, 2) == []
    course.late.add("answer")
    assert observe(seen, course, WHOLE, 3) == []
    course.passing.discard("answer")
    course.late.clear()
    observe(seen, course, WHOLE, 4)
    course.passing.add("answer")
    assert observe(seen, course, WHOLE, 5) == ["find"]


def test_what_passes_at_the_first_look_did_not_turn() -> None:
    seen = Observation(digest_exercise())
    assert observe(seen, FakeCourse(passing={"answer"}), WHOLE, 1) == []


def test_verdicts_that_cannot_be_told_anew_stay_and_are_old() -> None:
    course = FakeCourse(passing={"answer"})
    seen = settled(course, at=1)
    course.api_server = "connection refused"
    course.passing.add("manifest")
    assert observe(seen, course, WHOLE, 10) == ["pin"]  # what needs only the node is judged as before
    run = seen.step("run")
    assert run
    assert [check.verdict for check in run.checks] == [Verdict.FAIL, Verdict.PASS]
    assert (seen.since("run", "ready"), seen.since("run", "container"), seen.since("find")) == (1, None, None)
    assert seen.age(13, "run") == "as of 12 s ago"
    assert seen.age(13, "find") == ""
    observe(seen, course, WHOLE, 20)
    assert seen.since("run") == 1
    course.api_server = "ready"
    observe(seen, course, WHOLE, 30)
    assert seen.since("run") is None


def test_points_that_cannot_be_told_now_are_the_last_ones_with_their_time() -> None:
    course = FakeCourse(passing={"answer", "container"}, last={"run": Score(4, 4, "2026-01-31T12:00:00Z")})
    course.api_server = "not ready: refused"
    seen = settled(course)
    assert (seen.earned, seen.as_of) == (3 + 4, "2026-01-31T12:00:00Z")
    course.api_server = "ready"
    observe(seen, course, WHOLE, 10)
    assert (seen.earned, seen.as_of) == (3 + 4, "")


def test_until_all_was_looked_at_the_points_are_those_of_the_journal() -> None:
    seen, course = Observation(digest_exercise(), before=7), FakeCourse(passing={"answer"})
    observe(seen, course, Target("find"), 0)
    assert seen.earned == 7
    observe(seen, course, WHOLE, 1)
    assert seen.earned == 3


def test_old_verdicts_do_not_make_a_step_pass() -> None:
    course = FakeCourse()
    seen = settled(course)
    course.api_server, course.passing = "connection refused", {"answer", "manifest", "container"}
    assert observe(seen, course, WHOLE, 10) == ["find", "pin"]
    run = seen.step("run")
    assert run
    assert run.verdict is Verdict.ERROR  # all its checks pass, but one of them did so before
    assert not seen.complete
    course.api_server = "ready"
    assert observe(seen, course, WHOLE, 20) == ["run"]
    assert seen.complete


def test_it_is_news_that_an_exercise_is_complete_also_when_its_last_step_could_only_not_be_told() -> None:
    course = FakeCourse(passing={"answer", "manifest", "container"})
    seen = settled(course)
    assert not seen.finish()  # it was so when it was opened
    course.passing = {"manifest", "container"}
    observe(seen, course, WHOLE, 10)
    course.api_server, course.passing = "connection refused", {"answer", "manifest", "container"}
    observe(seen, course, WHOLE, 20)
    assert not seen.finish()
    course.api_server = "ready"
    assert observe(seen, course, WHOLE, 30) == []  # no step turns: the last one passed all the time
    assert seen.finish()
    assert not seen.finish()


def test_that_an_exercise_is_complete_is_said_by_one_look_at_all_of_it() -> None:
    course = FakeCourse(passing={"manifest", "container"})
    seen = settled(course)
    course.passing = {"answer"}  # what makes one step pass makes the others fail
    seen.tell(10)
    assert observe(seen, course, Target("find"), 11) == ["find"]
    assert seen.complete  # as far as is known
    assert not seen.finish()
    assert seen.next(11, "find") == WHOLE  # at once
    seen.begin(WHOLE, 11)
    assert not seen.finish()
    seen.end(course.verify(["image-digest"]), 12)
    assert not seen.finish()
    course.passing = {"answer", "manifest", "container"}
    seen.begin(WHOLE, 20)
    seen.tell(20.5)
    seen.end(course.verify(["image-digest"]), 21)
    assert not seen.finish()  # something has changed since
    observe(seen, course, WHOLE, 22)
    assert seen.finish()


def test_what_was_complete_is_no_news_any_more_when_it_is_not() -> None:
    course = FakeCourse(passing={"manifest", "container"})
    seen = settled(course)
    course.passing = {"answer", "manifest", "container"}
    observe(seen, course, WHOLE, 10)
    course.passing = {"answer"}
    observe(seen, course, WHOLE, 20)
    assert not seen.finish()
    course.passing = {"answer", "manifest", "container"}
    observe(seen, course, WHOLE, 30)
    assert seen.finish()


def test_a_step_that_passed_stays_so_while_it_cannot_be_told() -> None:
    course = FakeCourse(passing={"answer", "manifest", "container"})
    seen = settled(course)
    course.api_server = "connection refused"
    observe(seen, course, WHOLE, 10)
    assert seen.passes("run")
    assert seen.earned == 10


def test_a_verdict_that_comes_first_as_an_error_is_one() -> None:
    seen = settled(FakeCourse(api_server="connection refused"))
    run = seen.step("run")
    assert run
    assert run.verdict is Verdict.ERROR
    assert seen.since("run") is None


def test_what_could_not_be_told_is_asked_again() -> None:
    seen = settled(FakeCourse(api_server="connection refused"))
    assert seen.next(UNTOLD - 0.1, "find") is None
    assert seen.next(UNTOLD, "find") == WHOLE


def test_a_step_seen_once_counts_though_its_checks_are_old() -> None:
    course = FakeCourse(passing={"answer", "manifest", "container"})
    seen = settled(course)
    outcome = course.verify(["image-digest"])
    course.api_server = "connection refused"
    found = course.verify(["image-digest"]).exercises[0]
    held = replace(outcome.exercises[0].steps[2], checks=found.steps[2].checks)  # as the course gives an earned one
    seen.begin(WHOLE, 5)
    seen.end(_report(course, *found.steps[:2], held), 5)
    assert seen.since("run") is not None
    assert seen.complete


def test_a_failure_keeps_what_was_seen_and_looks_again_before_long() -> None:
    course = FakeCourse(passing={"answer"})
    seen = settled(course, at=1)
    seen.begin(WHOLE, 10)
    seen.end(Failure("The node does not answer.\nMore."), 11)
    assert seen.passes("find")
    assert seen.age(13, "find") == "as of 12 s ago · ? could not look: The node does not answer."
    assert seen.next(11 + UNTOLD - 0.1, "find") is None
    assert seen.next(11 + UNTOLD, "find") == WHOLE
    observe(seen, course, WHOLE, 20)
    assert seen.age(21, "find") == ""


def test_what_is_said_of_the_first_look_and_of_a_long_one() -> None:
    seen, course = Observation(digest_exercise()), FakeCourse()
    assert seen.age(0, "find") == "looking ..."
    seen.begin(Target("find"), 0)
    assert seen.age(5, "find") == "looking ..."
    seen.end(course.verify(["image-digest/find"]), 5)
    assert seen.age(5, "find") == ""
    seen.begin(WHOLE, 6)
    assert seen.age(7, "find") == ""
    assert seen.age(9, "find") == "looking again ..."


def test_what_is_forgotten_is_looked_at_at_once() -> None:
    seen = settled(FakeCourse(passing={"answer"}))
    seen.forget()
    assert (seen.steps, seen.earned, seen.complete) == ({}, 0, False)
    assert seen.next(0.1, "find") == Target("find")


def test_a_report_of_something_else_changes_nothing() -> None:
    seen = Observation(digest_exercise())
    seen.begin(WHOLE, 1)
    assert seen.end(Report(CLUSTER, (), Verdict.SKIP), 1) == ()
    assert seen.steps == {}


def _report(course: FakeCourse, *steps: StepResult) -> Report:
    [exercise] = course.verify(["image-digest"]).exercises
    verdict = worst([step.verdict for step in steps])
    return Report(CLUSTER, (replace(exercise, steps=steps, verdict=verdict),), verdict)


def test_points_of_a_mixture_need_its_guards() -> None:
    course = FakeCourse(passing={"container"})
    seen = settled(course)

    def failing(check: CheckResult) -> CheckResult:
        return replace(check, verdict=Verdict.FAIL if check.guard else Verdict.ERROR)

    [exercise] = course.verify(["image-digest"]).exercises
    run = exercise.steps[2]
    fresh = replace(run, checks=tuple(map(failing, run.checks)), verdict=Verdict.ERROR, earned=0, seen_at="")
    seen.begin(WHOLE, 5)
    seen.end(_report(course, fresh), 5)
    assert seen.earned == 0
