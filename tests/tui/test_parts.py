"""The parts that need no screen: words, observations, threads, failures, the session."""

import threading
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest
from scripted_course import lab_status
from textual.content import Content
from textual.message_pump import MessagePump

from lab import paths
from lab.catalog.load import Catalog
from lab.errors import NoClusterError
from lab.model import ActionSpec, ExerciseProgress, LabStatus, Place, Report, Score, Told, Verdict
from lab.shell.threads import DaemonThreads
from lab.tui import work_words
from lab.tui.failures import Failure, attempt
from lab.tui.messages import Noted, PhaseEnded, PhaseStarted
from lab.tui.observation import Observation, Target
from lab.tui.session import Look, Session
from lab.tui.status import TuiStatus
from lab.tui.widgets.fence import folded
from lab.tui.words import check_counts, check_state, cluster_state, exercise_state, starting, step_state

from .fake_course import FakeCourse


class Sink(MessagePump):
    def __init__(self) -> None:
        super().__init__()
        self.got: list[Any] = []

    def post_message(self, message: Any) -> bool:
        self.got.append(message)
        return True


def report(course: FakeCourse) -> Report:
    return course.verify(["image-digest"])


def test_status_tells_phases_with_their_end_and_notes() -> None:
    sink = Sink()
    status = TuiStatus(sink)

    def work() -> None:
        with status.phase("Outer", 7), status.phase("Inner"):
            status.note("Said.")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        work()
    kinds = [(type(message), getattr(message, "key", 0)) for message in sink.got]
    assert kinds == [(PhaseStarted, 1), (PhaseStarted, 2), (Noted, 0), (PhaseEnded, 2), (PhaseEnded, 1)]
    assert (sink.got[0].title, sink.got[0].estimate, sink.got[-1].ok) == ("Outer", 7, False)


def test_a_phase_ends_where_it_began() -> None:
    first, second = Sink(), Sink()
    status = TuiStatus(first)
    with status.phase("Making"):
        status.target = second
    assert [type(message) for message in first.got] == [PhaseStarted, PhaseEnded]
    assert not second.got


def test_states_are_said_in_words() -> None:
    course = FakeCourse(passing={"container"})
    find, _, run = report(course).exercises[0].steps
    assert step_state(None).plain == "· not checked"
    assert step_state(find).plain == "○ open"
    first, guard = find.checks[0], replace(find.checks[0], guard=True, verdict=Verdict.PASS)
    begun = replace(find, checks=(replace(first, verdict=Verdict.PASS), first))
    assert step_state(begun).plain == "◐ begun"
    assert step_state(replace(find, checks=(guard, first))).plain == "○ open"
    now = replace(run, checks=(replace(run.checks[0], verdict=Verdict.FAIL),))
    assert step_state(now).plain.endswith("; now: not so")
    assert check_state(now.checks[0], earned=True).plain == "· not now"
    assert step_state(run).plain.startswith("✓ seen at ")
    assert step_state(replace(run, seen_at="")).plain == "✓ passes"
    assert step_state(replace(find, verdict=Verdict.ERROR)).plain == "? could not tell"
    assert step_state(replace(run, probed=True)).plain.endswith(" by probe")
    exercise = course.catalog.exercises[0]
    assert exercise_state(exercise, None).plain == "· not started · 10 points · easy · about 15 min"
    assert (
        exercise_state(exercise, ExerciseProgress("x", "X", True, 1, 1)).plain
        == "✓ complete · ██████████ 1 of 1 point · easy · about 15 min"
    )
    old = ExerciseProgress("x", "X", True, 1, 1, scored_at="2020-01-31T12:00:00Z")
    assert exercise_state(exercise, old, old=True).plain.startswith("✓ complete · ██████████ 1 of 1 point as of 01-31 ")
    assert " as of " not in exercise_state(exercise, old).plain
    aside = ExerciseProgress("x", "X", True, 0, 1, aside=True)
    assert (
        exercise_state(exercise, aside).plain == "~ started, set aside · ░░░░░░░░░░ 0 of 1 point · easy · about 15 min"
    )


def test_a_step_that_the_lab_probes_says_so_when_it_is_done() -> None:
    course = FakeCourse(passing={"container"})
    exercise = course.catalog.exercises[0]
    run = replace(exercise.steps[-1], probed=True)
    seen = Observation(replace(exercise, steps=(*exercise.steps[:-1], run)))
    assert work_words.learnt(seen, run) == ""
    seen.begin(Target(), 0)
    seen.end(report(course), 0)
    assert work_words.heading(seen, run, True, 0).startswith("✓ Done by the lab's own probe: w shows")
    assert "see it yourself" in work_words.learnt(seen, run)
    assert "probe" not in work_words.learnt(seen, exercise.steps[-1])


