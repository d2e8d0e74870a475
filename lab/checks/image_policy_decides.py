"""image-policy-decides: the lab's webhook was asked, and what it says is what happens."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks.asks import Answer, ApiAsk, Ask, CouldNotTell, Observation, WebhookAsk
from lab.checks.base import Check, Facts, Fault, Judgement, passed
from lab.checks.base import check as register
from lab.checks.support import admission_configuration, api_server_process, etc_hosts, image_policy_probe
from lab.checks.support.admission_configuration import PLUGIN, read_settings
from lab.checks.support.api_server_process import ApiServer
from lab.checks.support.image_policy_on import not_running_with_plugin
from lab.checks.support.image_policy_probe import ADMITTED, DECIDED, FAILED, Outcome

LOG = WebhookAsk()
_OTHERS_ANSWER = ("backend-failed", "not-asked", "no-webhook")
_HINTS = {
    "x509: certificate signed by unknown authority": "certificate-authority in the kubeconf did not sign what it shows",
    "certificate is valid for": "what it shows is the certificate of another name",
    "tls: certificate required": "the kubeconf names no client certificate",
    "tls: bad certificate": "the webhook does not take the kubeconf's client certificate",
    "tls: unknown certificate authority": "the webhook does not trust the kubeconf's client certificate",
    "server gave HTTP response": "no TLS is spoken there",
    "no such host": "is the webhook up? On your own machine: lab webhook up",
    "connection refused": "nothing listens there",
    "EOF": "it hung up, as the webhook does on who shows no certificate that it trusts, or speaks no TLS",
}


@dataclass(frozen=True)
class Params:
    """`service`, `port`: whom the plugin asks. Pods with the images `allowed` and `denied` are tried in `namespace`."""

    service: str
    port: int
    namespace: str
    allowed: str
    denied: str


@register("image-policy-decides")
class ImagePolicyDecides(Check[Params]):
    """A decision counts only if the lab's webhook has logged it: the probes carry a word that only it can have seen."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The process, both dry runs, and the webhook's log."""
        yield from (_probe(params, facts, True), _probe(params, facts, False), LOG)
        yield from admission_configuration.asks(seen)
        yield from etc_hosts.asks(seen)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Compare what became of the pods with what the webhook logged."""
        expected = f"asked by {PLUGIN}, the lab's webhook admits {params.allowed} and refuses {params.denied}"
        server = api_server_process.read(seen)
        fault = not_running_with_plugin(server) or self._no_webhook(params, facts, seen)
        if fault is None:
            outcomes = [image_policy_probe.outcome(seen[_probe(params, facts, which)]) for which in (True, False)]
            logged = [_logged(seen[LOG], _nonce(facts, which)) for which in (True, False)]
            fault = _by_whom(outcomes, logged, server, params) or _what(outcomes, logged, params)
        if fault and fault.reason in _OTHERS_ANSWER:
            fault = etc_hosts.fault(server, params.service, seen) or fault
        if fault:
            return fault.fail(expected)
        observed = f"the webhook's log has both pods: it admitted {params.allowed}, and refused {params.denied}"
        return passed(expected, observed, _try(params, params.denied))

    @staticmethod
    def _no_webhook(params: Params, facts: Facts, seen: Observation) -> Fault | None:
        if not seen[LOG].code:
            return None
        try:
            outcome = image_policy_probe.outcome(seen[_probe(params, facts, False)])
        except CouldNotTell:
            outcome = Outcome("")
        if outcome.what == DECIDED or (outcome.what == FAILED and outcome.answered):
            observed = f"the lab's webhook does not run, but something answers in its name: {outcome.said}"
            return Fault("not-asked", observed, f"curl -vk --max-time 3 https://{params.service}:{params.port}/")
        observed = "the lab's webhook does not run; start it on your own machine: lab webhook up"
        return Fault("no-webhook", observed, _try(params, params.denied))


def _by_whom(outcomes: list[Outcome], logged: list[bool | None], server: ApiServer, params: Params) -> Fault | None:
    """Whether it was not the lab's webhook that decided, and who did."""
    for outcome, image in zip(outcomes, (params.allowed, params.denied), strict=True):
        if outcome.what == FAILED:
            hint = next((f": {hint}" for words, hint in _HINTS.items() if words in outcome.said), "")
            observed = f"{PLUGIN} could not have it decide about {image}: {outcome.said}{hint}"
            return Fault("backend-failed", observed, _try(params, image))
        if outcome.what not in (ADMITTED, DECIDED):
            return Fault(
                outcome.what, f"{image} was refused, but not by the webhook: {outcome.said}", _try(params, image)
            )
    if None not in logged:
        return None
    unasked = [outcome for outcome, told in zip(outcomes, logged, strict=True) if told is None]
    if all(outcome.what == ADMITTED for outcome in unasked) and _open(server):
        observed = "a pod was admitted although the webhook was not asked about it: defaultAllow is true"
        return Fault("open", observed, _try(params, params.denied))
    observed = "the API server had an answer, but not from the lab's webhook, whose log does not have the question"
    return Fault("not-asked", observed, f"getent ahosts {params.service}; grep {params.service} /etc/hosts")


def _what(outcomes: list[Outcome], logged: list[bool | None], params: Params) -> Fault | None:
    """Whether the decisions are not those that are wanted."""
    happened = [outcome.what == ADMITTED for outcome in outcomes]
    if happened == logged == [True, False]:
        return None
    if happened != logged:
        observed = "what became of the pods is not what the webhook answered: something in between changes its answers"
        return Fault("not-asked", observed, f"getent ahosts {params.service}; grep {params.service} /etc/hosts")
    if happened == [True, True]:
        return Fault("allows-everything", f"the webhook allows {params.denied} too", _try(params, params.denied))
    what = "both images" if happened == [False, False] else params.allowed
    observed = f"the webhook refuses {what}: {outcomes[0].said}"
    return Fault("denies-everything", observed, _try(params, params.allowed))


def _logged(log: Answer, nonce: str) -> bool | None:
    """What the webhook decided about a probe; None when it was not asked about it."""
    for line in reversed(log.text.splitlines()):
        if nonce not in line:
            continue
        try:
            entry = json.loads(line)
        except ValueError:  # a line that is not whole, or not of the log
            continue
        if entry.get("event") == "decision" and entry["annotations"].get(image_policy_probe.ANNOTATION) == nonce:
            return bool(entry["allowed"])
    return None


def _open(server: ApiServer) -> bool:
    try:
        return read_settings(server).default_allow
    except Fault:
        return False


def _nonce(facts: Facts, allowed: bool) -> str:
    return f"{facts.nonce}-{'allowed' if allowed else 'denied'}"


def _probe(params: Params, facts: Facts, allowed: bool) -> ApiAsk:
    return image_policy_probe.probe(
        params.namespace, params.allowed if allowed else params.denied, _nonce(facts, allowed)
    )


def _try(params: Params, image: str) -> str:
    return f"kubectl -n {params.namespace} run probe --dry-run=server --image={image}"
