"""The stations from kubectl to the API server's authorization. Pure."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from lab.checks.api_server_ready import READYZ
from lab.checks.api_server_version import VERSION
from lab.checks.asks import Answer, ApiAsk, Ask, CouldNotTell, NotYet, Observation, Unknown
from lab.checks.support import api_server_down, api_server_process
from lab.checks.support.api_server_process import ApiServer
from lab.k8s.last_word import LastWord
from lab.request_path.look import Look, parsed
from lab.request_path.station import IMAGE, POD, Group, State, Station

_REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
WHO = ApiAsk("/apis/authentication.k8s.io/v1/selfsubjectreviews?dryRun=All", "POST", json.dumps(_REVIEW), order=-1)
"""Who the lab is to the API server."""
STARTING = 90
"""Seconds after which an API server that has started and is not ready is not merely starting."""


def asks(look: Look) -> Iterator[Ask]:
    """Whether it is ready, its version, who asks, its process; while it is away also why."""
    yield from (READYZ, VERSION, WHO)
    yield from api_server_down.asks(look.seen)


def stations(look: Look) -> tuple[Station, ...]:
    """kubectl, the API server, authentication and authorization."""
    server = _server(look)
    return (_kubectl(look), _api_server(server, look), _authentication(look), _authorization(server))


def ready(seen: Observation) -> bool:
    """Whether the API server says that it is ready."""
    answer = seen.answers.get(READYZ)
    return isinstance(answer, Answer) and answer.code == 200


def _server(look: Look) -> ApiServer | None:
    try:
        return api_server_process.read(look.seen)
    except CouldNotTell:
        return None


def _kubectl(look: Look) -> Station:
    words = {
        IMAGE: "It sends the pod that kubectl run would make, as a dry run.",
        POD: "Somebody, or a controller, made the pod, or the kubelet tells of a static pod.",
    }.get(look.kind, "It sends a pod that is to be made.")
    command = look.try_it if look.kind == IMAGE else ""
    return Station("kubectl", "kubectl", Group.CLIENT, State.ON, "sends the request", words, command)


def _api_server(server: ApiServer | None, look: Look) -> Station:
    command = "kubectl get --raw '/readyz?verbose'"
    found = Station("api-server", "API server", Group.SERVER, State.ON, "takes the request", next=command)
    answer = look.seen.answers.get(READYZ, Unknown("it was not looked at"))
    if ready(look.seen):
        return found.seen(State.ON, f"It is ready{_version(look)}{_since(server)}.")
    said = answer.why if isinstance(answer, Unknown) else f"/readyz says {getattr(answer, 'code', '')}"
    if server is not None and server.running:
        return _away(found, int(server.now - server.started), said)
    try:
        cause = api_server_down.could_not_tell(look.seen)
    except CouldNotTell as error:
        return found.seen(State.UNKNOWN, f"{error}.")
    word = _last_word(look.seen)
    found = replace(found, next=word.command if word else "crictl ps -a --name kube-apiserver")
    if not isinstance(cause, NotYet):
        return found.seen(State.UNREACHABLE, _sentence(str(cause)))
    gone = server.now - ended if server and (ended := _ended(look.seen)) else 0
    return _away(found, int(gone), "No process of it runs, and nobody has said why so far; the kubelet starts it again")


def _away(station: Station, seconds: int, said: str) -> Station:
    """Restarting, unless that goes on for long."""
    if seconds > STARTING:
        return station.seen(State.UNREACHABLE, _sentence(said))
    return replace(station.seen(State.RESTARTING, _sentence(said)), seconds=max(seconds, 0))


def _authentication(look: Look) -> Station:
    found = Station("authentication", "authentication", Group.SERVER, State.ON, "who is it")
    answer = look.seen.answers.get(WHO)
    with suppress(CouldNotTell, LookupError, AttributeError):
        if isinstance(answer, Answer) and answer.code == 201:
            user = parsed(answer)["status"]["userInfo"]
            return found.seen(State.ON, f"The lab is {user['username']}, of {', '.join(user.get('groups') or [])}.")
    return found


def _authorization(server: ApiServer | None) -> Station:
    mode = server.command_line.text("authorization-mode") if server else ""
    words = f"--authorization-mode is {mode}." if mode else ""
    return Station("authorization", "authorization", Group.SERVER, State.ON, "may they make pods there", words)


def _version(look: Look) -> str:
    answer = look.seen.answers.get(VERSION)
    with suppress(CouldNotTell, AttributeError):
        if isinstance(answer, Answer) and (version := parsed(answer).get("gitVersion")):
            return f", {version}"
    return ""


def _since(server: ApiServer | None) -> str:
    if not server or not server.running:
        return ""
    seconds = int(server.now - server.started)
    return f"; its process runs for {seconds // 60} min" if seconds >= 120 else f"; its process runs for {seconds} s"


def _last_word(seen: Observation) -> LastWord | None:
    with suppress(CouldNotTell):
        return api_server_down.last_word_of(seen)
    return None


def _ended(seen: Observation) -> float:
    """When the newest container of it ended that has, in seconds since 1970; 0 when that is not known."""
    answer = seen.answers.get(api_server_down.LAST_WORD)
    for line in getattr(answer, "text", "").splitlines():
        with suppress(ValueError, LookupError, TypeError, AttributeError):
            return datetime.fromisoformat(json.loads(line)["container"]["finishedAt"]).timestamp()
    return 0.0


def _sentence(said: str) -> str:
    return f"{said[:1].upper()}{said[1:].rstrip('.')}."
