"""constraint-template and constraint-enforced: what Gatekeeper itself says of the learner's two objects."""

from collections.abc import Iterable

from lab.checks import enforcement, gatekeeper, gatekeeper_serving
from lab.checks.base import Ask, Check, Facts, Judgement, NotYet, Observation, check
from lab.checks.causes import Cause, Object, found
from lab.checks.gatekeeper import Policy, Template
from lab.model import Verdict


@check("constraint-template")
class ConstraintTemplate(Check[Template]):
    """The template is there, every pod of Gatekeeper has taken it in, and its CRD is served."""

    takes = Template

    def asks(self, params: Template, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The template, its CRD, and Gatekeeper's deployments to tell why there is neither."""
        return params.template_ask, params.crd_ask, gatekeeper.DEPLOYMENTS

    def judge(self, params: Template, facts: Facts, seen: Observation) -> Judgement:
        """Judge by the template's status."""
        expected = f"the ConstraintTemplate {params.template} has no error, and the CRD of {params.kind} is there"
        template = found(seen[params.template_ask])
        if template is None:
            return gatekeeper.no_template(params, seen).fail(expected)
        if cause := gatekeeper.wrong_kind(params, template) or gatekeeper.template_error(params, template):
            return cause.fail(expected)
        if cause := gatekeeper_serving.stopped(gatekeeper.CONTROLLER, seen):
            return cause.fail(expected)
        if not gatekeeper.taken_in(template, "templateUID", "webhook"):
            raise NotYet("Gatekeeper has not taken in the template as it is now")
        if not self._established(found(seen[params.crd_ask])):
            raise NotYet("Gatekeeper has not made the template's CRD yet")
        crd = params.crd_ask.path.rpartition("/")[2]
        return Judgement(Verdict.PASS, expected, f"the CRD {crd} is established", f"kubectl get crd {crd}")

    @staticmethod
    def _established(crd: Object | None) -> bool:
        conditions = ((crd or {}).get("status") or {}).get("conditions") or []
        return any(entry["type"] == "Established" and entry["status"] == "True" for entry in conditions)


@check("constraint-enforced")
class ConstraintEnforced(Check[Policy]):
    """The constraint says deny, and the webhook enforces it as it is now; what it lets in is for other checks."""

    takes = Policy

    def asks(self, params: Policy, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The template, the constraint, and what there is besides."""
        return params.policy_asks

    def judge(self, params: Policy, facts: Facts, seen: Observation) -> Judgement:
        """Judge by the constraint's spec and status."""
        name = params.constraint
        expected = f"Gatekeeper enforces the constraint {name} of kind {params.kind}, with enforcementAction deny"
        if cause := self._wrong(params, seen):
            return cause.fail(expected)
        gatekeeper.await_taken_in(params, seen)
        command = f"kubectl describe {params.kind.lower()} {name}"
        return Judgement(Verdict.PASS, expected, "every pod of the webhook reports Enforced: true", command)

    @staticmethod
    def _wrong(params: Policy, seen: Observation) -> Cause | None:
        if cause := gatekeeper.absent(params, seen):
            return cause
        template, constraint = found(seen[params.template_ask]) or {}, found(seen[params.constraint_ask]) or {}
        return (
            gatekeeper.template_error(params, template)
            or gatekeeper.constraint_error(params, constraint)
            or enforcement.weak(params, constraint)
            or gatekeeper_serving.stopped(gatekeeper.CONTROLLER, seen)
        )
