"""A cluster with ImagePolicyWebhook as recorded answers: the plugin on, of which a test changes what it is about.

The answers in tests/unit/checks/recorded/image-policy.json are those of Kubernetes 1.36.4, without what no check reads.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from asking import asked

from lab import certs
from lab.checks import policy_probe
from lab.checks.base import REGISTRY, Answer, ApiAsk, Ask, DirectoryAsk, Facts, Judgement, NodeAsk, Unknown, WebhookAsk
from lab.checks.node_file import NodeFile

RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "unit" / "checks" / "recorded" / "image-policy.json").read_text()
)
FOLDER = "/etc/kubernetes/admission"
CONFIG, KUBECONF = f"{FOLDER}/admission_config.yaml", f"{FOLDER}/kubeconf"
STARTED, NOW = 1_800_000_000.0, 1_800_000_600.0
SERVICE, CLIENT = certs.server_pair(["external-service"]), certs.client_pair("kube-apiserver")
NONCE = "5eedf00d"
PLUGINS, CONFIG_FLAG = "--enable-admission-plugins", "--admission-control-config-file"
ARGV = ("kube-apiserver", f"{CONFIG_FLAG}={CONFIG}", f"{PLUGINS}=NodeRestriction,ImagePolicyWebhook")
UNTOUCHED = ("kube-apiserver", f"{PLUGINS}=NodeRestriction")


def config(**policy: Any) -> dict[str, Any]:
    """The admission configuration, with some of the plugin's own fields changed."""
    fields = {"kubeConfigFile": KUBECONF, "allowTTL": 50, "denyTTL": 50, "retryBackoff": 500, "defaultAllow": False}
    inner = {"imagePolicy": {key: value for key, value in {**fields, **policy}.items() if value is not ...}}
    plugin = {"name": "ImagePolicyWebhook", "configuration": inner}
    return {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AdmissionConfiguration", "plugins": [plugin]}


def kubeconf(cluster: Mapping[str, Any] | None = None, user: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The kubeconfig, with some fields of its cluster and its user changed; `...` takes one out."""
    clusters = {"server": "https://external-service:1234/check-image", "certificate-authority": "external-cert.pem"}
    users = {"client-certificate": f"{FOLDER}/apiserver-client-cert.pem", "client-key": "apiserver-client-key.pem"}
    given = {**clusters, **(cluster or {})}, {**users, **(user or {})}
    one, other = ({key: value for key, value in entry.items() if value is not ...} for entry in given)
    return {
        "clusters": [{"name": "checker", "cluster": one}],
        "users": [{"name": "api-server", "user": other}],
        "contexts": [{"name": "main", "context": {"cluster": "checker", "user": "api-server"}}],
        "current-context": "main",
    }


def cluster_at(address: str) -> dict[str, Any]:
    """The kubeconfig with another address."""
    return kubeconf({"server": address})


def files(**changes: Any) -> dict[str, Any]:
    """The six files by their paths; `config` and `kubeconf` are other contents of those two."""
    return {
        CONFIG: changes.get("config", config()),
        KUBECONF: changes.get("kubeconf", kubeconf()),
        f"{FOLDER}/external-cert.pem": SERVICE.certificate,
        f"{FOLDER}/external-key.pem": SERVICE.key,
        f"{FOLDER}/apiserver-client-cert.pem": CLIENT.certificate,
        f"{FOLDER}/apiserver-client-key.pem": CLIENT.key,
    }


def process(
    argv: tuple[str, ...] = ARGV,
    state: str = "running",
    view: str = "mounts",
    changed: float = STARTED - 10,
    **more: Any,
) -> Answer:
    """What the node tells of the API server; `more` are other contents of `files`, or `files` themselves."""
    words = "".join(word + "\0" for word in argv)
    lines = [f"state {state}", f"view {view}", f"argv {_b64(words)}"]
    lines.append(f"time {NOW} 10000.00 {10000 - (NOW - STARTED):.2f}")
    for path, content in more.get("files", files(**more)).items():
        text = yaml.safe_dump(content) if isinstance(content, dict) else content
        lines.append(f"file {_b64(path)} {changed:.9f} {_b64(text)}")
    return Answer("\n".join(lines) + "\n")


def manifest(argv: tuple[str, ...] = ARGV, text: str = "") -> NodeFile:
    """The manifest directory with one manifest that has these arguments, or this text."""
    container = {"name": "kube-apiserver", "command": list(argv)}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "kube-apiserver"},
        "spec": {"containers": [container]},
    }
    file = NodeFile("file", (text or yaml.safe_dump(pod)).encode())
    return NodeFile("directory", entries={"kube-apiserver.yaml": file})


def recorded(name: str) -> Answer:
    """A recorded answer."""
    entry = RECORDED[name]
    return Answer(json.dumps(entry["body"]), entry["code"])


def refusal(said: str) -> Answer:
    """A 403 of an admission plugin with these words."""
    body = {**RECORDED["closed"]["body"], "message": f'pods "lab-probe-x7k2p" is forbidden: {said}'}
    return Answer(json.dumps(body), 403)


def metrics(passed: int = 4, rejected: int = 2) -> Answer:
    """The API server's metrics with these counts of what the plugin let be made, and of what it refused."""
    text = "\n".join(RECORDED["metrics"]["body"]) + "\n"
    for word, count in (("false", passed), ("true", rejected)):
        labels = f'name="ImagePolicyWebhook",operation="CREATE",rejected="{word}",type="validate"'
        text, found = re.subn(rf"(_count\{{{labels}\}}) \d+", rf"\g<1> {count}", text)
        assert found == 1
    return Answer(text, 200)


def decision(nonce: str, allowed: bool) -> str:
    """A line of the webhook's log."""
    entry = {**RECORDED["decision"]["body"], "allowed": allowed, "annotations": {policy_probe.ANNOTATION: nonce}}
    return json.dumps(entry) + "\n"


LOG = Answer(decision(f"{NONCE}-allowed", True) + decision(f"{NONCE}-denied", False))
NO_WEBHOOK = Answer("no webhook of the lab runs", 1)
UNRESOLVED, ANSWERS = Answer("unresolved 6 0\n"), Answer("172.26.0.4 56 0.000321\n")


@dataclass
class Scene:
    """Answers by what they are answers to; the plugin is on and fails closed, and nobody answers it.

    `probes`: by image, where they are not all `probe`.
    """

    process: Answer | Unknown = field(default_factory=process)
    manifests: NodeFile | Unknown = field(default_factory=manifest)
    probe: Answer | Unknown = field(default_factory=lambda: recorded("closed"))
    probes: Mapping[str, Answer | Unknown] = field(default_factory=dict)
    before: Answer | Unknown = field(default_factory=metrics)
    after: Answer | Unknown = field(default_factory=lambda: metrics(rejected=3))
    reach: Answer | Unknown = UNRESOLVED
    log: Answer | Unknown = NO_WEBHOOK
    pod: Answer | Unknown = field(default_factory=lambda: recorded("pod"))
    made: Answer | Unknown = field(default_factory=lambda: made())

    def judge(self, kind: str, **params: Any) -> Judgement:
        """Judge by a kind of check what this scene answers."""
        check, facts = REGISTRY[kind], Facts("v1.36.4", (), NONCE)
        given = check.takes(**params)
        return check.judge(given, facts, asked(check, given, facts, self._answer))

    def _answer(self, ask: Ask) -> Answer | NodeFile | Unknown:
        if isinstance(ask, WebhookAsk):
            return self.log
        if isinstance(ask, DirectoryAsk):
            return self.manifests
        if isinstance(ask, NodeAsk):
            words = {"wanted=": self.process, "service=": self.reach, "for f in": self.made}
            return next(answer for word, answer in words.items() if ask.command.startswith(word))
        assert isinstance(ask, ApiAsk)
        if ask.method == "GET":
            return {"/metrics?lab=before": self.before, "/metrics?lab=after": self.after}.get(ask.path, self.pod)
        return self._probe(ask)

    def _probe(self, ask: ApiAsk) -> Answer | Unknown:
        assert ask.path.endswith("/pods?dryRun=All")
        pod = json.loads(ask.body)
        assert pod["metadata"]["annotations"][policy_probe.ANNOTATION].startswith(NONCE)
        return self.probes.get(pod["spec"]["containers"][0]["image"], self.probe)


def made(service: bytes = SERVICE.certificate, client: bytes = CLIENT.certificate) -> Answer:
    """The certificates as the lab put them on the node."""
    return Answer(f"external-cert.pem {_b64(service)}\napiserver-client-cert.pem {_b64(client)}\n")


def _b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()
