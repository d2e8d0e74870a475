"""The plugin ImagePolicyWebhook and the service that it asks: whether that can be asked, and what it says. Pure."""

import base64
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from shlex import quote
from urllib.parse import urlsplit

from lab.checks.asks import Ask, CouldNotTell, NodeAsk, WebhookAsk
from lab.checks.base import Fault
from lab.checks.support import api_server_down, api_server_process, image_policy_probe, webhook_kubeconfig
from lab.checks.support.admission_configuration import Settings, read_settings, show
from lab.checks.support.api_server_process import ApiServer
from lab.checks.support.webhook_kubeconfig import Kubeconf, read_kubeconf
from lab.request_path import plugins
from lab.request_path.look import Look
from lab.request_path.station import Group, State, Station

LOG = WebhookAsk()
STATION = f"validating/{plugins.IMAGE_POLICY}"
SERVICE = "service"
_CERTIFICATE = (Path(__file__).parent / "certificate.sh").read_text()
_BAD_CERTIFICATE = (35, 60, 77, 83, 90)  # curl's exit codes about TLS
_WHAT = next(plugin.what for plugin in plugins.ORDER if plugin.name == plugins.IMAGE_POLICY)


def asks(look: Look) -> Iterator[Ask]:
    """The process with its files, then whether the service that they name can be asked, and what it has decided."""
    yield api_server_process.PROCESS
    server = api_server_process.read(look.seen)
    if plugins.IMAGE_POLICY not in plugins.on(server.command_line):
        return
    yield LOG
    yield from webhook_kubeconfig.asks(look.seen)
    with suppress(Fault):
        config = _kubeconf(server)
        yield _reach(config)
        if ask := _certificate(server, config, look):
            yield ask


def station(server: ApiServer, look: Look) -> Station:
    """The plugin, with its service."""
    found = Station(STATION, plugins.IMAGE_POLICY, Group.VALIDATING, State.OFF, _WHAT)
    flag = f"--{api_server_process.PLUGINS_FLAG}"
    if plugins.IMAGE_POLICY not in plugins.on(server.command_line):
        words = f"It is not in the list of {flag}."
        with suppress(CouldNotTell):
            if plugins.IMAGE_POLICY in plugins.on(api_server_process.command_line(api_server_down.written(look.seen))):
                words = "The manifest turns it on, but the process that runs was started without it."
        return found.seen(State.OFF, words)
    try:
        settings = read_settings(server)
        service = _service(server, look)
        return _judged(found, service, settings, server, look)
    except (Fault, CouldNotTell) as error:
        said = error.observed if isinstance(error, Fault) else str(error)
        return found.seen(State.UNKNOWN, f"It is on, but what it does cannot be told: {said}.")


def decided(look: Look, nonce: str = "") -> bool | None:
    """What the lab's webhook decided last, or about a probe; None where its log does not tell."""
    answer = look.seen.answers.get(LOG)
    for line in reversed(getattr(answer, "text", "").splitlines()):
        with suppress(ValueError):
            entry = json.loads(line)
            about = (entry.get("annotations") or {}).get(image_policy_probe.ANNOTATION, "")
            if entry.get("event") == "decision" and (not nonce or about == nonce):
                return bool(entry["allowed"])
    return None


def default_allow(look: Look) -> bool | None:
    """Whether pods pass while the service cannot be asked; None where nobody can tell."""
    with suppress(Fault, CouldNotTell):
        return read_settings(api_server_process.read(look.seen)).default_allow
    return None


