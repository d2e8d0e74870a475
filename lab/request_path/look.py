"""The question of a way, and the answers so far. Pure."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from shlex import quote

from lab.checks.asks import Answer, ApiAsk, CouldNotTell, NodeAsk, Observation
from lab.checks.base import Facts
from lab.checks.support import image_policy_probe, probes
from lab.checks.support.api_objects import Object, found
from lab.request_path import refusal, webhook_asks
from lab.request_path.refusal import Decision
from lab.request_path.station import CLUSTER, IMAGE, POD

_POD_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")


@dataclass(frozen=True)
class Look:
    """A subject (an image, a pod's name, or nothing), the namespace that it is in, and the answers so far."""

    subject: str
    namespace: str
    facts: Facts
    seen: Observation

    @cached_property
    def kind(self) -> str:
        """What the subject is. A pod of that name makes it one; otherwise it is an image.

        Raises:
            CouldNotTell: nobody has told yet whether there is such a pod.
        """
        if not self.subject:
            return CLUSTER
        if not self.pod_ask:
            return IMAGE
        try:
            return POD if found(self.seen[self.pod_ask]) else IMAGE
        except CouldNotTell:
            if self.pod_ask not in self.seen:
                raise
        answer = self.seen[self.containers_ask]  # the API server is away: the node knows the pods that it runs
        return POD if '"id"' in answer.text and not answer.code else IMAGE

    @property
    def pod_ask(self) -> ApiAsk | None:
        """The pod of that name; None where no pod can have it."""
        if not _POD_NAME.fullmatch(self.subject):
            return None
        return ApiAsk(f"/api/v1/namespaces/{self.namespace}/pods/{self.subject}", order=-1)

    @property
    def pod(self) -> Object | None:
        """The pod, where the subject is one that the API server knows."""
        if self.kind != POD or not self.pod_ask:
            return None
        try:
            return found(self.seen[self.pod_ask])
        except CouldNotTell:
            return None

    @property
    def containers_ask(self) -> NodeAsk:
        """The pod's containers on the node, as the container runtime tells of them."""
        labels = f"io.kubernetes.pod.namespace={self.namespace}", f"io.kubernetes.pod.name={self.subject}"
        return NodeAsk(f"crictl ps -a -o json {' '.join(f'--label {quote(label)}' for label in labels)}")

    @property
    def dry_run(self) -> ApiAsk:
        """The pod that `kubectl run` would make of the image, as a dry run.

        The plugin ImagePolicyWebhook forwards its annotation, and asks anew for each value.
        """
        name = f"probe-{self.facts.nonce[:5]}".rstrip("-")
        annotations = {image_policy_probe.ANNOTATION: self.facts.nonce}
        metadata = {"name": name, "labels": {"run": name}, "annotations": annotations}
        return probes.as_dry_run(self.namespace, metadata, {"containers": [{"name": name, "image": self.subject}]})

    @cached_property
    def decision(self) -> Decision | None:
        """What became of the image; None where none is tried.

        Raises:
            CouldNotTell: nobody answered, or the answer does not tell.
        """
        if self.kind != IMAGE:
            return None
        mutating = frozenset(str(hook["name"]) for hook in webhook_asks.hooks("mutating", self.seen))
        return refusal.read(self.seen[self.dry_run], mutating)

    @property
    def changed_images(self) -> dict[str, str]:
        """The images that were changed on the way, and what they became."""
        answer = self.seen.answers.get(self.dry_run)
        if not isinstance(answer, Answer) or not 200 <= answer.code < 300:
            return {}
        try:
            return probes.changed(self.dry_run, answer.text)
        except (ValueError, LookupError):
            return {}

    @property
    def try_it(self) -> str:
        """The command with which a learner tries the image."""
        return f"kubectl -n {self.namespace} run probe --dry-run=server --image={quote(self.subject)}"

    def made(self) -> str:
        """When the pod was made (RFC 3339); empty where the subject is no pod."""
        return str((self.pod or {}).get("metadata", {}).get("creationTimestamp", ""))


def parsed(answer: Answer) -> Object:
    """The object in an answer of the API server or of crictl.

    Raises:
        CouldNotTell: it is none.
    """
    try:
        value: Object = json.loads(answer.text)
    except ValueError:
        raise CouldNotTell(answer.text.strip()[-200:] or "the answer is empty") from None
    return value
