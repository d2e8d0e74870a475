"""What Gatekeeper knows of a template and its constraint, and why they would refuse nothing.

The asks that the checks of a policy share, and a pure reading of the answers. They are sent before the probes, so
that what they say to be in force was in force when the probes came. Field names: Gatekeeper's status API.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.checks import matching
from lab.checks.base import Answer, ApiAsk, Ask, CouldNotTell, Judgement, NotYet, Observation
from lab.model import Verdict

NAMESPACE = "gatekeeper-system"
WEBHOOK = "validation.gatekeeper.sh"
CONTROLLER, AUDIT = "gatekeeper-controller-manager", "gatekeeper-audit"
PUT_BACK = "put it back with: lab reset opa-whitelist"

DEPLOYMENTS = ApiAsk(f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments", order=-1)
WEBHOOKS = ApiAsk(
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/gatekeeper-validating-webhook-configuration",
    order=-1,
)
CONSTRAINTS = ApiAsk(f"/apis/status.gatekeeper.sh/v1beta1/namespaces/{NAMESPACE}/constraintpodstatuses", order=-1)
"""One object for every constraint, of any kind, and every pod of Gatekeeper."""

Object = Mapping[str, Any]


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
        """All that the functions of this module read."""
        return self.template_ask, self.constraint_ask, CONSTRAINTS, DEPLOYMENTS, WEBHOOKS


@dataclass(frozen=True)
class Cause:
    """Why something is wrong: a stable word, a sentence for the learner, and a command to paste."""

    reason: str
    observed: str
    command: str

    def fail(self, expected: str) -> Judgement:
        """The verdict that says so."""
        return Judgement(Verdict.FAIL, expected, self.observed, self.command, self.reason)


def found(answer: Answer) -> Object | None:
    """The object that was asked for, None when there is none.

    Raises:
        CouldNotTell: the API server said something else.
    """
    if answer.code == 404:
        return None
    if answer.code != 200:
        raise CouldNotTell(f"the API server answers with status {answer.code}: {answer.text[:200]}")
    value: Object = json.loads(answer.text)
    return value


def items(answer: Answer) -> list[Object]:
    """The objects of a list; none where the API server does not know the kind."""
    return list((found(answer) or {}).get("items") or [])


def absent(policy: Policy, seen: Observation) -> Cause | None:
    """Whether the template or the constraint is not there at all, and why.

    Raises:
        NotYet: there is a template, but no CRD that a constraint could be of.
    """
    template = found(seen[policy.template_ask])
    if template is None:
        return no_template(policy, seen)
    return None if found(seen[policy.constraint_ask]) is not None else _no_constraint(policy, template, seen)


def no_template(policy: Template, seen: Observation) -> Cause:
    """Why there is no template."""
    if not items(seen[DEPLOYMENTS]):
        observed = "Gatekeeper is not installed; install it with: lab start opa-whitelist"
        return Cause("no-gatekeeper", observed, f"kubectl -n {NAMESPACE} get deployments")
    observed = f"there is no ConstraintTemplate {policy.template}"
    return Cause("no-template", observed, "kubectl get constrainttemplates")


def template_error(policy: Template, template: Object) -> Cause | None:
    """The first error that Gatekeeper has with the template, with the line of the policy that it names."""
    for said in _errors(template)[:1]:
        observed = f"Gatekeeper cannot use the template: {said[:400]}{_line(said, template)}"
        command = f"kubectl get constrainttemplate {policy.template} -o jsonpath='{{.status.byPod[*].errors}}'"
        return Cause("template-error", observed, command)
    return None


def wrong_kind(policy: Template, template: Object) -> Cause | None:
    """Whether the template makes constraints of another kind."""
    kind = template["spec"]["crd"]["spec"]["names"]["kind"]
    if kind == policy.kind:
        return None
    command = f"kubectl get constrainttemplate {policy.template} -o jsonpath='{{.spec.crd.spec.names.kind}}'"
    return Cause("template-kind", f"the template makes constraints of kind {kind}, not {policy.kind}", command)


def same_names(policy: Policy, seen: Observation) -> list[str]:
    """The other kinds that have a constraint of the policy's name."""
    kinds = {kind for kind, name in known_constraints(seen) if name == policy.constraint}
    return sorted(kinds - {policy.kind})


