"""Judges every check of a step and adds up its points, with guards and errors taken into account. Pure."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from lab.checks.asks import NOT_YET, Ask, CouldNotTell, NotYet, Observation
from lab.checks.base import REGISTRY, Facts, Fault, Judgement
from lab.model import CheckResult, CheckSpec, Step, StepResult, Verdict, worst

# an answer of a shape that a check does not know: no ground to fail a learner
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)


def asks(steps: Iterable[Step], facts: Facts, seen: Observation) -> list[Ask]:
    """The asks that must be answered to judge some steps, as far as the answers so far tell."""
    return [ask for step in steps for spec in step.checks for ask in _asks(spec, facts, seen)]


def _asks(spec: CheckSpec, facts: Facts, seen: Observation) -> Iterator[Ask]:
    """A check reads the answers that it goes on from, and stops where one is missing."""
    with suppress(CouldNotTell, Fault, *_UNREADABLE):
        yield from REGISTRY[spec.check].asks(spec.params, facts, seen)


def grade(step: Step, facts: Facts, seen: Observation) -> StepResult:
    """Judge a step. Only a check that passed earns, and none does where a guard did not pass."""
    checks = tuple(_result(spec, _reminded(facts, step, spec), seen) for spec in step.checks)
    guarded = all(check.verdict is Verdict.PASS for check in checks if check.guard)
    earned = sum(check.points for check in checks if check.verdict is Verdict.PASS) if guarded else 0
    verdict = worst([check.verdict for check in checks])
    return StepResult(step.id, step.title, step.holds, checks, verdict, earned, step.points, probed=step.probed)


def skipped(step: Step, why: str) -> StepResult:
    """The result of a step that was not checked, and why."""
    checks = tuple(
        CheckResult(spec.id, spec.title, Verdict.SKIP, "", why, "", spec.points, spec.guard) for spec in step.checks
    )
    return StepResult(step.id, step.title, step.holds, checks, Verdict.SKIP, 0, step.points)


def _reminded(facts: Facts, step: Step, spec: CheckSpec) -> Facts:
    return replace(facts, remembered=facts.memory.get(f"{step.id}/{spec.id}", {}))


def _result(spec: CheckSpec, facts: Facts, seen: Observation) -> CheckResult:
    found = _judge(spec, facts, seen)
    return CheckResult(
        spec.id, spec.title, found.verdict, found.expected, found.observed, found.command, spec.points, spec.guard,
        found.reason, found.waits_for, found.remember,
    )  # fmt: skip


def _judge(spec: CheckSpec, facts: Facts, seen: Observation) -> Judgement:
    try:
        return REGISTRY[spec.check].judge(spec.params, facts, seen)
    except NotYet as error:
        return Judgement(Verdict.ERROR, "", f"could not tell yet: {error}", "", NOT_YET, str(error))
    except Fault as fault:  # the judge did not say that this is what the check fails by
        return Judgement(Verdict.ERROR, "", f"could not tell: {fault.observed}", fault.command, fault.reason)
    except CouldNotTell as error:
        observed = f"could not tell: {error}"
    except _UNREADABLE as error:
        observed = f"could not tell: the answer cannot be read ({type(error).__name__}: {error})"
    return Judgement(Verdict.ERROR, "", observed, "", "could-not-tell")