def _judged(found: Station, service: Station, settings: Settings, server: ApiServer, look: Look) -> Station:
    found = replace(found, parts=(service,), next=show(server, server.config_path))
    closed = f"defaultAllow is {str(settings.default_allow).lower()}"
    stale = settings.changed_since_start(server)
    late = f" {stale} changed since the API server read it, which it does when it starts." if stale else ""
    if service.state is State.UNREACHABLE and settings.default_allow:
        return found.seen(State.OPEN, f"Its service cannot be asked, and {closed}: every image passes.{late}")
    if service.state is State.UNREACHABLE:
        return found.seen(State.UNREACHABLE, f"Its service cannot be asked, and {closed}: every pod is refused.{late}")
    if service.state is State.UNKNOWN:
        return found.seen(State.ON, f"Its {closed}: so it goes while its service gives no answer.{late}")
    last = decided(look)
    if last is None:
        return found.seen(State.ON, f"Its service can be asked; {closed}.{late}")
    state, word = (State.YES, "yes") if last else (State.NO, "no")
    return found.seen(state, f"The last answer in the webhook's log is {word}; {closed}.{late}")


def _service(server: ApiServer, look: Look) -> Station:
    """Whether the service can be asked: its name, its port, its certificate.

    Raises:
        Fault: the files do not lead to one.
    """
    config = _kubeconf(server)
    host, port = _place(config)
    command = f"getent ahosts {quote(host)}; curl -vk --max-time 3 {quote(f'https://{host}:{port}/')}"
    part = Station(SERVICE, config.address, Group.VALIDATING, State.UNKNOWN, "the service that decides", next=command)
    try:
        reach = image_policy_probe.reach(look.seen[_reach(config)])
        if not reach.answers:
            unresolved = "not resolve" in reach.said
            why = f"The name {host} does not resolve on the node" if unresolved else f"{host}: {reach.said}"
            return part.seen(State.UNREACHABLE, f"{why}. If it is to be the lab's webhook: lab webhook up")
        address = reach.said.rpartition(" ")[2]
        words = f"{host} resolves to {address} on the node, and takes connections at port {port}"
        if wrong := _wrong_certificate(server, config, look):
            return part.seen(State.UNREACHABLE, f"{words}, but its certificate does not hold: {wrong}.")
        return part.seen(State.ON, f"{words}; its certificate holds.")
    except CouldNotTell as error:
        return part.seen(State.UNKNOWN, f"{error}.")


def _wrong_certificate(server: ApiServer, config: Kubeconf, look: Look) -> str:
    """Why the certificate that the service shows does not hold; empty when it does, or nobody minds."""
    if config.cluster.get("insecure-skip-tls-verify"):
        return ""
    ask = _certificate(server, config, look)
    if not ask:
        return "the kubeconf names no authority that can be read"
    answer = look.seen[ask]
    code, _, said = answer.text.strip().partition(" ")
    if answer.code or not code.isdecimal():
        raise CouldNotTell(f"the certificate could not be looked at: {answer.text.strip()[-200:]}")
    return re.sub(r"^curl: \(\d+\) ", "", said).rstrip(".") if int(code) in _BAD_CERTIFICATE else ""


def _kubeconf(server: ApiServer) -> Kubeconf:
    return read_kubeconf(server, read_settings(server).kubeconfig)


def _place(config: Kubeconf) -> tuple[str, int]:
    try:
        parts = urlsplit(config.address)
        return parts.hostname or "", parts.port or 443
    except ValueError:
        raise Fault("bad-address", f"{config.address} is no address") from None


def _reach(config: Kubeconf) -> NodeAsk:
    return image_policy_probe.reach_ask(*_place(config))


def _certificate(server: ApiServer, config: Kubeconf, look: Look) -> NodeAsk | None:
    """Whether the certificate holds, asked once the address is known; None where no authority can be read."""
    reach = image_policy_probe.reach(look.seen[_reach(config)])
    if not reach.answers:
        return None
    try:
        authority = webhook_kubeconfig.pem(server, config, config.cluster, "certificate-authority", "no-authority")
    except (Fault, CouldNotTell):
        return None
    host, port = _place(config)
    given = {
        "server": str(config.cluster.get("tls-server-name") or host),
        "port": str(port),
        "address": reach.said.rpartition(" ")[2],
        "authority": base64.b64encode(authority).decode(),
    }
    head = "".join(f"{name}={quote(value)}\n" for name, value in given.items())
    return NodeAsk(head + _CERTIFICATE)
