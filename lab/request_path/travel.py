"""A request on its way through the stations: what each said to it, and where it was stopped. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from lab.checks.asks import CouldNotTell
from lab.checks.support import refusals
from lab.request_path import image_policy, made_pod, metrics, plugins, refusal, server
from lab.request_path.look import Look
from lab.request_path.refusal import Decision
from lab.request_path.station import (
    ADMISSION,
    ADMITTED,
    IMAGE,
    POD,
    REFUSED,
    UNKNOWN,
    Group,
    RequestPath,
    State,
    Station,
    holds,
    leading,
)

Stations = Sequence[Station]
_LETS_PASS = (State.OFF, State.OPEN, State.UNKNOWN)


def through(standing: Stations, look: Look) -> RequestPath:
    """The way of the subject through stations that are given as they stand."""
    if not server.ready(look.seen):
        return _away(standing, look)
    if look.kind == IMAGE:
        return _image(standing, look)
    if look.kind == POD:
        return _path(look, ADMITTED, [made_pod.judged(each, look) for each in standing], summary=made_pod.summary(look))
    return _path(look, "", standing, summary=_of_cluster(standing))


def _path(
    look: Look, outcome: str, stations: Stations, stopped: str = "", said: str = "", summary: str = ""
) -> RequestPath:
    return RequestPath(look.kind, look.subject, look.namespace, outcome, stopped, said, summary, tuple(stations))


def _away(standing: Stations, look: Look) -> RequestPath:
    """The way while the API server is not ready: nothing gets past it; the node has its stations all the same."""
    first = next(index for index, each in enumerate(standing) if each.id == "api-server")
    stations = [
        _unreached(each) if index > first and each.group in ADMISSION else each for index, each in enumerate(standing)
    ]
    why = standing[first].words
    return _path(look, UNKNOWN, stations, "api-server", why, f"Nothing gets past the API server. {why}")


def _image(standing: Stations, look: Look) -> RequestPath:
    try:
        decision = look.decision
    except CouldNotTell as error:
        said = str(error)
        return _path(look, UNKNOWN, standing, said=said, summary=f"What becomes of the pod could not be told: {said}.")
    if decision is None or not decision.station:
        return _admitted([_passed(each, look) for each in standing], look)
    standing = _with_stop(standing, decision)
    at = next(index for index, each in enumerate(standing) if each.id == decision.station)
    stop = _stopped(standing[at], decision, look)
    stations = [
        *(_passed(each, look) for each in standing[:at]),
        stop,
        *(_unreached(each) for each in standing[at + 1 :]),
    ]
    part = decision.part if holds([stop], decision.part) else ""
    return _path(look, REFUSED, stations, part or stop.id, decision.said, _by_whom(stop, decision))


def _admitted(stations: Stations, look: Look) -> RequestPath:
    opened = [each.name for each in stations if each.state is State.OPEN]
    summary = f"A pod with {look.subject} would be let into the namespace {look.namespace}"
    summary += f", though nobody judged it at {' and '.join(opened)}, which fails open." if opened else "."
    unreadable = "".join(f" {each.words}" for each in stations if each.id == "runtime" and each.state is State.NO)
    return _path(look, ADMITTED, stations, summary=f"{summary}{unreadable}")


def _with_stop(stations: Stations, decision: Decision) -> Stations:
    """With the station that stopped the request, if it is none of them."""
    if holds(stations, decision.station):
        return stations
    phase, _, name = decision.station.rpartition("/")
    group = Group.MUTATING if phase == "mutating" else Group.VALIDATING
    if decision.station == refusal.OTHER:
        name = "another admission plugin"
    last = max(index for index, each in enumerate(stations) if each.group in (group, Group.SERVER))
    return [*stations[: last + 1], Station(decision.station, name, group, State.ON), *stations[last + 1 :]]


def _stopped(station: Station, decision: Decision, look: Look) -> Station:
    """The station that stopped it. The others that it asked were asked too; of these the answers are not known."""
    if not decision.part:
        return replace(station, state=State.NO, words=decision.said, minor=False)
    if not holds([station], decision.part):
        name = decision.part.partition("/")[2] or decision.part
        station = replace(station, parts=(*station.parts, Station(decision.part, name, station.group, State.ON)))
    parts = tuple(_part(each, decision, look) for each in station.parts)
    words = station.words if decision.part == image_policy.SERVICE else ""
    return replace(station, state=State.NO, words=words, parts=parts, minor=False)


def _part(part: Station, decision: Decision, look: Look) -> Station:
    if part.id != decision.part:
        return part if part.state in _LETS_PASS else part.seen(State.YES, "It did not stop the pod.")
    state = State.NO if decision.asked else State.UNREACHABLE
    named = set(refusal.GATEKEEPER_LINE.findall(decision.said))
    below = tuple(
        each.seen(State.NO, "It is violated.") if each.name.strip("[]") in named and each.state is not State.OFF
        else each if each.state in _LETS_PASS else each.seen(State.YES, "It has nothing against the pod.")
        for each in part.parts
    )  # fmt: skip
    return replace(part.seen(state, decision.said), parts=below)


def _unreached(station: Station) -> Station:
    parts = tuple(_unreached(part) for part in station.parts)
    if station.state is State.OFF:
        return station
    return replace(station, state=State.NOT_REACHED, words="", parts=parts)


def _passed(station: Station, look: Look) -> Station:
    """A station that the request has passed."""
    outside = station.group in (Group.CLIENT, Group.STORAGE, Group.NODE) or station.id == "api-server"
    if outside or station.state is State.OFF:
        return station
    if station.id == image_policy.STATION:
        return _by_image_policy(station, look)
    if station.parts:
        parts = tuple(_passed_part(part, look) for part in station.parts)
        return replace(station, state=leading(parts, State.YES), words=_changes(station, look), parts=parts)
    return station.seen(State.YES, _changes(station, look))


def _changes(station: Station, look: Look) -> str:
    changing = station.id in (f"mutating/{plugins.MUTATING_WEBHOOKS}", "mutating/MutatingAdmissionPolicy")
    changes = look.changed_images if changing else {}
    return " ".join(f"{image} became {became} on the way." for image, became in changes.items())


def _by_image_policy(station: Station, look: Look) -> Station:
    """Whether the service was asked: its log tells, where it is the lab's. An ImageReview does not know of dry runs."""
    asked = "The service was really asked: an ImageReview does not tell it of a dry run."
    answered = tuple(part.seen(State.YES, f"It said yes. {asked}") for part in station.parts)
    if image_policy.decided(look, look.facts.nonce):
        return replace(station, state=State.YES, words="", parts=answered)
    if station.state is State.OPEN:
        return station
    if image_policy.default_allow(look) is not False:
        words = f"It let the pod pass; whether its service said so cannot be told. {station.words}"
        return station.seen(State.UNKNOWN, words)
    return replace(station, state=State.YES, words="It let the pod pass, which it does when its service says yes.")


