"""Reads the dry run of a pod while ImagePolicyWebhook may be on, and whether its service is reached. Pure.

Texts: plugin/pkg/admission/imagepolicy/admission.go and pkg/api/errors of Kubernetes 1.36, and Go's net/http.
"""

import json
import re
from dataclasses import dataclass, replace

from lab.checks.asks import Answer, ApiAsk, CouldNotTell, NodeAsk, NotYet, Observation
from lab.checks.support import probes, refusals
from lab.checks.support.admission_configuration import PLUGIN
from lab.k8s.bash import program

BEFORE, AFTER = refusals.BEFORE, refusals.AFTER
"""The API server's metrics before and after the probes."""
ANNOTATION = "lab.image-policy.k8s.io/nonce"
"""The plugin forwards annotations of this form, and its cache minds them: a new value is asked about anew."""
IMAGE = "docker.io/library/nginx:stable"

ADMITTED, DECIDED, FAILED = "admitted", "decided", "backend-failed"
POD_SECURITY, OTHER_POLICY, OTHER = "pod-security", "other-policy", "other-admission"

_FORBIDDEN = re.compile(r'(?:pods|Pod) "[^"]*" is forbidden: ')
_DECISION = re.compile(
    r"image policy webhook backend denied one or more images: |one or more images rejected by webhook"
)
_POST = re.compile(r'Post "(?P<address>[^"]*)": (?P<why>.*)', re.DOTALL)
_HTTP = re.compile(  # an HTTP error, or an answer that is no ImageReview, is quoted without the address
    r"the server (?:responded with|reported a|could not find|rejected our|has asked|was unable|does not allow"
    r"|is currently unable|has received too)|an error on the server \(|0-length response|couldn't get version/kind"
    r'|no (?:kind|version) "|json: |invalid character|Error contacting webhook:|webhook call failed'
)
_POLICY = re.compile(r'admission webhook "[^"]*" denied|ValidatingAdmissionPolicy \'[^\']*\' with binding')
_COUNT = re.compile(
    r"^apiserver_admission_controller_admission_duration_seconds_count\{name=\"" + PLUGIN + r"\",([^}]*)\} (\S+)$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Outcome:
    """What became of a pod, and in whose words.

    `what`: `admitted`; `decided` (the plugin's service refused); `backend-failed` (the plugin could not have it decide;
    `address` is whom it asked); or refused by somebody else.
    """

    what: str
    said: str = ""
    address: str = ""

    @property
    def unreached(self) -> bool:
        """Whether the plugin could not even look up or dial the service, through a proxy or not."""
        return bool(re.match(r"(?:proxyconnect tcp: )?dial (?:tcp|udp)\b", self.said))

    @property
    def answered(self) -> bool:
        """Whether the words are about an answer, though not one that decides."""
        words = r"\btls:|x509|\bTLS\b|\bEOF\b|HTTP response|malformed|connection reset|status code"
        return not self.address or (not self.unreached and bool(re.search(words, self.said)))


@dataclass(frozen=True)
class Reach:
    """Whether something takes connections at the service's address, as seen from the node."""

    answers: bool
    said: str


def probe(namespace: str, image: str, nonce: str) -> ApiAsk:
    """A dry run of a pod with an annotation that tells it from all others."""
    ask = probes.create(namespace, image)
    pod = json.loads(ask.body)
    pod["metadata"]["annotations"] = {ANNOTATION: nonce}
    return replace(ask, body=json.dumps(pod))


def outcome(answer: Answer) -> Outcome:
    """What became of a probe.

    Raises:
        CouldNotTell: the answer is not about admission.
    """
    if 200 <= answer.code < 300:
        return Outcome(ADMITTED)
    message = str(json.loads(answer.text).get("message", ""))
    if _POLICY.search(message[:400]):
        return Outcome(OTHER_POLICY, message[:300])
    match = _FORBIDDEN.match(message)
    if answer.code != 403 or not match or "error looking up service account" in message[:200]:
        raise CouldNotTell(f"the API server answers with status {answer.code}: {message[:300]}")
    said = message[match.end() :]
    if _DECISION.match(said):
        return Outcome(DECIDED, said[:300])
    if post := _POST.match(said):
        return Outcome(FAILED, post["why"][:300], post["address"])
    if said.startswith("violates PodSecurity"):
        return Outcome(POD_SECURITY, said[:300])
    return Outcome(FAILED if _HTTP.match(said) else OTHER, said[:300])


def passed(seen: Observation) -> bool:
    """Whether the plugin let anything pass that was to be made while the probes were sent.

    Raises:
        NotYet: the metrics cannot be read.
    """
    wanted = ('rejected="false"', 'operation="CREATE"', 'type="validate"')
    return _count(seen[AFTER], wanted) > _count(seen[BEFORE], wanted)


def in_chain(metrics: Answer) -> bool:
    """Whether the plugin has looked at anything since the API server began.

    Raises:
        NotYet: the metrics cannot be read.
    """
    return _count(metrics, ('type="validate"',)) > 0


def reach_ask(service: str, port: int) -> NodeAsk:
    """Whether something answers there: looked up as the API server does, which copied /etc/hosts when it started."""
    return NodeAsk(program(__file__, "reach.sh", service.lower(), str(port)))


def reach(answer: Answer) -> Reach:
    """What `reach_ask` brought.

    Raises:
        CouldNotTell: the node did not say.
    """
    words = answer.text.split()
    if answer.code or len(words) != 3:
        raise CouldNotTell(f"whether the service can be reached could not be seen: {answer.text.strip()[-200:]}")
    address, code, connected = words
    if float(connected) > 0:
        return Reach(True, f"something takes connections at {address}")
    if address == "unresolved":
        return Reach(False, "the name does not resolve")
    return Reach(False, f"{address} does not answer ({code})")


def _count(answer: Answer, labels: tuple[str, ...]) -> float:
    if answer.code != 200:
        raise NotYet(f"the API server's metrics cannot be read (status {answer.code})")
    found = _COUNT.findall(answer.text)
    return sum(float(value) for told, value in found if all(label in told for label in labels))
