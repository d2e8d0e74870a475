"""Tells who refused a pod: the constraint that an exercise is about, or somebody else. Pure.

A refusal counts only when it names the constraint. Texts: the API server's admission plugins (k8s.io/apiserver,
pkg/admission) and Gatekeeper's pkg/webhook/policy.go, which begins each line with the constraint's name.
"""

import json
import re
from dataclasses import dataclass

from lab.checks.asks import Answer, ApiAsk, CouldNotTell, NotYet, Observation
from lab.checks.base import Fault
from lab.checks.support import gatekeeper
from lab.checks.support.api_objects import found
from lab.checks.support.gatekeeper import Policy
from lab.k8s import gatekeeper_status

BEFORE = ApiAsk("/metrics?lab=before", order=-1)
AFTER = ApiAsk("/metrics?lab=after", order=1)
"""The API server's metrics before and after the probes."""

ADMITTED, REFUSED, BROKEN = "admitted", "refused", "broken-rule"
"""What becomes of a pod: the last is that Gatekeeper could not make a result of what a rule yields, and refused."""
OTHERS = ("same-name", "other-policy", "other-constraint", "other-admission")

_WEBHOOK = re.compile(r'admission webhook "([^"]+)" denied the request: ?')
_POLICY = re.compile(
    r"(?:(?:Pod|pods) \"[^\"]*\" is (?:invalid|forbidden): (?:: )?)?"
    r"ValidatingAdmissionPolicy '([^']+)' with binding '([^']+)' denied request: "
)
_FORBIDDEN = re.compile(r"(?:pods|Pod) \"[^\"]*\" is forbidden: ")
_FAIL_OPEN = "\napiserver_admission_webhook_fail_open_count{"
_OF_GATEKEEPER = re.compile(r'[^}]*name="' + re.escape(gatekeeper_status.WEBHOOK) + r'"[^}]*\} (\S+)')


@dataclass(frozen=True)
class Outcome:
    """What became of a pod: `ADMITTED`, `REFUSED` (by the constraint), `BROKEN` or one of `OTHERS`; who said what."""

    what: str
    said: str = ""


def outcome(answer: Answer, policy: Policy, seen: Observation) -> Outcome:
    """What the answer to a probe says became of the pod.

    Raises:
        CouldNotTell: it says nothing about admission.
        NotYet: Gatekeeper did not answer in time.
    """
    if 200 <= answer.code < 300:
        return Outcome(ADMITTED)
    status = json.loads(answer.text)
    message = str(status.get("message", ""))
    if answer.code == 409 and status.get("reason") == "AlreadyExists":
        return Outcome(ADMITTED)  # what decides about a name comes after admission
    causes = [str(cause.get("message", "")) for cause in (status.get("details") or {}).get("causes") or []]
    refusals = [judged for text in causes if (judged := _by_policy(text, policy, seen))]
    if any(judged.what == REFUSED for judged in refusals):
        return next(judged for judged in refusals if judged.what == REFUSED)
    if judged := of_message(message, policy, seen):
        return judged
    if answer.code == 404:
        raise CouldNotTell(f"{message}; {gatekeeper.PUT_BACK}")
    raise CouldNotTell(f"the API server answers with status {answer.code}: {message[:300]}")


def of_message(message: str, policy: Policy, seen: Observation) -> Outcome | None:
    """Who refused, by the words of the API server; None when they are of no refusal.

    Raises:
        CouldNotTell: the words do not tell whether the constraint refused.
        NotYet: Gatekeeper did not answer in time.
    """
    if "error looking up service account" in message[:200]:
        raise CouldNotTell(f"{message[:200]}; {gatekeeper.PUT_BACK}")
    if f'failed calling webhook "{gatekeeper_status.WEBHOOK}"' in message[:200]:
        raise NotYet(f"Gatekeeper did not answer: {message[:300]}")
    if match := _WEBHOOK.match(message):
        return _by_webhook(match[1], message[match.end() :], policy, seen)
    if judged := _by_policy(message, policy, seen):
        return judged
    if match := _FORBIDDEN.match(message):
        return Outcome("other-admission", _plugin(message[match.end() :]))
    return None


