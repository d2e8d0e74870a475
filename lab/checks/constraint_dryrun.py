"""constraint-dryrun: the constraint only counts: an untrusted pod is admitted, and the audit still lists violations."""

from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks.asks import ApiAsk, Ask, NotYet, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, check, passed
from lab.checks.support import enforcement, gatekeeper, gatekeeper_audit, gatekeeper_health, probes, refusals
from lab.checks.support.api_objects import Object, found
from lab.checks.support.gatekeeper import Policy
from lab.k8s import gatekeeper_status


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
        yield from (*params.policy_asks, refusals.BEFORE)
        if not gatekeeper.absent(params, seen):
            yield from (self._probe(params, facts), refusals.AFTER)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge in the order in which a learner comes to it: objects, action, admission, audit."""
        name = params.constraint
        expected = f"with {name} in dryrun a pod with {params.image} is admitted, and the audit still lists violations"
        command = f"kubectl describe {params.kind.lower()} {name}"
        fault = gatekeeper.absent(params, seen) or gatekeeper_health.unserved(seen, [params.namespace])
        fault = fault or self._not_dryrun(params, seen, command)
        if fault:
            return fault.fail(expected)
        if fault := self._refused(params, facts, seen) or self._no_violations(params, seen, command):
            return fault.fail(expected)
        return passed(expected, f"a pod with {params.image} was admitted, and the audit lists violations", command)

    @staticmethod
    def _not_dryrun(params: Params, seen: Observation, command: str) -> Fault | None:
        template, constraint = found(seen[params.template_ask]) or {}, found(seen[params.constraint_ask]) or {}
        spec = constraint.get("spec") or {}
        action = spec.get("enforcementAction", "deny")
        if action != "dryrun" and not _only_counts(spec):
            return Fault("not-dryrun", f"the constraint's enforcementAction is {action}", command)
        if fault := gatekeeper.template_error(params, template) or gatekeeper.constraint_error(params, constraint):
            return fault
        gatekeeper.await_taken_in(params, seen)
        return None

    def _refused(self, params: Params, facts: Facts, seen: Observation) -> Fault | None:
        outcome = refusals.outcome(seen[self._probe(params, facts)], params, seen)
        if outcome.what == refusals.ADMITTED:
            refusals.raise_if_failed_open(seen)
            return None
        if outcome.what == refusals.REFUSED:
            raise NotYet("the constraint still refuses; Gatekeeper takes some seconds to take in the change")
        if outcome.what == refusals.BROKEN:
            return refusals.broken(outcome, params.template)
        command = f"kubectl -n {params.namespace} run probe --dry-run=server --image={params.image}"
        return Fault(outcome.what, f"{params.image} was refused by {outcome.said}", command)

    @staticmethod
    def _no_violations(params: Params, seen: Observation, command: str) -> Fault | None:
        template, constraint = found(seen[params.template_ask]) or {}, found(seen[params.constraint_ask]) or {}
        audit = gatekeeper_audit.audit_of(constraint, (template,))
        if any(found.action in ("dryrun", "scoped") for found in audit.violations):
            return None
        if not audit.settled:
            raise NotYet(f"the last audit began right after a change; {gatekeeper_audit.NEXT}")
        return Fault("no-violations", "the audit lists no violation: the policy finds nothing wrong", command)

    @staticmethod
    def _probe(params: Params, facts: Facts) -> ApiAsk:
        return probes.create(params.namespace, params.image, facts.nonce)


def _only_counts(spec: Object) -> bool:
    """Whether a scoped constraint says dryrun where pods are admitted, and nothing else there."""
    others = enforcement.points_of(spec, "deny") | enforcement.points_of(spec, "warn")
    asked = {gatekeeper_status.WEBHOOK, "*"}
    return bool(enforcement.points_of(spec, "dryrun") & asked) and not others & {*asked, enforcement.VAP}
