"""Who refused: the constraint that an exercise is about, or somebody else. Pure.

A refusal counts only when it names the constraint. Texts: the API server's admission plugins (k8s.io/apiserver,
pkg/admission) and Gatekeeper's pkg/webhook/policy.go, which begins each line with the constraint's name.
"""

import json
import re
from dataclasses import dataclass

from lab.checks import gatekeeper
from lab.checks.base import Answer, ApiAsk, CouldNotTell, NotYet, Observation
from lab.checks.causes import found
from lab.checks.gatekeeper import Policy

BEFORE = ApiAsk("/metrics?lab=before", order=-1)
AFTER = ApiAsk("/metrics?lab=after", order=1)
"""The API server's metrics before and after the probes."""

ADMITTED, REFUSED = "admitted", "refused"
OTHERS = ("same-name", "other-policy", "other-constraint", "other-admission")

_WEBHOOK = re.compile(r'admission webhook "([^"]+)" denied the request: ?')
_POLICY = re.compile(
    r"(?:(?:Pod|pods) \"[^\"]*\" is (?:invalid|forbidden): (?:: )?)?"
    r"ValidatingAdmissionPolicy '([^']+)' with binding '([^']+)' denied request: "
)
_FORBIDDEN = re.compile(r"(?:pods|Pod) \"[^\"]*\" is forbidden: ")
_FAIL_OPEN = re.compile(
    r'^apiserver_admission_webhook_fail_open_count\{[^}]*name="' + re.escape(gatekeeper.WEBHOOK) + r'"[^}]*\} (\S+)$',
    re.MULTILINE,
)


@dataclass(frozen=True)
class Outcome:
    """What became of a pod: `admitted`, `refused` (by the constraint) or one of `OTHERS`; and who said what."""

    what: str
    said: str = ""


def binding_of(policy: Policy) -> ApiAsk:
    """The binding that Gatekeeper makes of a constraint whose template is in CEL (GetVAPBindingName)."""
    name = f"gatekeeper-{policy.kind.lower()}-{policy.constraint}"
    return ApiAsk(f"/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/{name}", order=-1)


def outcome(answer: Answer, policy: Policy, seen: Observation) -> Outcome:
    """What the answer to a dry run says became of the pod.

    Raises:
        CouldNotTell: it says nothing about admission.
        NotYet: Gatekeeper did not answer in time.
    """
    if 200 <= answer.code < 300:
        return Outcome(ADMITTED)
    status = json.loads(answer.text)
    message = str(status.get("message", ""))
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
    if f'failed calling webhook "{gatekeeper.WEBHOOK}"' in message[:200]:
        raise NotYet(f"Gatekeeper did not answer: {message[:300]}")
    if match := _WEBHOOK.match(message):
        return _by_webhook(match[1], message[match.end() :], policy, seen)
    if judged := _by_policy(message, policy, seen):
        return judged
    if match := _FORBIDDEN.match(message):
        return Outcome("other-admission", _plugin(message[match.end() :]))
    return None


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
    if webhook != gatekeeper.WEBHOOK:
        return Outcome("other-admission", f"the webhook {webhook}: {first[:200]}")
    if not first.startswith(f"[{policy.constraint}] "):
        if f"\n[{policy.constraint}] " in said:
            name = first.partition("]")[0].lstrip("[")
            advice = f"remove it and look again: kubectl get constraints | grep {name}"
            raise CouldNotTell(f"the constraint {name} refuses the pod too; {advice}")
        return Outcome("other-constraint", f"another constraint: {first[:200]}")
    if kinds := gatekeeper.same_names(policy, seen):
        return Outcome("same-name", f"{policy.constraint}, which is also the name of a {', '.join(kinds)}")
    return Outcome(REFUSED, first[:300])


def _by_policy(message: str, policy: Policy, seen: Observation) -> Outcome | None:
    match = _POLICY.match(message)
    if not match:
        return None
    said = f"the ValidatingAdmissionPolicy {match[1]}: {message[match.end() :][:200]}"
    made = match[2] == binding_of(policy).path.rpartition("/")[2] and _made_of(match[1], policy, seen)
    return Outcome(REFUSED if made else "other-policy", said)


def _made_of(name: str, policy: Policy, seen: Observation) -> bool:
    """Whether the binding is what Gatekeeper made of this very constraint."""
    binding, constraint = found(seen[binding_of(policy)]), found(seen[policy.constraint_ask])
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
    return sum(float(value) for value in _FAIL_OPEN.findall(answer.text))