def _passed_part(part: Station, look: Look) -> Station:
    """A webhook or policy that did not stop the request, by what the metrics counted meanwhile."""
    if part.state is State.OFF:
        return part
    kind, _, name = part.id.partition("/")
    if kind == "policy":
        return part.seen(State.YES, "It has nothing against the pod.")
    opened, asked = (_moved(look, counter, name) for counter in (metrics.FAIL_OPEN, metrics.WEBHOOK))
    if opened is None or asked is None:
        return part.seen(State.UNKNOWN, "Whether it was asked cannot be told: the metrics cannot be read.")
    if opened:
        below = tuple(each if each.state is State.OFF else each.seen(State.NOT_REACHED) for each in part.parts)
        words = f"It gave no answer, and the pod passed all the same. {part.words if part.state is State.OPEN else ''}"
        return replace(part, state=State.OPEN, words=words.strip(), parts=below)
    if not asked:
        return part.seen(State.NEVER, "It was not asked about this pod.")
    said = "It has nothing against the pod."
    below = tuple(each if each.state in _LETS_PASS else each.seen(State.YES, said) for each in part.parts)
    return replace(part, state=State.YES, words="It was asked, and let the pod pass.", parts=below)


def _moved(look: Look, counter: str, name: str) -> bool | None:
    """Whether a counter of a webhook rose while the pod was tried; None where nobody can tell."""
    try:
        before, after = (metrics.count(look.seen[ask], counter, name=name) for ask in (refusals.BEFORE, refusals.AFTER))
    except CouldNotTell:
        return None
    return after > before


def _by_whom(stop: Station, decision: Decision) -> str:
    part = next((each for each in stop.flat() if each.id == decision.part and each.id != stop.id), None)
    if part is None:
        return f"The pod was refused by {stop.name}."
    if not decision.asked:
        return f"The pod was refused by {stop.name}, because {part.name} could not be asked."
    named = refusal.GATEKEEPER_LINE.findall(decision.said)
    by = f"the constraint {', '.join(dict.fromkeys(named))} of Gatekeeper ({part.name})" if named else part.name
    return f"The pod was refused by {stop.name}, which asked {by}."


def _of_cluster(standing: Stations) -> str:
    """What would become of any pod now, as far as the stations tell."""
    inside = [each for each in standing if each.group in ADMISSION[1:]]
    shut = [each.name for each in inside if each.state is State.UNREACHABLE]
    opened = [each.name for each in inside if each.state is State.OPEN]
    told = [f"No pod can be made: {', '.join(shut)} cannot ask whom it has to ask."] if shut else []
    told += [f"{', '.join(opened)} fails open: pods pass it without an answer."] if opened else []
    return " ".join(told)
