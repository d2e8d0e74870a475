"""Tells whether a template and its constraint are there, without error, and taken in by Gatekeeper.

The asks that the checks of a policy share, and a pure reading of the answers. They are sent before the probes, so
that what they say to be in force was in force when the probes came. Field names: Gatekeeper's status API.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lab.checks.asks import ApiAsk, Ask, NotYet, Observation
from lab.checks.base import Fault
from lab.checks.support.api_objects import Object, found, items
from lab.k8s.gatekeeper_status import CONFIGURATION, NAMESPACE, is_current, reports

PUT_BACK = "put it back with: lab reset EXERCISE"

DEPLOYMENTS = ApiAsk(f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments", order=-1)
WEBHOOKS = ApiAsk(f"/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{CONFIGURATION}", order=-1)
CONSTRAINTS = ApiAsk(f"/apis/status.gatekeeper.sh/v1beta1/namespaces/{NAMESPACE}/constraintpodstatuses", order=-1)
"""One object for every constraint, of any kind, and every pod of Gatekeeper."""
NAMESPACES = ApiAsk("/api/v1/namespaces", order=-1)
CONFIG = ApiAsk(f"/apis/config.gatekeeper.sh/v1alpha1/namespaces/{NAMESPACE}/configs/config", order=-1)
"""Gatekeeper's Config; it minds none of another name."""


@dataclass(frozen=True)
class Template:
    """`template`: a template's name. `kind`: of the constraints that it makes."""

    template: str
    kind: str

    @property
    def template_ask(self) -> ApiAsk:
        """The template; the API serves it as v1, in whichever version it was written."""
        return ApiAsk(f"/apis/templates.gatekeeper.sh/v1/constrainttemplates/{self.template}", order=-1)

    @property
    def crd_ask(self) -> ApiAsk:
        """The CRD that Gatekeeper makes of the template."""
        name = f"{self.kind.lower()}.constraints.gatekeeper.sh"
        return ApiAsk(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}", order=-1)


@dataclass(frozen=True)
class Policy(Template):
    """`constraint`: the name of a constraint of the template's kind."""

    constraint: str

    @property
    def constraint_ask(self) -> ApiAsk:
        """The constraint; its resource is the kind in lower case."""
        path = f"/apis/constraints.gatekeeper.sh/v1beta1/{self.kind.lower()}/{self.constraint}"
        return ApiAsk(path, order=-1)

    @property
    def policy_asks(self) -> tuple[Ask, ...]:
        """All that tells whether the policy is in force."""
        state = CONSTRAINTS, DEPLOYMENTS, WEBHOOKS, NAMESPACES, CONFIG
        return self.template_ask, self.constraint_ask, self.binding_ask, *state

    @property
    def binding_ask(self) -> ApiAsk:
        """The binding that Gatekeeper makes of the constraint when its template is in CEL (GetVAPBindingName)."""
        name = f"gatekeeper-{self.kind.lower()}-{self.constraint}"
        return ApiAsk(f"/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/{name}", order=-1)


def absent(policy: Policy, seen: Observation) -> Fault | None:
    """Whether the template or the constraint is not there at all, and why.

    Raises:
        NotYet: there is a template, but no CRD that a constraint could be of.
    """
    template = found(seen[policy.template_ask])
    if template is None:
        return no_template(policy, seen)
    return None if found(seen[policy.constraint_ask]) is not None else _no_constraint(policy, template, seen)


def no_template(policy: Template, seen: Observation) -> Fault:
    """Why there is no template."""
    if not items(seen[DEPLOYMENTS]):
        observed = "Gatekeeper is not installed; install it with: lab start EXERCISE"
        return Fault("no-gatekeeper", observed, f"kubectl -n {NAMESPACE} get deployments")
    observed = f"there is no ConstraintTemplate {policy.template}"
    return Fault("no-template", observed, "kubectl get constrainttemplates")


def template_error(policy: Template, template: Object) -> Fault | None:
    """The first error that Gatekeeper has with the template, with the line of the policy that it names."""
    for said in _errors(template)[:1]:
        observed = f"Gatekeeper cannot use the template: {_explained(said)}{_line(said, template)}"
        command = f"kubectl get constrainttemplate {policy.template} -o jsonpath='{{.status.byPod[*].errors}}'"
        return Fault("template-error", observed, command)
    return None


def wrong_kind(policy: Template, template: Object) -> Fault | None:
    """Whether the template makes constraints of another kind."""
    kind = template["spec"]["crd"]["spec"]["names"]["kind"]
    if kind == policy.kind:
        return None
    command = f"kubectl get constrainttemplate {policy.template} -o jsonpath='{{.spec.crd.spec.names.kind}}'"
    return Fault("template-kind", f"the template makes constraints of kind {kind}, not {policy.kind}", command)