def test_what_a_start_does_to_this_exercise_and_to_others_is_said() -> None:
    course = FakeCourse(started={"image-digest", "opa-whitelist"})
    first, second = course.catalog.exercises
    second = replace(second, aside=(ActionSpec("gatekeeper-aside"),))
    course._catalog = Catalog("", (first, second))
    session = Session(course, TuiStatus(Sink()))
    fresh = "Its starting state is put in place on the cluster."
    assert starting(first, session) == fresh  # nothing is known of the others yet
    session.look()
    assert starting(first, session) == f'{fresh} "{second.title}" is set aside meanwhile; what it earned stays.'
    assert starting(second, session) == fresh  # the first has nothing in effect that is in the way
    course.aside.add("opa-whitelist")
    session.look()
    assert starting(first, session) == fresh
    assert starting(second, session) == "What it had in effect is put in place on the cluster."


def test_checks_are_counted_and_old_or_late_ones_said() -> None:
    course = FakeCourse(late={"manifest"})
    find, pin, _ = report(course).exercises[0].steps
    assert (check_counts(None), check_counts(find), check_counts(pin)) == ("·", "✗1", "✓1 ?1")
    assert check_state(pin.checks[0]).plain == "? not yet"
    assert check_state(find.checks[0], old=True).plain == "✗ fails (old)"
    assert step_state(find, old=True).plain == "○ open (old)"


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (lab_status(), "cks-lab · API server: ✓ ready · Kubernetes v1.36.4"),
        (lab_status(api_server="not ready: etcd"), "cks-lab · API server: ~ restarting for 5 s (etcd)"),
        (lab_status(api_server=""), "cks-lab · API server: ~ restarting for 5 s"),
        (
            lab_status(api_server="not ready: etcd", restart="the new one starts"),
            "cks-lab · API server: ~ restarting for 5 s (usually 20 s): the new one starts",
        ),
        (
            lab_status(restart="edited 3 s ago, the old one still serves"),
            "cks-lab · API server: ✓ ready · edited 3 s ago, the old one still serves; restarts take about 20 s",
        ),
        (lab_status(cluster="stopped"), "cks-lab: ✗ the cluster is stopped"),
        (lab_status(engine_ok=False, engine="refused"), "cks-lab: ✗ the engine does not answer: refused"),
    ],
)
def test_the_clusters_state(look: LabStatus, words: str) -> None:
    assert cluster_state("cks-lab", Look(look, at=14, since=10), 15).plain == words
    assert cluster_state("cks-lab", Look(look, at=0, since=10), 15).plain.endswith("(as of 15 s ago)")


def test_an_api_server_that_does_not_come_back_is_away() -> None:
    look = Look(lab_status(api_server="not ready: etcd"), at=130, since=10)
    assert cluster_state("cks-lab", look, 130).plain == "cks-lab · API server: ✗ away for 2 m 00 s (etcd)"


def test_what_is_told_of_node_and_api_server_is_known_at_once() -> None:
    course = FakeCourse()
    session = Session(course, TuiStatus(Sink()))
    session.hear(Told("api", "etcd"))  # before the first look there is nothing to mend
    assert session.cluster == "unknown"
    session.look()
    session.hear(Told("files"))
    session.hear(Told("api", "etcd"))
    assert session.last_look
    assert session.last_look.status.api_server == "not ready: etcd"
    session.hear(Told("api", "ready"))
    assert session.last_look.status.api_server == "ready"
    session.hear(Told("node", "stopped"))
    assert (session.cluster, session.gone()) == ("stopped", True)
    assert session.last_look.status.kubernetes_version == "v1.36.4"


def test_before_the_first_look() -> None:
    assert cluster_state("cks-lab", None, 0).plain == "cks-lab: looking ..."


def test_since_when_the_api_server_is_as_it_is() -> None:
    course = FakeCourse(api_server="")
    session = Session(course, TuiStatus(Sink()))
    session.look()
    first = session.last_look
    course.api_server = "not ready: still"
    session.look()
    assert first
    assert session.last_look
    assert session.last_look.since == first.since
    course.api_server = "ready"
    session.look()
    assert session.last_look.since > first.since


