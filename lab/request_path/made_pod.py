"""Tells what was decided about a pod that exists, as far as it still shows. Pure."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from lab.checks.asks import CouldNotTell
from lab.checks.support import api_server_process
from lab.request_path import image_policy
from lab.request_path.look import Look
from lab.request_path.station import ADMISSION, State, Station, leading


def summary(look: Look) -> str:
    """What became of the pod, in a sentence."""
    if look.pod is None:
        return f"The pod {look.subject} in {look.namespace} is known to the node."
    return f"The pod {look.subject} in {look.namespace} was let in, {look.made()}."


def judged(station: Station, look: Look) -> Station:
    """A station as a pod that exists has passed it; what is younger than the pod did not decide about it."""
    if station.group not in ADMISSION or station.state is State.OFF:
        return station
    if station.id == image_policy.STATION:
        return _by_image_policy(station, look)
    if station.parts:
        parts = tuple(_part(part, look) for part in station.parts)
        return replace(station, state=leading(parts, State.YES), parts=parts)
    return station.seen(State.YES) if station.minor else station


def _part(part: Station, look: Look) -> Station:
    below = tuple(_part(each, look) for each in part.parts)
    if part.state is State.OFF or not part.since or not look.made():
        return replace(part, parts=below)
    made, since = (datetime.fromisoformat(text) for text in (look.made(), part.since))
    if since > made:
        words = "It was made or changed after the pod, which it did not decide about as it is now."
        return replace(part, state=State.NEVER, words=words, parts=below)
    may = " or gave no answer, which counts as yes" if "Ignore" in part.what else ""
    return replace(part, state=State.YES, words=f"It is older than the pod, and let it in{may}.", parts=below)


def _by_image_policy(station: Station, look: Look) -> Station:
    with suppress(CouldNotTell, ValueError):
        process = api_server_process.read(look.seen)
        if datetime.fromisoformat(look.made()).timestamp() < process.started:
            words = "The API server was started after the pod was made: whether the plugin was on then cannot be told."
            return station.seen(State.UNKNOWN, words)
    if image_policy.default_allow(look) is False:
        return station.seen(State.YES, "It was on when the pod was made, and fails closed: so its service said yes.")
    return station.seen(State.UNKNOWN, f"It was on when the pod was made, and let it in, asked or not. {station.words}")