def known_constraints(seen: Observation) -> set[tuple[str, str]]:
    """Every constraint that Gatekeeper knows, as its kind and name."""
    prefix = "internal.gatekeeper.sh/constraint-"
    every = [status["metadata"].get("labels") or {} for status in items(seen[CONSTRAINTS])]
    return {(str(labels.get(f"{prefix}kind", "")), str(labels.get(f"{prefix}name", ""))) for labels in every}


def unserved(seen: Observation, namespaces: Sequence[str]) -> Cause | None:
    """Why the API server does not ask Gatekeeper about pods of these namespaces.

    Raises:
        NotYet: Gatekeeper is on its way.
    """
    if cause := stopped(CONTROLLER, seen):
        return cause
    command = f"kubectl get {WEBHOOKS.path.rsplit('/', 2)[1]} {WEBHOOKS.path.rsplit('/', 1)[1]} -o yaml"
    configuration = found(seen[WEBHOOKS])
    webhooks = [hook for hook in (configuration or {}).get("webhooks") or [] if hook["name"] == WEBHOOK]
    if not webhooks:
        observed = f"the API server has no webhook {WEBHOOK} any more, so it asks Gatekeeper nothing; {PUT_BACK}"
        return Cause("webhook-gone", observed, command.removesuffix(" -o yaml"))
    if why := matching.unsent(webhooks[0], namespaces):
        return Cause("webhook-changed", f"the webhook {WEBHOOK} was changed: {why}; {PUT_BACK}", command)
    return None


def stopped(deployment: str, seen: Observation) -> Cause | None:
    """Whether a deployment of Gatekeeper is gone or scaled to zero.

    Raises:
        NotYet: it has no pod that is ready.
    """
    command = f"kubectl -n {NAMESPACE} get deployments"
    by_name = {entry["metadata"]["name"]: entry for entry in items(seen[DEPLOYMENTS])}
    if deployment not in by_name:
        return Cause("no-gatekeeper", f"there is no deployment {deployment} in {NAMESPACE}; {PUT_BACK}", command)
    entry = by_name[deployment]
    if entry["spec"].get("replicas", 1) == 0:
        return Cause("scaled-down", f"{deployment} is scaled to zero, so nothing is looked at; {PUT_BACK}", command)
    if not entry.get("status", {}).get("readyReplicas"):
        raise NotYet(f"no pod of {deployment} is ready; if it stays so, look: kubectl -n {NAMESPACE} get pods")
    return None


def weak(policy: Policy, constraint: Object) -> Cause | None:
    """Whether the constraint says anything but that a violating object is refused."""
    spec = constraint.get("spec") or {}
    action = spec.get("enforcementAction", "deny")
    command = f"kubectl get {policy.kind.lower()} {policy.constraint} -o jsonpath='{{.spec}}'"
    if action == "deny" or (action == "scoped" and _denies(spec)):
        return None
    if action == "dryrun":
        return Cause("dryrun", "the constraint's enforcementAction is dryrun: it only counts in the audit", command)
    if action == "warn":
        return Cause("warn", "the constraint's enforcementAction is warn: kubectl warns, and the pod is made", command)
    what = "scoped, without deny for the webhook" if action == "scoped" else f'"{action}"'
    return Cause("not-deny", f"the constraint's enforcementAction is {what}, so nothing is refused", command)


