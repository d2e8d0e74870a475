"""Checks exercises and adds up what they earned, with what the journal has of them."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

from lab import advice
from lab.checks.asks import Ask, Observation, Unknown
from lab.checks.base import Facts
from lab.grading import judge
from lab.grading.observe import observe
from lab.journal.journal import Earned, Journal, Score
from lab.k8s.cluster import Cluster
from lab.model import Exercise, ExerciseResult, Holds, Step, StepResult, Verdict, worst
from lab.phases import Status
from lab.retry import attempts

Chosen = Sequence[tuple[Exercise, tuple[Step, ...]]]
_PAUSE = 1.5  # seconds before checks that wait for something run again


class Grading:
    """Checks exercises of one cluster, with one observation for all of them.

    `at_work` says why nothing can be checked now; empty when it can.
    """

    def __init__(
        self, cluster: Cluster, journal: Journal, facts: Facts, status: Status, at_work: Callable[[], str] = lambda: ""
    ) -> None:
        self._cluster = cluster
        self._journal = journal
        self._facts = facts
        self._status = status
        self._at_work = at_work

    def look(self, chosen: Chosen, wait: float = 0.0) -> tuple[ExerciseResult, ...]:
        """The results of exercises and steps.

        Args:
            chosen: exercises, each with the steps to check.
            wait: seconds to check again where a check says that it will soon be able to tell.
        """
        with ExitStack() as shown:
            for earlier, _ in enumerate(attempts(wait, _PAUSE)):
                results = self._look_once(chosen)
                if not (pending := _pending(results)):
                    break
                if wait and not earlier:
                    shown.enter_context(self._status.phase(f"Waiting, as {pending}", 20))
        return tuple(self._remembered(result) for result in results)

    def _look_once(self, chosen: Chosen) -> tuple[ExerciseResult, ...]:
        live = [steps for exercise, steps in chosen if self._is_live(exercise)]
        facts = replace(self._facts, nonce=secrets.token_hex(8), now=datetime.now(UTC))
        seen = self._see(live, facts)
        results = []
        for exercise, steps in chosen:
            if self._is_live(exercise):
                mine = replace(facts, memory=self._journal.memory(exercise.id))
                judged = advice.of_exercise(tuple(judge.grade(step, mine, seen) for step in steps), exercise.id)
                graded = tuple(self._held(exercise, step) for step in judged)
                results.append(_result(exercise, graded))
            elif self._journal.started(exercise.id):
                results.append(self._set_aside(exercise, steps))
            else:
                why = f"not started; start it with: lab start {exercise.id}"
                results.append(_result(exercise, tuple(judge.skipped(step, why) for step in steps), why))
        return tuple(results)

    def _see(self, live: Sequence[Sequence[Step]], facts: Facts) -> Observation:
        """Answer the asks of some steps; while another lab changes the cluster, none is answered."""

        def wanted(seen: Observation) -> list[Ask]:
            return [ask for steps in live for ask in judge.asks(steps, facts, seen)]

        seen, busy = Observation(), self._at_work()
        if not busy:
            seen = observe(wanted, self._cluster)
            busy = self._at_work()  # it may have begun meanwhile
        return Observation({ask: Unknown(busy) for ask in [*seen.answers, *wanted(Observation())]}) if busy else seen

    def _is_live(self, exercise: Exercise) -> bool:
        return self._journal.started(exercise.id) and not self._journal.aside(exercise.id)

    def _held(self, exercise: Exercise, step: StepResult) -> StepResult:
        """Journal a `once` step that passes; one that passed before counts from then on."""
        for check in step.checks:
            if check.remember and check.verdict is Verdict.PASS:
                self._journal.remember(exercise.id, f"{step.id}/{check.id}", check.remember)
        if step.holds is Holds.NOW:
            return step
        if step.verdict is Verdict.PASS:
            self._journal.earn(exercise.id, step.id, evidence_of(step))
        earned = self._journal.earned(exercise.id).get(step.id)
        return _as_seen(step, earned) if earned else step

    def _remembered(self, result: ExerciseResult) -> ExerciseResult:
        """Journal what the steps earn; add the last known points where those of now are not known."""
        found = {s.id: (s.earned, s.possible) for s in result.steps if s.verdict is not Verdict.ERROR}
        if found and self._journal.started(result.id):
            self._journal.record_scores(result.id, found)
        before = self._journal.scores(result.id)
        steps = tuple(self._with_past(result.id, step, before) for step in result.steps)
        return replace(result, steps=steps, started_at=self._journal.started_at(result.id))

    def _with_past(self, exercise: str, step: StepResult, before: Mapping[str, Score]) -> StepResult:
        taken = self._journal.help_taken(exercise, step.id)
        return replace(
            step,
            last=before.get(step.id) if step.verdict is Verdict.ERROR else None,
            hints_taken=taken.hints,
            solution_taken=taken.solution,
            passed_at=self._journal.passed_at(exercise, step.id),
        )

    def _set_aside(self, exercise: Exercise, steps: Sequence[Step]) -> ExerciseResult:
        """The result of an exercise whose effects were set aside for another: what it had earned by then."""
        note = f"set aside for another exercise; take it up again with: lab start {exercise.id}"
        earned = self._journal.earned(exercise.id)
        skipped = [judge.skipped(step, note) for step in steps]
        kept = tuple(_as_seen(step, earned[step.id]) if step.id in earned else step for step in skipped)
        return _result(exercise, kept, note)


def evidence_of(step: StepResult) -> str:
    """What a step's checks observed, in a line for the journal."""
    return "; ".join(check.observed for check in step.checks)


def _as_seen(step: StepResult, earned: Earned) -> StepResult:
    return replace(step, verdict=Verdict.PASS, earned=step.possible, seen_at=earned.at)


def _result(exercise: Exercise, steps: tuple[StepResult, ...], note: str = "") -> ExerciseResult:
    return ExerciseResult(exercise.id, exercise.title, steps, worst([step.verdict for step in steps]), note)


def _pending(results: Sequence[ExerciseResult]) -> str:
    """The reason to wait of the first check that will soon be able to tell; empty when none waits."""
    checks = (check for result in results for step in result.steps for check in step.checks)
    return next((check.waits_for for check in checks if check.waits_for), "")
