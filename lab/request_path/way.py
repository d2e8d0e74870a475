"""The whole way of a request: its asks, and its stations by the answers. Pure."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from lab.checks.asks import ApiAsk, Ask, CouldNotTell, Observation
from lab.checks.base import Facts
from lab.checks.support import api_server_down, api_server_process, gatekeeper, refusals
from lab.checks.support.api_objects import items
from lab.checks.support.api_server_process import ApiServer
from lab.request_path import image_policy, node, plugins, policies, server, travel, webhook_asks, webhooks
from lab.request_path.look import Look
from lab.request_path.plugins import Plugin
from lab.request_path.station import IMAGE, Group, RequestPath, State, Station, leading

_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)  # an answer of a shape that is not known


def asks(subject: str, namespace: str, facts: Facts, seen: Observation) -> Iterator[Ask]:
    """All that must be known, in view of what is known so far.

    Args:
        subject: an image, or the name of a pod; empty for the stations alone.
        namespace: where the pod is, or is tried.
        facts: what was true right after `lab up`.
        seen: the answers so far.
    """
    look = Look(subject, namespace, facts, seen)
    yield refusals.BEFORE
    if look.pod_ask and subject:
        yield look.pod_ask
    for more in (server.asks, node.asks, _of_webhooks, image_policy.asks, _of_namespace, _dry_run):
        with suppress(CouldNotTell, *_UNREADABLE):
            yield from more(look)


def path(subject: str, namespace: str, facts: Facts, seen: Observation) -> RequestPath:
    """The way, judged. It never raises: what cannot be told is a station's state."""
    look = Look(subject, namespace, facts, seen)
    try:
        _ = look.kind
    except CouldNotTell:
        look = replace(look, subject="")
    standing = (*server.stations(look), *_admission(look), *node.stations(look))
    return replace(travel.through(standing, look), subject=subject)


def _of_webhooks(look: Look) -> Iterator[Ask]:
    return webhook_asks.asks(look.seen)


def _of_namespace(look: Look) -> Iterator[Ask]:
    yield _quotas(look)


def _dry_run(look: Look) -> Iterator[Ask]:
    """The image, once it is known to be one, and the metrics after it."""
    if look.kind == IMAGE:
        yield from (look.dry_run, refusals.AFTER)


def _admission(look: Look) -> tuple[Station, ...]:
    """The plugins that are on and see pods, in their order: first those that change, then those that judge."""
    try:
        process = api_server_process.read(look.seen)
    except CouldNotTell as error:
        unknown = Station("admission", "admission", Group.VALIDATING, State.UNKNOWN, "admission plugins", f"{error}.")
        return (unknown,)
    argv = process.argv
    with suppress(CouldNotTell):
        argv = argv if process.running else api_server_down.written(look.seen) or argv
    process = replace(process, argv=tuple(argv))
    on = plugins.on(process.command_line)
    fields = "the pod's fields"
    return (
        *(_plugin(each, Group.MUTATING, process, look) for each in plugins.ORDER if each.mutating and each.name in on),
        Station("fields", fields, Group.VALIDATING, State.ON, "each is what the API takes", minor=True),
        *(
            _plugin(each, Group.VALIDATING, process, look)
            for each in plugins.ORDER
            if each.validating and (each.name in on or each.name in plugins.SHOWN)
        ),
    )


def _plugin(plugin: Plugin, group: Group, process: ApiServer, look: Look) -> Station:
    if plugin.name == plugins.IMAGE_POLICY:
        return image_policy.station(process, look)
    phase = "mutating" if group is Group.MUTATING else "validating"
    found = Station(f"{phase}/{plugin.name}", plugin.name, group, State.ON, plugin.what, minor=plugin.minor)
    tell = _TELL.get(plugin.name)
    try:
        return tell(found, look) if tell else found
    except (CouldNotTell, *_UNREADABLE) as error:
        return found.seen(State.UNKNOWN, f"{error}.")


def _asking(found: Station, parts: tuple[Station, ...], nobody: str) -> Station:
    """A plugin that asks others: in the state of the one of them that matters most."""
    return replace(found, state=leading(parts, State.ON), parts=parts, words="" if parts else nobody)


def _webhooks_of(phase: str) -> Callable[[Station, Look], Station]:
    nobody = "No webhook is registered for pods."
    return lambda found, look: _asking(found, webhooks.parts(phase, look), nobody)


def _policies(found: Station, look: Look) -> Station:
    return _asking(found, policies.parts(look), "No policy is bound that looks at pods.")


def _pod_security(found: Station, look: Look) -> Station:
    labels = gatekeeper.labels_of([look.namespace], look.seen).get(look.namespace, {})
    level = labels.get("pod-security.kubernetes.io/enforce", "privileged")
    if level == "privileged":
        return found.seen(State.ON, f"The namespace {look.namespace} enforces no profile: every pod passes.")
    return found.seen(State.ON, f"The namespace {look.namespace} enforces the profile {level}.")


def _quotas(look: Look) -> ApiAsk:
    return ApiAsk(f"/api/v1/namespaces/{look.namespace}/resourcequotas", order=-1)


def _quota(found: Station, look: Look) -> Station:
    names = [str(entry["metadata"]["name"]) for entry in items(look.seen[_quotas(look)])]
    where = f"The namespace {look.namespace} has"
    return found.seen(State.ON, f"{where} the quota {', '.join(names)}." if names else f"{where} no quota.")


_TELL: dict[str, Callable[[Station, Look], Station]] = {
    plugins.MUTATING_WEBHOOKS: _webhooks_of("mutating"),
    plugins.VALIDATING_WEBHOOKS: _webhooks_of("validating"),
    plugins.POLICIES: _policies,
    plugins.POD_SECURITY: _pod_security,
    plugins.QUOTA: _quota,
}
