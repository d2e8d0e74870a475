"""The right end of the way: etcd, the kubelet, and the image as it was named and as it runs. Pure.

It is told from the node, and so also while the API server is away.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from lab.checks.asks import Answer, ApiAsk, Ask, CouldNotTell, NodeAsk
from lab.checks.support import image_digests, manifests
from lab.checks.support.api_objects import Object
from lab.checks.support.api_server_process import COMPONENT
from lab.k8s import static_pods
from lab.request_path import running
from lab.request_path.look import Look
from lab.request_path.station import CLUSTER, IMAGE, POD, Group, State, Station

SERVICES = NodeAsk("systemctl is-active kubelet containerd")
ETCD = ApiAsk("/readyz/etcd")
_OF_ETCD, SERVER_CONTAINERS = (
    NodeAsk(f"crictl ps -a -o json --label io.kubernetes.container.name={name}") for name in ("etcd", COMPONENT)
)
_MIRROR = "kubernetes.io/config.mirror"


def asks(look: Look) -> Iterator[Ask]:
    """The node's services, what runs, and the images on the node; for a subject, its containers."""
    yield from (SERVICES, ETCD, _OF_ETCD, image_digests.LISTING)
    if not look.subject:
        yield from (SERVER_CONTAINERS, manifests.MANIFESTS)
    elif look.pod_ask:
        yield look.containers_ask


def stations(look: Look) -> tuple[Station, ...]:
    """etcd, the kubelet, and the container runtime."""
    return _etcd(look), _kubelet(look), _runtime(look)


def _etcd(look: Look) -> Station:
    found = Station("etcd", "etcd", Group.STORAGE, State.ON, "keeps what was let in")
    answer = look.seen.answers.get(ETCD)
    runs = any(each.running for each in _told(_OF_ETCD, look))
    if isinstance(answer, Answer) and answer.code == 200:
        words = "The API server reaches it."
    elif runs:
        words = "Its container runs."
    else:
        return found.seen(State.UNREACHABLE if _OF_ETCD in look.seen else State.UNKNOWN, "No container of it runs.")
    if look.kind == IMAGE:
        words += " A dry run ends before it: nothing is stored."
    elif made := look.made():
        return found.seen(State.YES, f"The pod was stored, {made}.")
    return found.seen(State.ON, words)


def _kubelet(look: Look) -> Station:
    found = Station("kubelet", "kubelet", Group.NODE, State.ON, "has the pod's containers run")
    command = "systemctl status kubelet --no-pager"
    if (state := _service("kubelet", look)) != "active":
        return Station(found.id, found.name, found.group, *_stopped("kubelet", state, found.what), command)
    if look.kind == CLUSTER:
        words = f"It reads {static_pods.DIRECTORY} on the node, and asks no admission plugin."
        command, what = f"grep image: {static_pods.DIRECTORY}/*", "starts the API server from its manifest"
        return replace(found, what=what, words=words, next=command, parts=(_manifest(look),))
    return found.seen(*_pod_words(look)) if look.kind == POD else found.seen(State.ON, "It would be told of the pod.")


def _runtime(look: Look) -> Station:
    found = Station("runtime", "container runtime", Group.NODE, State.ON, "runs the image", next="crictl ps -a")
    if (state := _service("containerd", look)) != "active":
        return Station(found.id, found.name, found.group, *_stopped("containerd", state, found.what))
    names = image_digests.names_of(look.seen)
    if look.kind == IMAGE:
        return running.would_run(found, look.subject, names)
    ask = SERVER_CONTAINERS if look.kind == CLUSTER else look.containers_ask
    try:
        told = running.containers(look.seen[ask])
    except CouldNotTell as error:
        return found.seen(State.UNKNOWN, f"{error}.")
    return running.runs(found, told, names, _asked_images(look))


def _asked_images(look: Look) -> dict[str, str]:
    """The images by container, as they were named: in the API server's manifest, or by the pod."""
    listed: Sequence[Any] = (look.pod or {}).get("spec", {}).get("containers") or []
    if look.kind == CLUSTER:
        with suppress(CouldNotTell):
            listed = [entry for each in manifests.of(COMPONENT, look.seen)[-1:] for entry in each.containers]
    return {str(entry.get("name")): str(entry.get("image", "")) for entry in listed}


def _manifest(look: Look) -> Station:
    """The API server's manifest, and how it names the image."""
    found = Station("manifest", f"{COMPONENT}.yaml", Group.NODE, State.ON, "the static pod's manifest")
    try:
        mine = manifests.of(COMPONENT, look.seen)
        if not mine:
            why = manifests.missing(COMPONENT, look.seen).observed
            return found.seen(State.NO, f"The kubelet runs no API server from it: {why}.")
    except CouldNotTell as error:
        return found.seen(State.UNKNOWN, f"{error}.")
    image = mine[-1].image(COMPONENT)
    words = f"It says image: {image} ({running.how_named(image)})."
    if len(mine) > 1:
        words += f" {len(mine)} files are of it, and {mine[-1].file} wins."
    return Station(found.id, mine[-1].file, found.group, State.ON, found.what, words)


def _pod_words(look: Look) -> tuple[State, str]:
    pod = look.pod
    if pod is None:
        return State.UNKNOWN, "The API server cannot be asked about the pod; its containers are told from the node."
    node, status = str(pod["spec"].get("nodeName") or ""), pod.get("status") or {}
    if not node:
        return State.NOT_REACHED, f"No node was chosen for the pod so far{_unscheduled(status)}."
    mirror = _MIRROR in (pod["metadata"].get("annotations") or {})
    static = " It read the pod from a file of the node, and told the API server afterwards." if mirror else ""
    where = f"The pod is on {node}, {status.get('phase', 'of no phase')}.{static}"
    waiting = [(entry.get("state") or {}).get("waiting") or {} for entry in status.get("containerStatuses") or []]
    for entry in waiting:
        if entry.get("reason") not in (None, "ContainerCreating", "PodInitializing"):
            return State.NO, f"{where} {entry['reason']}: {entry.get('message', '')}"
    return State.YES, where


def _unscheduled(status: Object) -> str:
    for entry in status.get("conditions") or []:
        if entry.get("type") == "PodScheduled" and entry.get("message"):
            return f": {entry['message']}"
    return ""


def _service(name: str, look: Look) -> str:
    """What systemd says of a service of the node: `active`, another word, or empty where it does not say."""
    answer = look.seen.answers.get(SERVICES)
    words = answer.text.split() if isinstance(answer, Answer) else []
    return dict(zip(("kubelet", "containerd"), words, strict=False)).get(name, "")


def _stopped(name: str, state: str, what: str) -> tuple[State, str, str]:
    if not state:
        return State.UNKNOWN, what, "The node did not say."
    return State.UNREACHABLE, what, f"{name} is {state} on the node, so no container starts."


def _told(ask: NodeAsk, look: Look) -> list[running.Container]:
    try:
        return running.containers(look.seen[ask])
    except CouldNotTell:
        return []
