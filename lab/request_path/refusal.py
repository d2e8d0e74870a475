"""Tells by the API server's words who stopped a pod on its way. Pure.

Texts: pkg/admission and pkg/endpoints/handlers/responsewriters of k8s.io/apiserver, plugin/pkg/admission of Kubernetes
1.36, and Gatekeeper's pkg/webhook/policy.go.
"""

import json
import re
from dataclasses import dataclass

from lab.checks.asks import Answer, CouldNotTell
from lab.checks.support import image_policy_probe
from lab.request_path import plugins

GATEKEEPER_LINE = re.compile(r"^\[([^\]]+)\] ", re.MULTILINE)
_WEBHOOK = re.compile(r'admission webhook "(?P<name>[^"]+)" denied the request(?:: )?')
_CALLING = re.compile(r'Internal error occurred: failed calling webhook "(?P<name>[^"]+)": ')
_NO_DRY_RUN = re.compile(r'admission webhook "(?P<name>[^"]+)" does not support dry run')
_POLICY = re.compile(
    r"(?:(?:Pod|pods) \"[^\"]*\" is (?:invalid|forbidden): (?:: )?)?"
    r"ValidatingAdmissionPolicy '(?P<policy>[^']+)'(?: with binding '(?P<binding>[^']+)')? denied request: "
)
_FORBIDDEN = re.compile(r"(?:pods|Pod) \"[^\"]*\" is forbidden: ")
_PLUGINS = tuple(
    (re.compile(words), station)
    for words, station in (
        (r"unable to create new content in namespace", "mutating/NamespaceLifecycle"),
        (r"error looking up service account|no service account specified", "mutating/ServiceAccount"),
        (r"no PriorityClass with name|the integer value of priority", "mutating/Priority"),
        (r"pod node label selector", "mutating/PodNodeSelector"),
        (r"pod rejected: RuntimeClass", "mutating/RuntimeClass"),
        (r"node \"[^\"]*\" can", "mutating/NodeRestriction"),
        (r"violates PodSecurity", f"validating/{plugins.POD_SECURITY}"),
        (r"(?:minimum|maximum) \S+ usage per|\S+ max limit to request ratio per", "validating/LimitRanger"),
        (r"exceeded quota|failed quota|status unknown for quota", f"validating/{plugins.QUOTA}"),
        (r"admission control is denying all", "mutating/AlwaysDeny"),
    )
)
OTHER = "other-plugin"
"""The station of a plugin that the words do not name."""


@dataclass(frozen=True)
class Decision:
    """What the API server answered.

    Attributes:
        station: the id of the station that stopped the request; empty when it went through.
        part: the id of the webhook, policy or service that this station asked; empty when it asked none.
        said: what was said, without what the API server put before it.
        asked: whether that part answered; it could not be asked otherwise.
    """

    station: str = ""
    part: str = ""
    said: str = ""
    asked: bool = True


def read(answer: Answer, mutating: frozenset[str] = frozenset()) -> Decision:
    """Who stopped a pod, if somebody did.

    Args:
        answer: to a dry run of its creation.
        mutating: the names of the webhooks that may change a pod; others only judge.

    Raises:
        CouldNotTell: the answer says nothing about the way of a pod.
    """
    if 200 <= answer.code < 300 or answer.code == 409:
        return Decision()
    message = _message(answer)
    if answer.code == 401:
        return Decision("authentication", said=message)
    if answer.code == 403 and message.startswith("pods is forbidden: User "):
        return Decision("authorization", said=message.removeprefix("pods is forbidden: "))
    if answer.code == 404 and re.match(r"namespaces \"[^\"]*\" not found", message):
        return Decision("mutating/NamespaceLifecycle", said=message)
    found = _by_webhook(message, mutating) or _by_policy(message) or _by_plugin(message)
    if found:
        return found
    if answer.code in (400, 422):
        return Decision("fields", said=message)
    raise CouldNotTell(f"the API server answers with status {answer.code}: {message[:300]}")


def _by_webhook(message: str, mutating: frozenset[str]) -> Decision | None:
    for pattern, asked in ((_WEBHOOK, True), (_CALLING, False), (_NO_DRY_RUN, False)):
        if match := pattern.match(message):
            kind = plugins.MUTATING_WEBHOOKS if match["name"] in mutating else plugins.VALIDATING_WEBHOOKS
            phase = "mutating" if match["name"] in mutating else "validating"
            said = message[match.end() :] or message
            return Decision(f"{phase}/{kind}", f"webhook/{match['name']}", said, asked)
    return None


def _by_policy(message: str) -> Decision | None:
    if not (match := _POLICY.match(message)):
        return None
    part = f"policy/{match['policy']}/{match['binding'] or ''}"
    return Decision(f"validating/{plugins.POLICIES}", part, message[match.end() :])


def _by_plugin(message: str) -> Decision | None:
    if not (match := _FORBIDDEN.match(message)):
        return None
    said = message[match.end() :]
    for words, station in _PLUGINS:
        if words.match(said):
            return Decision(station, said=said)
    outcome = image_policy_probe.outcome(Answer(json.dumps({"message": message}), 403))
    if outcome.what in (image_policy_probe.DECIDED, image_policy_probe.FAILED):
        asked = outcome.what == image_policy_probe.DECIDED
        return Decision(f"validating/{plugins.IMAGE_POLICY}", "service", said, asked)
    return Decision(OTHER, said=said)


def _message(answer: Answer) -> str:
    try:
        return str(json.loads(answer.text).get("message", ""))
    except (ValueError, AttributeError):
        return answer.text.strip()