def test_errors_become_failures_and_faults_are_logged() -> None:
    def absent() -> None:
        raise NoClusterError("cks-lab")

    def broken() -> None:
        raise KeyError("x")

    assert attempt(lambda: 3) == 3
    assert attempt(absent) == Failure('There is no cluster "cks-lab".', "Make it with: lab up")
    failure = attempt(broken)
    log = paths.log_file("tui")
    assert failure == Failure("The lab met a fault of its own (KeyError).", f"What happened is written in {log}")
    assert "KeyError: 'x'" in log.read_text()


def test_threads_are_not_waited_for() -> None:
    gate, executor = threading.Event(), DaemonThreads()
    assert executor.submit(lambda: 5).result(5) == 5
    with pytest.raises(ZeroDivisionError):
        executor.submit(lambda: 1 // 0).result(5)
    slow = executor.submit(gate.wait, 10)
    begun = monotonic()
    executor.shutdown(wait=True)
    assert monotonic() - begun < 1
    gate.set()
    assert not slow.done()


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("short\n\n  two", ["short", "", "  two"]),
        ("kubectl get pods --namespace=kube-system", ["kubectl get pods ", "↪ --namespace=kube-s", "↪ ystem"]),
        ("    image: registry.example.org/of", ["    image: registry.", "    ↪ example.org/of"]),
    ],
)
def test_code_that_is_folded_is_marked_and_keeps_its_margin(code: str, rows: list[str]) -> None:
    shown = folded(Content(code), 20).plain
    assert shown.split("\n") == rows
    assert shown.replace("\n", "").replace("    ↪ ", "").replace("↪ ", "") == code.replace("\n", "")


def test_one_goes_on_with_what_is_not_done() -> None:
    exercise = FakeCourse().catalog.exercises[0]
    session = Session(FakeCourse(), TuiStatus(Sink()))

    def after(own: str, *done: str) -> str:
        steps = {id: Score(1, 1, "") for id in done}
        row = ExerciseProgress(exercise.id, "", True, 0, 3, steps=steps)
        session.last_look = Look(lab_status(progress=(row,)), 0, 0)
        session.resume = Place(exercise.id, own)
        return session.next_step(exercise)

    assert [after("", *done) for done in ((), ("find",), ("find", "run"))] == ["find", "pin", "pin"]
    assert after("find", "find") == after("pin", "find") == "pin"
    assert after("run", "run", "find") == "pin"
    assert after("pin", "find", "pin", "run") == "pin"


def test_what_was_verified_is_newer_than_the_last_look() -> None:
    course = FakeCourse(passing={"answer"}, started={"image-digest"})
    session, told = Session(course, TuiStatus(Sink())), list[str]()
    session.verify("image-digest")  # before the first look there is nothing to mend
    session.look()
    session.on_look = lambda: told.append("looked")

    def earned() -> int:
        row = session.progress("image-digest")
        return row.earned if row else -1

    assert (earned(), session.verify("image-digest") and told) == (3, [])
    course.passing |= {"manifest", "container"}
    session.verify("image-digest/pin")
    assert (earned(), told) == (6, ["looked"])
    session.verify("image-digest")
    assert earned() == 10
    course.passing, course.api_server = {"answer"}, "not ready: etcd"
    session.verify("image-digest")
    assert earned() == 7  # the last step's could not be told
    course.aside.add("image-digest")
    course.passing = set()
    session.verify("image-digest")
    assert earned() == 7


def test_after_the_end_of_an_exercise_comes_the_next_one_that_is_not_complete() -> None:
    course = FakeCourse()
    first, second = course.catalog.exercises
    seen = Observation(first, then=second)
    steps = first.steps
    course.passing = {"answer", "manifest", "container"}
    seen.begin(Target(), 1.0)
    seen.end(report(course), 1.1)
    assert work_words.following(seen, steps[2]) == f"All steps are done. n goes on to: {second.title}"
    assert (
        work_words.following(seen, steps[0])
        == f"All steps are done. Behind the last step, n goes on to: {second.title}"
    )
    seen.then = None
    assert work_words.following(seen, steps[2]) == "All steps are done, and no exercise is left after this one."
    course.passing = {"answer", "manifest"}
    seen.begin(Target(), 2.0)
    seen.end(report(course), 2.1)
    assert work_words.following(seen, steps[0]) == "Still open: step 3."  # n leads to one that is done
    session = Session(course, TuiStatus(Sink()))
    row = ExerciseProgress(second.id, "", True, 5, 5)
    session.last_look = Look(lab_status(progress=(row,)), 0, 0)
    assert session.exercise_after(first) is None
    session.last_look = Look(lab_status(progress=(replace(row, earned=4),)), 0, 0)
    assert session.exercise_after(first) is second