def broken(outcome: Outcome, template: str) -> Fault:
    """Why a pod was `BROKEN`."""
    observed = (
        f"Gatekeeper could not use what the rule of the template yields, whose msg must be a text: {outcome.said}"
    )
    return Fault(BROKEN, observed, f"kubectl get constrainttemplate {template} -o yaml")


def failed_open(seen: Observation) -> bool:
    """Whether the API server let something pass because Gatekeeper did not answer, while the probes were sent."""
    return _count(seen[BEFORE]) != _count(seen[AFTER])


def raise_if_failed_open(seen: Observation) -> None:
    """Nothing when the webhook answered all along.

    Raises:
        NotYet: an admission says nothing, because the webhook failed open meanwhile.
    """
    if failed_open(seen):
        raise NotYet("Gatekeeper did not answer in time, so the API server let pods pass; is it busy or starting?")


def _by_webhook(webhook: str, said: str, policy: Policy, seen: Observation) -> Outcome:
    first = said.partition("\n")[0]
    if webhook != gatekeeper_status.WEBHOOK:
        return Outcome("other-admission", f"the webhook {webhook}: {first[:200]}")
    named = re.match(r"\[([^\]]*)\] ", first)
    if not named:
        return Outcome(BROKEN, first[:300])
    if named[1] != policy.constraint:
        if f"\n[{policy.constraint}] " not in said:
            return Outcome("other-constraint", f"another constraint: {first[:200]}")
        if (policy.kind, named[1]) not in gatekeeper.known_constraints(seen):
            # what another rule says may be anything, the name of this constraint too
            advice = f"remove it and look again: kubectl get constraints | grep {named[1]}"
            raise CouldNotTell(f"the constraint {named[1]} refuses the pod too; {advice}")
    if kinds := gatekeeper.same_names(policy, seen):
        return Outcome("same-name", f"{policy.constraint}, which is also the name of a {', '.join(kinds)}")
    return Outcome(REFUSED, first[:300])


def _by_policy(message: str, policy: Policy, seen: Observation) -> Outcome | None:
    match = _POLICY.match(message)
    if not match:
        return None
    said = f"the ValidatingAdmissionPolicy {match[1]}: {message[match.end() :][:200]}"
    made = match[2] == policy.binding_ask.path.rpartition("/")[2] and _made_of(match[1], policy, seen)
    return Outcome(REFUSED if made else "other-policy", said)


def _made_of(name: str, policy: Policy, seen: Observation) -> bool:
    """Whether the binding is what Gatekeeper made of this very constraint."""
    binding, constraint = found(seen[policy.binding_ask]), found(seen[policy.constraint_ask])
    if binding is None or constraint is None or binding["spec"].get("policyName") != name:
        return False
    owners = binding["metadata"].get("ownerReferences") or []
    uid = constraint["metadata"]["uid"]
    return any(owner["kind"] == policy.kind and owner["uid"] == uid for owner in owners)


def _plugin(said: str) -> str:
    if "image policy webhook" in said or said.startswith('Post "https://'):
        return f"the plugin ImagePolicyWebhook: {said[:200]}"
    if "violates PodSecurity" in said:
        return f"Pod Security: {said[:200]}"
    return f"another admission plugin: {said[:200]}"


def _count(answer: Answer) -> float:
    if answer.code != 200:
        raise NotYet(f"the API server's metrics cannot be read (status {answer.code})")
    found = map(_OF_GATEKEEPER.match, f"\n{answer.text}".split(_FAIL_OPEN)[1:])  # of some megabytes, hence no search
    return sum(float(match[1]) for match in found if match)
