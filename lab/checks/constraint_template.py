"""constraint-template: Gatekeeper has taken the template in, and made a CRD of it."""

from collections.abc import Iterable

from lab.checks.asks import Ask, NotYet, Observation
from lab.checks.base import Check, Facts, Judgement, check, passed
from lab.checks.support import gatekeeper, gatekeeper_health
from lab.checks.support.api_objects import Object, found
from lab.checks.support.gatekeeper import Template
from lab.k8s import gatekeeper_status


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
        if fault := gatekeeper.wrong_kind(params, template) or gatekeeper.template_error(params, template):
            return fault.fail(expected)
        if fault := gatekeeper_health.stopped(gatekeeper_status.CONTROLLER, seen):
            return fault.fail(expected)
        if not gatekeeper.taken_in(template, "templateUID", "webhook"):
            raise NotYet("Gatekeeper has not taken in the template as it is now")
        if not self._established(found(seen[params.crd_ask])):
            raise NotYet("Gatekeeper has not made the template's CRD yet")
        crd = params.crd_ask.path.rpartition("/")[2]
        return passed(expected, f"Gatekeeper made the CRD {crd} of the template", f"kubectl get crd {crd}")

    @staticmethod
    def _established(crd: Object | None) -> bool:
        conditions = ((crd or {}).get("status") or {}).get("conditions") or []
        return any(entry["type"] == "Established" and entry["status"] == "True" for entry in conditions)
