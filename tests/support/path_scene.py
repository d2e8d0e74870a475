"""A cluster as recorded answers, through which a request goes; a test changes what it is about."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import gatekeeper_scene
import image_policy_scene as policy
import yaml

from lab.checks.asks import (
    Answer,
    ApiAsk,
    Ask,
    CouldNotTell,
    DirectoryAsk,
    FileAsk,
    NodeAsk,
    Observation,
    Unknown,
    WebhookAsk,
)
from lab.checks.base import Facts, ImageFact
from lab.checks.support import api_server_process, image_digests
from lab.checks.support.api_server_down import LAST_WORD
from lab.checks.support.node_file import NodeFile
from lab.request_path import node, way
from lab.request_path.station import RequestPath, Station

NONCE = "5eedf00d5eedf00d"
DIGEST, CONFIG = f"sha256:{'1d' * 32}", f"sha256:{'c0' * 32}"
SERVER_IMAGE = "registry.k8s.io/kube-apiserver:v1.36.4"
FACTS = Facts("v1.36.4", (ImageFact(SERVER_IMAGE, DIGEST, CONFIG),), NONCE)
AWAY = Unknown("The API server does not answer: connection refused")
GATEKEEPER = gatekeeper_scene.Scene()
POD: dict[str, Any] = {
    "metadata": {"name": "shop", "namespace": "default", "creationTimestamp": "2026-11-24T10:00:00Z", "labels": {}},
    "spec": {"nodeName": "lab-control-plane", "containers": [{"name": "web", "image": "docker.io/nginx"}]},
    "status": {"phase": "Running", "containerStatuses": [{"name": "web", "state": {"running": {}}}]},
}


def body(value: Any, code: int = 200) -> Answer:
    return Answer(json.dumps(value), code)


def listed(*entries: Any) -> Answer:
    return body({"items": list(entries)})


def refusal(message: str, code: int = 403) -> Answer:
    return body({"kind": "Status", "status": "Failure", "message": message, "code": code}, code)


def forbidden(said: str) -> Answer:
    return refusal(f'pods "probe-5eedf" is forbidden: {said}')


def hook(name: str = "validation.gatekeeper.sh") -> dict[str, Any]:
    """Gatekeeper's recorded webhook configuration with its one webhook about pods, under another name perhaps."""
    configuration: dict[str, Any] = GATEKEEPER.body("webhooks")
    configuration["webhooks"] = [{**configuration["webhooks"][0], "name": name}]
    return configuration


def policy_and_binding(name: str, *actions: str) -> tuple[dict[str, Any], dict[str, Any]]:
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    meta = {"name": name, "creationTimestamp": "2026-11-23T10:00:00Z"}
    spec = {"matchConstraints": {"resourceRules": [rule]}}
    bound = {"policyName": name, "validationActions": list(actions)}
    return {"metadata": meta, "spec": spec}, {"metadata": {**meta, "name": f"{name}-everywhere"}, "spec": bound}


def asked(name: str, yes: int, no: int = 0, opened: int = 0) -> str:
    """Rows of the API server's metrics about a webhook."""
    rows = [("false", yes), ("true", no)]
    labels = (
        'apiserver_admission_webhook_request_total{{code="200",name="{}",operation="CREATE",rejected="{}",type="x"}} {}'
    )
    text = "".join(labels.format(name, word, number) + "\n" for word, number in rows)
    return text + f'apiserver_admission_webhook_fail_open_count{{name="{name}",type="validating"}} {opened}\n'


def container(name: str, asked_image: str, state: str = "CONTAINER_RUNNING", created: int = 1) -> dict[str, Any]:
    return {
        "id": "abc",
        "labels": {"io.kubernetes.container.name": name},
        "image": {"image": CONFIG, "userSpecifiedImage": asked_image},
        "imageRef": CONFIG,
        "state": state,
        "createdAt": str(created),
    }


