"""A cluster with Gatekeeper as recorded answers: a whitelist in force, of which a test changes what it is about.

The answers in tests/unit/checks/recorded/gatekeeper.json are those of Gatekeeper 3.23.1 on Kubernetes 1.36.4, without
what no check reads.
"""

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from asking import asked, told

from lab.checks.asks import Answer, ApiAsk, Ask, CreateAsk, FileAsk, NodeAsk, Unknown
from lab.checks.base import REGISTRY, Facts, Judgement
from lab.checks.support.node_file import NodeFile

RECORDED = Path(__file__).parents[1] / "unit" / "checks" / "recorded" / "gatekeeper.json"
POLICY = {"template": "k8strustedimages", "kind": "K8sTrustedImages", "constraint": "pod-trusted-images"}
TRUSTED = ("docker.io/", "registry.k8s.io/")
METRICS = {"lab=before": "metrics-before", "lab=after": "metrics-after"}
Decide = Callable[[str, str, list[str]], str]
"""Of a probe's namespace, the list that is tried, and its images: the name of a recorded answer."""


def whitelist(namespace: str, where: str, images: list[str]) -> str:
    """What the right policy does, which is about pods."""
    return "admitted" if where == "deployment" or all(image.startswith(TRUSTED) for image in images) else "refused"


def admit_all(namespace: str, where: str, images: list[str]) -> str:
    """What no policy does."""
    return "admitted"


class Scene:
    """Recorded answers by what they are answers to.

    Args:
        decide: what becomes of a probe.
        lets_in: whether a pod is admitted whatever `decide` says, of the pod and whether it is a dry run.
        changes: other answers, by the name of the thing (`template`, `constraint`, `pods`, ...): the name of a recorded
            one, or the answer itself.
    """

    facts = Facts("v1.36.4", (), "a1b2c3d4", namespace="team-maple42")

    def __init__(
        self,
        decide: Decide = whitelist,
        lets_in: Callable[[Any, bool], bool] = lambda pod, dry_run: False,
        **changes: str | Answer | NodeFile | Unknown,
    ) -> None:
        self.recorded: dict[str, Any] = json.loads(RECORDED.read_text())
        self.decide = decide
        self.lets_in = lets_in
        self.changes = changes

    def body(self, name: str) -> Any:
        """A copy of a recorded body, to be changed."""
        return copy.deepcopy(self.recorded[name]["body"])

    def answer(self, name: str) -> Answer:
        """A recorded answer."""
        entry = self.recorded[name]
        text = entry["body"] if isinstance(entry["body"], str) else json.dumps(entry["body"])
        return Answer(text, entry["code"])

    def judge(self, kind: str, /, **params: Any) -> Judgement:
        """Judge by a kind of check what this scene answers."""
        check = REGISTRY[kind]
        given = check.takes(**params)
        return told(check.judge(given, self.facts, asked(check, given, self.facts, self._answer)))

    def _answer(self, ask: Ask) -> Answer | NodeFile | Unknown:
        if isinstance(ask, CreateAsk) or (isinstance(ask, ApiAsk) and ask.method != "GET"):
            return self._probe(ask)
        thing = _thing(ask)
        given = self.changes.get(thing.replace("-", "_"), thing)
        return self.answer(given) if isinstance(given, str) else given

    def _probe(self, ask: ApiAsk | CreateAsk) -> Answer | Unknown:
        really = isinstance(ask, CreateAsk)
        assert really != ask.path.endswith("?dryRun=All")
        pod = json.loads(ask.body)
        if self.lets_in(pod, not really):
            return object_answer({"reason": "AlreadyExists"}, 409) if really else self.answer("admitted")
        spec: Mapping[str, Any] = pod["spec"].get("template", pod)["spec"]
        lists = ("ephemeralContainers", "initContainers", "containers")
        where = "deployment" if "template" in pod["spec"] else next(name for name in lists if spec.get(name))
        images = [container["image"] for name in lists for container in spec.get(name, [])]
        decided = self.decide(ask.path.split("/namespaces/")[1].split("/")[0], where, images)
        if really and decided == "admitted":
            return object_answer({"reason": "AlreadyExists"}, 409)
        return self.answer(decided)


def stale(name: str) -> Answer:
    """A recorded object whose spec was changed after its status was written."""
    body = Scene().body(name)
    body["metadata"]["generation"] += 1
    return object_answer(body)


def changed(name: str, change: Callable[[Any], object]) -> Answer:
    """A recorded object with something changed in it."""
    body = Scene().body(name)
    change(body)
    return object_answer(body)


def pod(**status: Any) -> Answer:
    """The pod nginx, with another status."""
    return changed("nginx-pod", lambda body: body["status"].update(status))


def object_answer(body: Any, code: int = 200) -> Answer:
    """An answer of the API server."""
    return Answer(json.dumps(body), code)


def _thing(ask: Ask) -> str:
    """What an ask is about, in the words of the recording."""
    if isinstance(ask, FileAsk):
        return "file"
    if isinstance(ask, NodeAsk):
        words = {"crictl ps": "running", "crictl pods": "sandboxes", "journalctl": "log"}
        return next(name for word, name in words.items() if word in ask.command)
    assert isinstance(ask, ApiAsk)
    path = ask.path
    for word, name in METRICS.items():
        if path.endswith(word):
            return name
    named = {
        "constrainttemplates": "template",
        "k8strustedimages": "constraint",
        "customresourcedefinitions": "crd",
        "validatingadmissionpolicybindings": "binding",
        "validatingwebhookconfigurations": "webhooks",
        "pods": "pod",
        "deployments": "deployment",
        "configs": "config",
    }
    listed = {
        "namespaces": "namespaces",
        "assign": "none",
        "assignimage": "mutations",
        "modifyset": "none",
        "constraintpodstatuses": "known",
        "pods": "pods",
        "replicasets": "replica-sets",
        "deployments": "deployments",
    }
    *_, collection, last = path.split("/")
    return listed[last] if last in listed else named[collection]