def unmatched(policy: Policy, constraint: Object, namespaces: Sequence[str]) -> Cause | None:
    """Whether the constraint's match leaves out pods, or pods of one of these namespaces."""
    match = (constraint.get("spec") or {}).get("match") or {}
    command = f"kubectl get {policy.kind.lower()} {policy.constraint} -o jsonpath='{{.spec.match}}'"
    if why := matching.kinds_without_pods(match):
        return Cause("kinds", f"the constraint does not look at pods: {why}", command)
    if why := matching.out_of_scope(match, namespaces):
        return Cause("scope", f"the constraint does not look at every pod: {why}", command)
    return None


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
    reports = [entry for entry in _by_pod(owner) if operation in (entry.get("operations") or [])]
    return bool(reports) and all(
        entry.get("observedGeneration") == meta.get("generation")
        and entry.get(uid) == meta["uid"]
        and entry.get("enforced", uid == "templateUID") is True
        for entry in reports
    )


def in_force(policy: Policy, seen: Observation, namespaces: Sequence[str]) -> Cause | None:
    """Why the constraint does not refuse pods in these namespaces, as far as its text and Gatekeeper's state tell.

    Raises:
        NotYet: it will soon.
    """
    if cause := absent(policy, seen) or unserved(seen, namespaces):
        return cause
    return not_refusing(policy, seen, namespaces)


def not_refusing(policy: Policy, seen: Observation, namespaces: Sequence[str]) -> Cause | None:
    """The same of a template and a constraint that are there, of a Gatekeeper that is asked.

    Raises:
        NotYet: Gatekeeper has not taken them in.
    """
    template, constraint = found(seen[policy.template_ask]) or {}, found(seen[policy.constraint_ask]) or {}
    if cause := template_error(policy, template) or constraint_error(policy, constraint):
        return cause
    await_taken_in(policy, seen)
    return weak(policy, constraint) or unmatched(policy, constraint, namespaces)


def constraint_error(policy: Policy, constraint: Object) -> Cause | None:
    """The first error that Gatekeeper has with the constraint."""
    for said in _errors(constraint)[:1]:
        command = f"kubectl describe {policy.kind.lower()} {policy.constraint}"
        return Cause("constraint-error", f"Gatekeeper cannot use the constraint: {said[:400]}", command)
    return None


def _no_constraint(policy: Policy, template: Object, seen: Observation) -> Cause:
    if cause := wrong_kind(policy, template) or template_error(policy, template):
        return cause
    if kinds := same_names(policy, seen):
        observed = f"{policy.constraint} is a constraint of kind {', '.join(kinds)}, not of {policy.kind}"
        return Cause("other-kind", observed, "kubectl get constraints")
    if not (template.get("status") or {}).get("created"):
        raise NotYet("Gatekeeper has not made the template's CRD yet")
    observed = f"there is no constraint {policy.constraint} of kind {policy.kind}"
    return Cause("no-constraint", observed, f"kubectl get {policy.kind.lower()}")


def _errors(owner: Object) -> list[str]:
    """What Gatekeeper has against an object as it is now."""
    generation = owner["metadata"].get("generation")
    current = [entry for entry in _by_pod(owner) if entry.get("observedGeneration") == generation]
    errors = [error for entry in current for error in entry.get("errors") or []]
    return [" ".join(str(error.get("message", "it does not say what")).split()) for error in errors]


def _by_pod(owner: Object) -> list[Object]:
    return list((owner.get("status") or {}).get("byPod") or [])


def _denies(spec: Object) -> bool:
    points = [
        point.get("name")
        for entry in spec.get("scopedEnforcementActions") or []
        if entry.get("action") == "deny"
        for point in entry.get("enforcementPoints") or []
    ]
    return WEBHOOK in points or "*" in points


def _line(said: str, template: Object) -> str:
    """The line of the policy that an error names, as ` (line 5: ...)`."""
    number = re.search(r"template:(\d+): ", said)
    target = template["spec"]["targets"][0]
    sources = [target.get("rego") or ""]
    sources += [str(entry.get("source", {}).get("rego", "")) for entry in target.get("code") or []]
    lines = next((source.splitlines() for source in sources if source), [])
    if not number or not 1 <= int(number[1]) <= len(lines):
        return ""
    return f" (line {number[1]} of the Rego: {lines[int(number[1]) - 1].strip()})"
