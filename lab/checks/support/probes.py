"""Pods that the lab tries to make as dry runs, which store none: only the image, its place and metadata vary."""

import json
import random
import re
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any

from lab.checks.asks import ApiAsk, CreateAsk
from lab.checks.support.pod_metadata import PLAIN, Look
from lab.k8s import image_reference

CONTAINERS, INIT, EPHEMERAL = "containers", "initContainers", "ephemeralContainers"
LISTS = (CONTAINERS, INIT, EPHEMERAL)
"""The lists of containers that a pod has."""


@dataclass(frozen=True)
class Place:
    """Where in a pod the image is: which one (`index`) of how many (`among`) containers of which list.

    The others, and the container that a pod must have besides, run `trusted`. `sidecar`: it is an init container that
    stays.
    """

    list: str = CONTAINERS
    index: int = 0
    among: int = 1
    trusted: str = ""
    sidecar: bool = False

    @property
    def said(self) -> str:
        """What a sentence says of it."""
        if self.sidecar:
            return f"in {self.list}, with restartPolicy Always"
        which = "last" if self.index == self.among - 1 else ("first", "second", "third")[self.index]
        return f"in the {which} of {self.among} {self.list}"


FIRST = Place()
"""The one container of a pod."""


def create(namespace: str, image: str, nonce: str = "", place: Place = FIRST, look: Look = PLAIN) -> ApiAsk:
    """A dry run of a pod with an image in a place, that looks as given."""
    lists = {place.list: _containers(place, image)}
    if place.list != CONTAINERS:
        lists[CONTAINERS] = [_container("app", place.trusted)]
    metadata = json.loads(look.metadata or "{}")
    if not {"name", "generateName"} & set(metadata):
        metadata["name"] = _name(nonce, image)
    return as_dry_run(namespace, metadata, _spec(lists))


def debug(namespace: str, pod: str, image: str, nonce: str = "", place: Place = FIRST) -> ApiAsk:
    """A dry run of ephemeral containers, one with the image, in a pod that runs."""
    named = [{**entry, "name": f"{_word(nonce)}-{entry['name']}"} for entry in _containers(place, image)]
    patch = {"spec": {"ephemeralContainers": named}}
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/ephemeralcontainers?dryRun=All"
    return ApiAsk(path, "PATCH", json.dumps(patch))


def create_really(namespace: str, name: str, image: str, nonce: str) -> CreateAsk:
    """A pod that is really to be made, under the name of one that there is, and that could not be scheduled."""
    spec = _spec({CONTAINERS: _containers(FIRST, image)})
    spec["schedulingGates"] = [{"name": f"{_word(nonce)}.example/{_word(nonce + name)}"}]
    return CreateAsk(f"/api/v1/namespaces/{namespace}/pods", json.dumps(_pod({"name": name}, spec)))


def as_dry_run(namespace: str, metadata: dict[str, Any], spec: dict[str, Any]) -> ApiAsk:
    """A dry run of a pod with this metadata and spec."""
    return ApiAsk(f"/api/v1/namespaces/{namespace}/pods?dryRun=All", "POST", json.dumps(_pod(metadata, spec)))


def images(pod_spec: Any) -> list[str]:
    """Every image of a pod's or a pod template's spec, in any of its lists."""
    return [str(container.get("image", "")) for name in LISTS for container in pod_spec.get(name) or []]


def changed(ask: ApiAsk | CreateAsk, answer: str) -> dict[str, str]:
    """The images of a pod that was sent which it does not have as it was admitted, and what they became."""
    sent, came = json.loads(ask.body).get("spec") or {}, json.loads(answer).get("spec") or {}
    now = {entry["name"]: entry.get("image", "") for name in LISTS for entry in came.get(name) or []}
    before = [entry for name in LISTS for entry in sent.get(name) or []]
    return {
        entry["image"]: now[entry["name"]]
        for entry in before
        if now.get(entry["name"], entry["image"]) != entry["image"]
    }


def _pod(metadata: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _name(nonce: str, image: str) -> str:
    """A name that nobody can tell from a learner's: that of the image, with a word of its own."""
    last = re.sub(r"[^a-z0-9]+", "-", image_reference.parse(image).name).strip("-")
    return f"{last}-{_word(nonce)}"


def _spec(lists: dict[str, Any]) -> dict[str, Any]:
    # Fits the `restricted` profile of Pod Security, so that a namespace's profile does not refuse it.
    security = {"runAsNonRoot": True, "runAsUser": 65534, "seccompProfile": {"type": "RuntimeDefault"}}
    return {"automountServiceAccountToken": False, "securityContext": security, **lists}


def _containers(place: Place, image: str) -> list[dict[str, Any]]:
    images = [image if number == place.index else place.trusted for number in range(place.among)]
    stays = {"restartPolicy": "Always"} if place.sidecar else {}
    return [_container(f"app-{number}", each) | stays for number, each in enumerate(images)]


def _container(name: str, image: str) -> dict[str, Any]:
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": True}
    return {"name": name, "image": image, "securityContext": security}


def _word(nonce: str) -> str:
    return "".join(random.Random(nonce).choices(ascii_lowercase, k=5))
