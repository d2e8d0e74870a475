"""Whether a constraint refuses, as seen by probes, and why it does not. Pure."""

from collections.abc import Iterator, Mapping

from lab.checks.base import ApiAsk, Facts, Observation
from lab.checks.gatekeeper_serving import unserved
from lab.checks.support import enforcement, mutations, refusals
from lab.checks.support.causes import Cause
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


def cause(policy: Policy, facts: Facts, seen: Observation, sent: Mapping[str, ApiAsk], namespace: str) -> Cause | None:
    """Why the constraint refuses none of some pods in a namespace, given as their images and probes.

    Raises:
        CouldNotTell: a probe does not tell; NotYet: it will soon.
    """
    if first(policy, seen, sent)[0]:
        return None
    found = _why(policy, seen, sent, namespace)
    if unserved(seen, [namespace]):  # that it did not answer is no accident then
        return found
    enforcement.raise_if_just_changed(policy, facts, seen)
    if any(200 <= seen[ask].code < 300 for ask in sent.values()):
        refusals.raise_if_failed_open(seen)
    return found


def _why(policy: Policy, seen: Observation, sent: Mapping[str, ApiAsk], namespace: str) -> Cause:
    image = next(iter(sent))
    command = f"kubectl -n {namespace} run probe --dry-run=server --image={image}"
    for name, each in sent.items():
        outcome = refusals.outcome(seen[each], policy, seen)
        if outcome.what == refusals.BROKEN:
            return refusals.broken(outcome, policy.template)
        if outcome.what != ADMITTED:
            observed = f"a pod with {name} was not refused by {policy.constraint}, but by {outcome.said}"
            return Cause(outcome.what, observed, command)
    if images := mutations.changed(sent[image], seen):
        return mutations.cause(images, seen)
    if why := enforcement.in_force(policy, seen, [namespace]):
        return why
    observed = f"{policy.constraint} refuses no pod, not even one with {image}: the rule finds nothing wrong with it"
    return Cause("refuses-nothing", observed, command)