def same_names(policy: Policy, seen: Observation) -> list[str]:
    """The other kinds that have a constraint of the policy's name."""
    kinds = {kind for kind, name in known_constraints(seen) if name == policy.constraint}
    return sorted(kinds - {policy.kind})


def known_constraints(seen: Observation) -> set[tuple[str, str]]:
    """Every constraint that Gatekeeper knows, as its kind and name."""
    prefix = "internal.gatekeeper.sh/constraint-"
    every = [status["metadata"].get("labels") or {} for status in items(seen[CONSTRAINTS])]
    return {(str(labels.get(f"{prefix}kind", "")), str(labels.get(f"{prefix}name", ""))) for labels in every}


def await_taken_in(policy: Policy, seen: Observation) -> None:
    """Nothing when the webhook has taken in the template and the constraint as they are now.

    Raises:
        NotYet: it has not.
    """
    for ask, uid, what in (
        (policy.template_ask, "templateUID", "template"),
        (policy.constraint_ask, "constraintUID", "constraint"),
    ):
        owner = found(seen[ask])
        if owner is None or not taken_in(owner, uid, "webhook"):
            raise NotYet(f"Gatekeeper's webhook has not taken in the {what} as it is now; that takes some seconds")


def taken_in(owner: Object, uid: str, operation: str) -> bool:
    """Whether every pod of Gatekeeper that has the operation (webhook, audit) reports the object as it is now.

    Args:
        owner: a template or a constraint.
        uid: the field of a report that holds the object's uid: `templateUID` or `constraintUID`.
        operation: `webhook` or `audit`.
    """
    meta = owner["metadata"]
    told = reports(owner, operation)
    return bool(told) and all(
        is_current(entry, owner)
        and entry.get(uid) == meta["uid"]
        and entry.get("enforced", uid == "templateUID") is True
        for entry in told
    )


def constraint_error(policy: Policy, constraint: Object) -> Fault | None:
    """The first error that Gatekeeper has with the constraint."""
    for said in _errors(constraint)[:1]:
        command = f"kubectl describe {policy.kind.lower()} {policy.constraint}"
        return Fault("constraint-error", f"Gatekeeper cannot use the constraint: {said[:400]}", command)
    return None


def labels_of(namespaces: Iterable[str], seen: Observation) -> dict[str, Mapping[str, str]]:
    """Some namespaces with their labels, as far as they are there."""
    every = {entry["metadata"]["name"]: entry["metadata"].get("labels") or {} for entry in items(seen[NAMESPACES])}
    return {name: every[name] for name in namespaces if name in every}


def _no_constraint(policy: Policy, template: Object, seen: Observation) -> Fault:
    if fault := wrong_kind(policy, template) or template_error(policy, template):
        return fault
    if kinds := same_names(policy, seen):
        observed = f"{policy.constraint} is a constraint of kind {', '.join(kinds)}, not of {policy.kind}"
        return Fault("other-kind", observed, "kubectl get constraints")
    if not (template.get("status") or {}).get("created"):
        raise NotYet("Gatekeeper has not made the template's CRD yet")
    observed = f"there is no constraint {policy.constraint} of kind {policy.kind}"
    return Fault("no-constraint", observed, f"kubectl get {policy.kind.lower()}")


def _errors(owner: Object) -> list[str]:
    """What Gatekeeper has against an object as it is now."""
    errors = [error for entry in reports(owner) if is_current(entry, owner) for error in entry.get("errors") or []]
    return [" ".join(str(error.get("message", "it does not say what")).split()) for error in errors]


def _explained(said: str) -> str:
    """What Gatekeeper says; where that is about its own code, what it means for the rule."""
    if "hooks.hooks_builtin" in said and "rego_type_error" in said:
        return 'a rule yields no object with a msg, but a text or the like; write violation[{"msg": msg}]'
    return said[:400]


def _line(said: str, template: Object) -> str:
    """The line of the policy that an error names, as ` (line 5: ...)`."""
    number = re.search(r"template:(\d+): ", said)
    target = template["spec"]["targets"][0]
    sources = [target.get("rego") or ""]
    sources += [str(entry.get("source", {}).get("rego", "")) for entry in target.get("code") or []]
    lines = next((source.splitlines() for source in sources if source), [])
    if not number or not 1 <= int(number[1]) <= len(lines):
        return ""
    line = " ".join(lines[int(number[1]) - 1].split())
    return "" if line in said else f" (line {number[1]} of the Rego: {line})"
