"""A cluster with Gatekeeper as recorded answers: a whitelist in force, of which a test changes what it is about.

The answers in tests/unit/checks/recorded/gatekeeper.json are those of Gatekeeper 3.23.1 on Kubernetes 1.36.4, without
what no check reads.
"""

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from asking import asked

from lab.checks.base import REGISTRY, Answer, ApiAsk, Ask, Facts, Judgement, NodeAsk, Unknown

RECORDED = Path(__file__).parents[1] / "unit" / "checks" / "recorded" / "gatekeeper.json"
POLICY = {"template": "k8strustedimages", "kind": "K8sTrustedImages", "constraint": "pod-trusted-images"}
TRUSTED = ("docker.io/", "registry.k8s.io/")
METRICS = {"lab=before": "metrics-before", "lab=after": "metrics-after"}
Decide = Callable[[str, str, list[str]], str]
"""Of a probe's namespace, the list that is tried, and its images: the name of a recorded answer."""


def whitelist(namespace: str, where: str, images: list[str]) -> str:
    """What the right policy does."""
    return "admitted" if all(image.startswith(TRUSTED) for image in images) else "refused"


class Scene:
    """Recorded answers by what they are answers to.

    Args:
        decide: what becomes of a probe.
        changes: other answers, by the name of the thing (`template`, `constraint`, `pods`, ...): the name of a recorded
            one, or the answer itself.
    """

    facts = Facts("v1.36.4", ())

    def __init__(self, decide: Decide = whitelist, **changes: str | Answer | Unknown) -> None:
        self.recorded: dict[str, Any] = json.loads(RECORDED.read_text())
        self.decide = decide
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
        return check.judge(given, self.facts, asked(check, given, self.facts, self._answer))

    def _answer(self, ask: Ask) -> Answer | Unknown:
        if isinstance(ask, ApiAsk) and ask.method != "GET":
            return self._probe(ask)
        thing = _thing(ask)
        given = self.changes.get(thing.replace("-", "_"), thing)
        return self.answer(given) if isinstance(given, str) else given

    def _probe(self, ask: ApiAsk) -> Answer | Unknown:
        assert ask.path.endswith("?dryRun=All")
        spec: Mapping[str, Any] = json.loads(ask.body)["spec"]
        where = next(name for name in ("ephemeralContainers", "initContainers", "containers") if spec.get(name))
        lists = ("ephemeralContainers", "initContainers", "containers")
        images = [container["image"] for name in lists for container in spec.get(name, [])]
        return self.answer(self.decide(ask.path.split("/")[4], where, images))


def stale(name: str) -> Answer:
    """A recorded object whose spec was changed after its status was written."""
    body = Scene().body(name)
    body["metadata"]["generation"] += 1
    return object_answer(body)


def object_answer(body: Any, code: int = 200) -> Answer:
    """An answer of the API server."""
    return Answer(json.dumps(body), code)


def _thing(ask: Ask) -> str:
    """What an ask is about, in the words of the recording."""
    if isinstance(ask, NodeAsk):
        words = {"crictl ps": "running", "crictl pods": "sandboxes", "journalctl": "log", "head -c": "file"}
        return next(name for word, name in words.items() if word in ask.command)
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
    }
    listed = {
        "constraintpodstatuses": "known",
        "pods": "pods",
        "replicasets": "replica-sets",
        "deployments": "deployments",
    }
    *_, collection, last = path.split("/")
    return listed[last] if last in listed else named[collection]
