"""Finds the objects of Gatekeeper's that change images on their way in. Pure."""

from collections.abc import Mapping

from lab.checks.asks import ApiAsk, CreateAsk, Observation
from lab.checks.base import Fault
from lab.checks.support import probes
from lab.checks.support.api_objects import items

_KINDS = {"assign": "v1", "assignimage": "v1alpha1", "modifyset": "v1"}
MUTATORS = tuple(ApiAsk(f"/apis/mutations.gatekeeper.sh/{version}/{kind}") for kind, version in _KINDS.items())
"""Gatekeeper's mutations that can change an image."""


def changed(ask: ApiAsk | CreateAsk, seen: Observation) -> dict[str, str]:
    """The images of a pod that were changed before it was admitted, and what they became; empty so far."""
    if ask not in seen:
        return {}
    answer = seen[ask]
    return probes.changed(ask, answer.text) if 200 <= answer.code < 300 else {}


def fault(images: Mapping[str, str], seen: Observation) -> Fault:
    """Why a pod got in: one of its images was changed before anybody could refuse it."""
    [(image, became), *_] = images.items()
    named = mutators(seen)
    by = f"by Gatekeeper's {', '.join(named)}" if named else "by mutating admission"
    observed = f"a pod with {image} was admitted, because {image} was changed into {became} before, {by}"
    command = "kubectl get assign,assignimage,modifyset" if named else "kubectl get mutatingwebhookconfigurations"
    return Fault("mutated", observed, command)


def mutators(seen: Observation) -> list[str]:
    """The mutations that there are, as `KIND NAME`."""
    every = [entry for ask in MUTATORS if ask in seen for entry in items(seen[ask])]
    return [f"{entry.get('kind', 'mutation')} {entry['metadata']['name']}" for entry in every]
