"""Verdicts that are kept from an earlier look, because a newer one could not tell them."""

from dataclasses import replace

from lab.model import CheckResult, StepResult, Verdict, worst


def could_not_tell(check: CheckResult) -> bool:
    """Whether a look could not tell the verdict, and waiting does not help."""
    return check.verdict is Verdict.ERROR and not check.waits_for


def merged(fresh: StepResult, before: StepResult | None, checks: tuple[CheckResult, ...]) -> StepResult:
    """A step with verdicts of which some are old: such a mixture does not make a step pass that did not before."""
    verdict = worst([check.verdict for check in checks])
    passed = before is not None and before.verdict is Verdict.PASS
    if fresh.verdict is Verdict.PASS or (verdict is Verdict.PASS and not passed):
        verdict = fresh.verdict
    guarded = all(check.verdict is Verdict.PASS for check in checks if check.guard)
    earned = sum(check.points for check in checks if check.verdict is Verdict.PASS) if guarded else 0
    return replace(fresh, checks=checks, verdict=verdict, earned=max(earned, fresh.earned))
