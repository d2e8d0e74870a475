"""Tells by probes whether a constraint refuses, and why it does not. Pure."""

from collections.abc import Iterator, Mapping

from lab.checks.asks import ApiAsk, Observation
from lab.checks.base import Facts, Fault
from lab.checks.support import enforcement, gatekeeper_health, mutations, refusals
from lab.checks.support.gatekeeper import Policy
from lab.checks.support.refusals import ADMITTED, REFUSED


def asks(sent: Mapping[str, ApiAsk], seen: Observation) -> Iterator[ApiAsk]:
    """The probes, given by their images, and what explains what became of them."""
    yield from (*sent.values(), refusals.AFTER)
    if any(mutations.changed(ask, seen) for ask in sent.values()):
        yield from mutations.MUTATORS


def first(policy: Policy, seen: Observation, sent: Mapping[str, ApiAsk]) -> tuple[str, str]:
    """The first image whose pod the constraint refused, and in which words; empty when there is none."""
    for image, ask in sent.items():
        outcome = refusals.outcome(seen[ask], policy, seen)
        if outcome.what == REFUSED:
            return image, outcome.said
    return "", ""


def fault(policy: Policy, facts: Facts, seen: Observation, sent: Mapping[str, ApiAsk], namespace: str) -> Fault | None:
    """Why the constraint refuses none of some pods in a namespace, given as their images and probes.

    Raises:
        CouldNotTell: a probe does not tell; NotYet: it will soon.
    """
    if first(policy, seen, sent)[0]:
        return None
    found = _otherwise_decided(policy, seen, sent, namespace)
    if unserved := gatekeeper_health.unserved(seen, [namespace]):
        return found or unserved  # that Gatekeeper did not answer is no accident then
    found = found or enforcement.without_effect(policy, seen, [namespace]) or _refuses_nothing(policy, sent, namespace)
    enforcement.raise_if_just_changed(policy, facts, seen)
    if any(200 <= seen[ask].code < 300 for ask in sent.values()):
        refusals.raise_if_failed_open(seen)
    return found


def _otherwise_decided(policy: Policy, seen: Observation, sent: Mapping[str, ApiAsk], namespace: str) -> Fault | None:
    """Whether somebody else refused a pod, or changed its image before the constraint could look at it."""
    for name, each in sent.items():
        outcome = refusals.outcome(seen[each], policy, seen)
        if outcome.what == refusals.BROKEN:
            return refusals.broken(outcome, policy.template)
        if outcome.what != ADMITTED:
            observed = f"a pod with {name} was not refused by {policy.constraint}, but by {outcome.said}"
            return Fault(outcome.what, observed, _command(sent, namespace))
    images = mutations.changed(next(iter(sent.values())), seen)
    return mutations.fault(images, seen) if images else None


def _refuses_nothing(policy: Policy, sent: Mapping[str, ApiAsk], namespace: str) -> Fault:
    what = f"{policy.constraint} refuses no pod, not even one with {next(iter(sent))}"
    return Fault("refuses-nothing", f"{what}: the rule finds nothing wrong with it", _command(sent, namespace))


def _command(sent: Mapping[str, ApiAsk], namespace: str) -> str:
    return f"kubectl -n {namespace} run probe --dry-run=server --image={next(iter(sent))}"