@dataclass
class Scene:
    """Answers by what they are answers to. Nothing is installed, and the API server is as `lab up` made it.

    `objects`: answers of the API server by the end of their path. `dry_run`: to the pod that is tried. `node`: answers
    of the node by a word of the command. `manifest`: arguments there that are not the process's.
    """

    process: policy.Process = field(default_factory=lambda: policy.process(policy.UNTOUCHED))
    image: str = SERVER_IMAGE
    objects: Mapping[str, Answer | Unknown] = field(default_factory=dict)
    dry_run: Answer | Unknown = field(default_factory=lambda: body({}, 201))
    before: str = ""
    after: str = ""
    node: Mapping[str, Answer | Unknown] = field(default_factory=dict)
    log: Answer | Unknown = policy.NO_WEBHOOK
    away: Unknown | None = None
    node_away: Unknown | None = None
    manifest: tuple[str, ...] = ()
    asks: list[Ask] = field(default_factory=list)

    def path(self, subject: str = "", namespace: str = "default") -> RequestPath:
        answers: dict[Ask, Answer | NodeFile | Unknown] = {}
        before = -1
        while len(answers) > before:
            before = len(answers)
            for ask in way.asks(subject, namespace, FACTS, Observation(dict(answers))):
                answers.setdefault(ask, self._answer(ask))
        self.asks = list(answers)
        return way.path(subject, namespace, FACTS, Observation(answers))

    def station(self, name: str, subject: str = "") -> Station:
        found = self.path(subject).station(name)
        assert found, name
        return found

    def _answer(self, ask: Ask) -> Answer | NodeFile | Unknown:
        if isinstance(ask, WebhookAsk):
            return self.log
        if self.node_away and not isinstance(ask, ApiAsk):
            return self.node_away
        if isinstance(ask, DirectoryAsk):
            return self._manifests()
        if isinstance(ask, FileAsk):
            return self.process.file(ask)
        if isinstance(ask, NodeAsk):
            return self._of_node(ask)
        assert isinstance(ask, ApiAsk)
        return self.away or self._of_api(ask)

    def _manifests(self) -> NodeFile:
        words = self.manifest or api_server_process.parse(self.process.told, Observation()).argv
        container = {"name": "kube-apiserver", "image": self.image, "command": list(words)}
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "kube-apiserver"},
            "spec": {"containers": [container]},
        }
        return NodeFile("directory", entries={"kube-apiserver.yaml": NodeFile("file", yaml.safe_dump(pod).encode())})

    def _of_node(self, ask: NodeAsk) -> Answer | Unknown:
        if ask == api_server_process.PROCESS:
            return self.process.told
        for word, answer in self.node.items():
            if word in ask.command:
                return answer
        if ask == LAST_WORD:
            return Answer('{"kubelet": "running", "now": 1800000600.0, "changed": 1}\n')
        if ask == image_digests.LISTING:
            return Answer(f"{SERVER_IMAGE} {DIGEST}\ndocker.io/library/nginx:1.27 {DIGEST}\n")
        if ask == node.SERVICES:
            return Answer("active\nactive\n")
        if "crictl ps" in ask.command:
            name = next((name for name in ("etcd", "kube-apiserver") if f"name={name}" in ask.command), "")
            return body({"containers": [container(name, SERVER_IMAGE)] if name else []}, 0)
        return policy.UNRESOLVED

    def _of_api(self, ask: ApiAsk) -> Answer | Unknown:
        if ask.method == "POST" and "/pods" in ask.path:
            assert ask.path.endswith("dryRun=All")
            return self.dry_run
        if "metrics" in ask.path and "/metrics" not in self.objects:
            return Answer(self.before if "before" in ask.path else self.after or self.before, 200)
        for end, answer in self.objects.items():
            if ask.path.partition("?")[0].endswith(end):
                return answer
        return self._default(ask)

    def _default(self, ask: ApiAsk) -> Answer:
        if ask.path.startswith("/readyz"):
            return Answer("ok", 200)
        if ask.path == "/version":
            return body({"gitVersion": "v1.36.4"})
        if "selfsubjectreviews" in ask.path:
            return body({"status": {"userInfo": {"username": "kubernetes-admin", "groups": ["masters"]}}}, 201)
        if ask.path == "/api/v1/namespaces":
            return GATEKEEPER.answer("namespaces")
        with suppress(CouldNotTell):
            if ask.path.rpartition("/")[0].endswith("/pods"):
                return refusal("not found", 404)
        return listed()


def gatekeeper(**changes: Any) -> dict[str, Answer | Unknown]:
    """What the API server has where Gatekeeper runs with the recorded constraint in force."""
    return {
        "/validatingwebhookconfigurations": listed(hook()),
        "/endpointslices": listed({"endpoints": [{"conditions": {"ready": True}}]}),
        "/constrainttemplates": listed(GATEKEEPER.body("template")),
        "/k8strustedimages": listed(GATEKEEPER.body("constraint")),
        "/deployments": GATEKEEPER.answer("deployments"),
        "/configs/config": GATEKEEPER.answer("config"),
        **changes,
    }
