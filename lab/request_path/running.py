"""An image as it was named, and as it runs. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lab.checks.asks import Answer, CouldNotTell
from lab.k8s import image_reference
from lab.request_path.station import Group, State, Station
from lab.webhook.reference import BadReference, parse

LOOK = "crictl inspect $(crictl ps -q --name '^{name}$') | jq '.status.image, .status.imageId'"


@dataclass(frozen=True)
class Container:
    """A container as the container runtime tells of it.

    `asked`: the image as the pod named it; `image`: the id of the image that it was started from; `created`: in
    nanoseconds since 1970.
    """

    name: str
    asked: str
    image: str
    running: bool
    created: int


def containers(answer: Answer) -> list[Container]:
    """The newest container of each name.

    Raises:
        CouldNotTell: the container runtime gave no answer.
    """
    try:
        rows = json.loads(answer.text)["containers"] or []
    except (ValueError, LookupError, TypeError):
        raise CouldNotTell(f"the container runtime does not answer: {answer.text.strip()[-200:]}") from None
    newest: dict[str, Container] = {}
    for row in rows:
        name, image = str(row["labels"]["io.kubernetes.container.name"]), row.get("image") or {}
        asked = str(image.get("userSpecifiedImage") or image.get("image") or "")
        of = str(row.get("imageRef") or row.get("imageId") or image.get("image") or "")
        runs = row.get("state") == "CONTAINER_RUNNING"
        one = Container(name, asked, of, runs, _nanoseconds(row.get("createdAt")))
        if name not in newest or one.created > newest[name].created:
            newest[name] = one
    return list(newest.values())


def how_named(image: str) -> str:
    """`by digest`, or by which tag."""
    reference = image_reference.parse(image)
    if reference.digest:
        return "by digest"
    return f"by the tag {reference.tag}" if reference.tag else "without a tag, which means latest"


def would_run(station: Station, image: str, names: Mapping[str, str]) -> Station:
    """What the runtime would make of an image's name."""
    try:
        whole = str(parse(image))
    except BadReference as error:
        said = f"The kubelet would refuse the name, which admission does not look at: it {error}."
        return station.seen(State.NO, said)
    named = f"{whole} is named {how_named(whole)}"
    if digest := names.get(whole, ""):
        return station.seen(State.ON, f"{named}. {_stands_for(whole, digest)}")
    return station.seen(State.ON, f"{named}. The node does not have it: it would be pulled.")


def runs(station: Station, told: Sequence[Container], names: Mapping[str, str], asked: Mapping[str, str]) -> Station:
    """What runs, by containers; `asked`: the images by container as they are named now."""
    if not told:
        return station.seen(State.NOT_REACHED, "No container of it is on the node.")
    parts = tuple(_container(each, names, asked.get(each.name, "")) for each in told)
    wrong = next((part for part in parts if part.state is not State.YES), None)
    return Station(
        station.id, station.name, station.group, wrong.state if wrong else State.YES, station.what,
        next=parts[0].next, parts=parts,
    )  # fmt: skip


def _container(one: Container, names: Mapping[str, str], asked: str) -> Station:
    words = f"It was started from {one.asked} ({how_named(one.asked)})."
    if digest := names.get(_whole(one.asked), ""):
        words += f" {_stands_for(one.asked, digest)}"
    words += f" The id of the image that runs is {one.image}."
    if asked and asked != one.asked:
        words += f" By now {asked} is named, so the kubelet has not acted on it yet."
    if not one.running:
        words = f"The container has ended. {words}"
    state = State.YES if one.running and asked in ("", one.asked) else State.NO if one.running else State.UNREACHABLE
    command = LOOK.format(name=one.name)
    return Station(f"container/{one.name}", one.name, Group.NODE, state, "container", words, command)


def _stands_for(image: str, digest: str) -> str:
    if image_reference.parse(image).digest:
        return "A digest is always this very image."
    return f"On this node the name stands for {digest}; a tag can stand for another image tomorrow."


def _whole(image: str) -> str:
    try:
        return str(parse(image))
    except BadReference:
        return image


def _nanoseconds(value: object) -> int:
    """crictl tells a time as nanoseconds in a text."""
    text = str(value or "0")
    if text.isdecimal():
        return int(text)
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1e9)
    except ValueError:
        return 0
