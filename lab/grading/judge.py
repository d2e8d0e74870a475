"""From answers to a graded step: every check judged, guards and errors taken into account. Pure."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from lab.catalog.decode import params as decode_params
from lab.checks.asks import NOT_YET, Ask, CouldNotTell, NotYet, Observation
from lab.checks.base import REGISTRY, Facts, Judgement
from lab.model import CheckResult, CheckSpec, Step, StepResult, Verdict, worst

# an answer of a shape that a check does not know: no ground to fail a learner
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)


@dataclass(frozen=True)
class _Ready:
    """A check with its parameters decoded."""

    spec: CheckSpec
    params: Any

    def asks(self, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """What can be asked so far; a check reads the answers that it goes on from, and stops where one is missing."""
        with suppress(CouldNotTell, *_UNREADABLE):
            yield from REGISTRY[self.spec.check].asks(self.params, facts, seen)

    def judge(self, facts: Facts, seen: Observation) -> Judgement:
        try:
            return REGISTRY[self.spec.check].judge(self.params, facts, seen)
        except NotYet as error:
            return Judgement(Verdict.ERROR, "", f"could not tell yet: {error}", "", NOT_YET, str(error))
        except CouldNotTell as error:
            observed = f"could not tell: {error}"
        except _UNREADABLE as error:
            observed = f"could not tell: the answer cannot be read ({type(error).__name__}: {error})"
        return Judgement(Verdict.ERROR, "", observed, "", "could-not-tell")


def asks(steps: Iterable[Step], facts: Facts, seen: Observation) -> list[Ask]:
    """All that must be known to judge some steps, as far as it can be told from what is known already."""
    return [ask for step in steps for spec in step.checks for ask in _ready(spec).asks(facts, seen)]


def grade(step: Step, facts: Facts, seen: Observation) -> StepResult:
    """Judge a step. Only a check that passed earns, and none does where a guard did not pass."""
    checks = tuple(_result(_ready(spec), _reminded(facts, step, spec), seen) for spec in step.checks)
    guarded = all(check.verdict is Verdict.PASS for check in checks if check.guard)
    earned = sum(check.points for check in checks if check.verdict is Verdict.PASS) if guarded else 0
    verdict = worst([check.verdict for check in checks])
    return StepResult(step.id, step.title, step.holds, checks, verdict, earned, step.points, probed=step.probed)


def skipped(step: Step, why: str) -> StepResult:
    """A step that was not looked at."""
    checks = tuple(
        CheckResult(spec.id, spec.title, Verdict.SKIP, "", why, "", spec.points, spec.guard) for spec in step.checks
    )
    return StepResult(step.id, step.title, step.holds, checks, Verdict.SKIP, 0, step.points)


def _ready(spec: CheckSpec) -> _Ready:
    return _Ready(spec, decode_params(REGISTRY[spec.check].takes, spec.params, f"check {spec.id}"))


def _reminded(facts: Facts, step: Step, spec: CheckSpec) -> Facts:
    return replace(facts, remembered=facts.memory.get(f"{step.id}/{spec.id}", {}))


def _result(check: _Ready, facts: Facts, seen: Observation) -> CheckResult:
    spec, found = check.spec, check.judge(facts, seen)
    return CheckResult(
        spec.id, spec.title, found.verdict, found.expected, found.observed, found.command, spec.points, spec.guard,
        found.reason, found.waits_for, found.remember,
    )  # fmt: skip
