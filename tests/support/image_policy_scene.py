"""A cluster with ImagePolicyWebhook as recorded answers: the plugin on, of which a test changes what it is about.

The answers in tests/unit/checks/recorded/image-policy.json are those of Kubernetes 1.36.4, without what no check reads.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from asking import asked, told

from lab import certs
from lab.checks.asks import Answer, ApiAsk, Ask, DirectoryAsk, FileAsk, NodeAsk, Observation, Unknown, WebhookAsk
from lab.checks.base import REGISTRY, Facts, Judgement
from lab.checks.support import api_server_process, image_policy_probe
from lab.checks.support.api_server_down import LAST_WORD
from lab.checks.support.node_file import NodeFile, Place

RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "unit" / "checks" / "recorded" / "image-policy.json").read_text()
)
FOLDER = "/etc/kubernetes/admission"
CONFIG, KUBECONF = f"{FOLDER}/admission_config.yaml", f"{FOLDER}/kubeconf"
STARTED, NOW = 1_800_000_000.0, 1_800_000_600.0
PID = 4711
FOLDER_THERE = b"(a directory)"
"""Stands for a directory among the contents of `files`."""
_ROOT = Place("/", "directory", STARTED - 1000, STARTED - 1000)
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


@dataclass(frozen=True)
class Process:
    """What the node tells of the API server, and the files that it sees; `on_node`: those that the node itself has."""

    told: Answer
    files: Mapping[str, bytes]
    changed: Mapping[str, float]
    on_node: Mapping[str, bytes]

    def file(self, ask: FileAsk) -> NodeFile:
        """A file by its path."""
        there = self.files if ask.inside == PID else self.on_node
        if ask.path not in there:
            return NodeFile("missing")
        content = there[ask.path]
        if content == FOLDER_THERE:
            return NodeFile("directory")
        changed = self.changed.get(ask.path, STARTED - 10)
        return NodeFile("file", content, way=(_ROOT, Place(ask.path, "file", changed, changed)))


def process(
    argv: tuple[str, ...] = ARGV,
    state: str = "running",
    changed: float | Mapping[str, float] = STARTED - 10,
    made: float = STARTED,
    on_node: Mapping[str, Any] | None = None,
    **more: Any,
) -> Process:
    """An API server's process.

    Args:
        argv: its arguments.
        state: `running`, `stopped` (they are those of the last container) or `absent`.
        changed: when the files were written, in seconds since 1970: of all, or by path.
        made: when its container was made.
        on_node: what the node has, when that is not what the container has.
        more: other contents of `files`, or `files` themselves.
    """
    words = "".join(word + "\0" for word in argv)
    lines = [f"state {state}", f"pid {PID if state == 'running' else 0}", f"argv {_b64(words)}"]
    lines.append(f"time {NOW} 10000.00 {10000 - (NOW - STARTED):.2f}")
    if state != "absent":
        lines.append(f"made {datetime.fromtimestamp(made, UTC).isoformat()}")
        lines.append(f"mount {_b64('/etc/kubernetes')} {_b64('/etc/kubernetes')}")
    given = _bytes(more.get("files", files(**more)))
    times = changed if isinstance(changed, Mapping) else dict.fromkeys(given, changed)
    return Process(Answer("\n".join(lines) + "\n"), given, times, given if on_node is None else _bytes(on_node))


def away(argv: tuple[str, ...] = ARGV, **more: Any) -> Process:
    """A process that has ended; its last container had these arguments."""
    return process(argv, state="stopped", **more)


NO_PLUGIN = ("kube-apiserver", f"{CONFIG_FLAG}={CONFIG}", f"{PLUGINS}=NodeRestriction")
"""Arguments that lack the plugin."""
NOTHING = NodeFile("directory")
"""A directory of manifests without any."""


def read(process: Process) -> api_server_process.ApiServer:
    """The API server as checks read it, every file included."""
    paths = {*process.files, *process.on_node}
    asks = [FileAsk(path, inside) for path in paths for inside in (1, PID)]
    return api_server_process.parse(process.told, Observation({ask: process.file(ask) for ask in asks}))


def _bytes(contents: Mapping[str, Any]) -> dict[str, bytes]:
    texts = {path: yaml.safe_dump(text) if isinstance(text, dict) else text for path, text in contents.items()}
    return {path: text.encode() if isinstance(text, str) else text for path, text in texts.items()}


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
    entry = {**RECORDED["decision"]["body"], "allowed": allowed, "annotations": {image_policy_probe.ANNOTATION: nonce}}
    return json.dumps(entry) + "\n"


LOG = Answer(decision(f"{NONCE}-allowed", True) + decision(f"{NONCE}-denied", False))
NO_WEBHOOK = Answer("no webhook of the lab runs", 1)
UNRESOLVED, ANSWERS = Answer("unresolved 6 0\n"), Answer("172.26.0.4 56 0.000321\n")


@dataclass
class Scene:
    """Answers by what they are answers to; the plugin is on and fails closed, and nobody answers it.

    `probes`: by image, where they are not all `probe`. `written`: when the manifest was changed. `hosts`: /etc/hosts
    by the process that sees it, 1 for the node's. `remembered`: by the check at hand.
    """

    process: Process | Answer | Unknown = field(default_factory=process)
    manifests: NodeFile | Unknown = field(default_factory=manifest)
    probe: Answer | Unknown = field(default_factory=lambda: recorded("closed"))
    probes: Mapping[str, Answer | Unknown] = field(default_factory=dict)
    before: Answer | Unknown = field(default_factory=metrics)
    after: Answer | Unknown = field(default_factory=lambda: metrics(rejected=3))
    reach: Answer | Unknown = UNRESOLVED
    log: Answer | Unknown = NO_WEBHOOK
    pod: Answer | Unknown = field(default_factory=lambda: recorded("pod"))
    made: Mapping[str, bytes] | Unknown = field(default_factory=lambda: made())
    last_word: Answer | Unknown = field(default_factory=lambda: Answer('{"kubelet": "running", "now": 1800000600.0}\n'))
    written: float = STARTED - 5
    hosts: Mapping[int, bytes] = field(default_factory=dict)
    remembered: Mapping[str, str] = field(default_factory=dict)

    def judge(self, kind: str, **params: Any) -> Judgement:
        """Judge by a kind of check what this scene answers."""
        check, facts = REGISTRY[kind], Facts("v1.36.4", (), NONCE, remembered=self.remembered)
        given = check.takes(**params)
        return told(check.judge(given, facts, asked(check, given, facts, self._answer)))

    def _answer(self, ask: Ask) -> Answer | NodeFile | Unknown:
        if isinstance(ask, WebhookAsk):
            return self.log
        if isinstance(ask, DirectoryAsk):
            return self._manifests()
        if isinstance(ask, FileAsk):
            return self._file(ask)
        if isinstance(ask, NodeAsk):
            if ask == api_server_process.PROCESS:
                return self.process.told if isinstance(self.process, Process) else self.process
            return self._last_word() if ask == LAST_WORD else self.reach
        assert isinstance(ask, ApiAsk)
        if ask.method == "GET":
            return {"/metrics?lab=before": self.before, "/metrics?lab=after": self.after}.get(ask.path, self.pod)
        return self._probe(ask)

    def _last_word(self) -> Answer | Unknown:
        """With the time of the manifest's change, which the node tells beside."""
        if isinstance(self.last_word, Unknown):
            return self.last_word
        return Answer(json.dumps({"changed": self.written}) + "\n" + self.last_word.text)

    def _manifests(self) -> NodeFile | Unknown:
        if isinstance(self.manifests, Unknown):
            return self.manifests
        way = (_ROOT, Place("/etc/kubernetes/manifests/x", "file", self.written, self.written))
        entries = {name: replace(file, way=way) for name, file in self.manifests.entries.items()}
        return replace(self.manifests, entries=entries)

    def _file(self, ask: FileAsk) -> NodeFile | Unknown:
        folder, _, name = ask.path.rpartition("/")
        if ask.path == "/etc/hosts":
            return NodeFile("file", self.hosts.get(ask.inside, b"127.0.0.1 localhost\n"))
        if folder == "/root/x":
            return self.made if isinstance(self.made, Unknown) else NodeFile("file", self.made[name])
        assert isinstance(self.process, Process)
        return self.process.file(ask)

    def _probe(self, ask: ApiAsk) -> Answer | Unknown:
        assert ask.path.endswith("/pods?dryRun=All")
        pod = json.loads(ask.body)
        assert pod["metadata"]["annotations"][image_policy_probe.ANNOTATION].startswith(NONCE)
        return self.probes.get(pod["spec"]["containers"][0]["image"], self.probe)


def made(service: bytes = SERVICE.certificate, client: bytes = CLIENT.certificate) -> dict[str, bytes]:
    """The certificates as the lab put them on the node."""
    return {"external-cert.pem": service, "apiserver-client-cert.pem": client}


def _b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


GONE = process((), state="absent", files={})
"""No process, and no container of one."""
