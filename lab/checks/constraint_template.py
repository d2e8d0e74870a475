"""constraint-template and constraint-enforced: whether the learner's two objects are in force."""

from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks import gatekeeper_serving
from lab.checks.base import ApiAsk, Ask, Check, Facts, Judgement, NotYet, Observation, check
from lab.checks.support import constraint_probes, gatekeeper, probes, refusals
from lab.checks.support.causes import Object, found
from lab.checks.support.gatekeeper import Policy, Template
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
        return Judgement(Verdict.PASS, expected, f"Gatekeeper made the CRD {crd} of it", f"kubectl get crd {crd}")

    @staticmethod
    def _established(crd: Object | None) -> bool:
        conditions = ((crd or {}).get("status") or {}).get("conditions") or []
        return any(entry["type"] == "Established" and entry["status"] == "True" for entry in conditions)


@dataclass(frozen=True)
class Tried(Policy):
    """`images`: of which the constraint has to refuse at least one, in a pod in `namespace`."""

    namespace: str
    images: tuple[str, ...]


@check("constraint-enforced")
class ConstraintEnforced(Check[Tried]):
    """The constraint was seen to refuse; what it lets in is for other checks."""

    takes = Tried

    def asks(self, params: Tried, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """What there is, and then a dry run with each image."""
        yield from (*params.policy_asks, refusals.BEFORE)
        if not gatekeeper.absent(params, seen):
            yield from constraint_probes.asks(self._probes(params, facts), seen)

    def judge(self, params: Tried, facts: Facts, seen: Observation) -> Judgement:
        """Judge by the probes; the constraint's spec and status explain that none was refused."""
        name = params.constraint
        expected = f"Gatekeeper enforces the constraint {name} of kind {params.kind}: it refuses pods"
        if cause := gatekeeper.absent(params, seen):
            return cause.fail(expected)
        probes_sent = self._probes(params, facts)
        if cause := constraint_probes.cause(params, facts, seen, probes_sent, params.namespace):
            return cause.fail(expected)
        image, said = constraint_probes.first(params, seen, probes_sent)
        command = f"kubectl describe {params.kind.lower()} {name}"
        return Judgement(Verdict.PASS, expected, f"a pod with {image} was refused: {said}", command)

    @staticmethod
    def _probes(params: Tried, facts: Facts) -> dict[str, ApiAsk]:
        return {image: probes.create(params.namespace, image, facts.nonce) for image in params.images}
