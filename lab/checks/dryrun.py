"""constraint-dryrun: the constraint only counts: an untrusted pod is admitted, and the audit still lists violations."""

from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks import audits, gatekeeper, gatekeeper_serving, probes, refusals
from lab.checks.base import Ask, Check, Facts, Judgement, NotYet, Observation, check
from lab.checks.causes import Cause, found
from lab.checks.gatekeeper import Policy
from lab.model import Verdict


@dataclass(frozen=True)
class Params(Policy):
    """`image`: one that the policy does not trust, tried in `namespace`."""

    namespace: str
    image: str


@check("constraint-dryrun")
class ConstraintDryrun(Check[Params]):
    """What the constraint says is not enough: a dry run has to be admitted by a Gatekeeper that answered."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The constraint with its audit, a dry run, and the metrics on both sides of it."""
        state = *params.policy_asks, refusals.binding_of(params), refusals.BEFORE, refusals.AFTER
        return *state, probes.create(params.namespace, params.image)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge in the order in which a learner comes to it: objects, action, admission, audit."""
        name = params.constraint
        expected = f"with {name} in dryrun a pod with {params.image} is admitted, and the audit still lists violations"
        command = f"kubectl describe {params.kind.lower()} {name}"
        cause = gatekeeper.absent(params, seen) or gatekeeper_serving.unserved(seen, [params.namespace])
        cause = cause or self._not_dryrun(params, seen, command)
        if cause:
            return cause.fail(expected)
        if cause := self._refused(params, seen) or self._no_violations(params, seen, command):
            return cause.fail(expected)
        return Judgement(Verdict.PASS, expected, "it was admitted, and the audit lists violations", command)

    @staticmethod
    def _not_dryrun(params: Params, seen: Observation, command: str) -> Cause | None:
        template, constraint = found(seen[params.template_ask]) or {}, found(seen[params.constraint_ask]) or {}
        action = (constraint.get("spec") or {}).get("enforcementAction", "deny")
        if action != "dryrun":
            return Cause("not-dryrun", f"the constraint's enforcementAction is {action}", command)
        if cause := gatekeeper.template_error(params, template) or gatekeeper.constraint_error(params, constraint):
            return cause
        gatekeeper.await_taken_in(params, seen)
        return None

    @staticmethod
    def _refused(params: Params, seen: Observation) -> Cause | None:
        outcome = refusals.outcome(seen[probes.create(params.namespace, params.image)], params, seen)
        if outcome.what == refusals.ADMITTED:
            refusals.raise_if_failed_open(seen)
            return None
        if outcome.what == refusals.REFUSED:
            raise NotYet("the constraint still refuses; Gatekeeper takes some seconds to take in the change")
        command = f"kubectl -n {params.namespace} run probe --dry-run=server --image={params.image}"
        return Cause(outcome.what, f"{params.image} was refused by {outcome.said}", command)

    @staticmethod
    def _no_violations(params: Params, seen: Observation, command: str) -> Cause | None:
        template, constraint = found(seen[params.template_ask]) or {}, found(seen[params.constraint_ask]) or {}
        audit = audits.audit_of(constraint, (template,))
        if any(found.action == "dryrun" for found in audit.violations):
            return None
        if not audit.settled:
            raise NotYet(f"the last audit began right after a change; {audits.NEXT}")
        return Cause("no-violations", "the audit lists no violation: the policy finds nothing wrong", command)
