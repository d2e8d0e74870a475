"""constraint-enforced: the constraint was seen to refuse pods."""

from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks.asks import ApiAsk, Ask, Observation
from lab.checks.base import Check, Facts, Judgement, check, passed
from lab.checks.support import constraint_probes, gatekeeper, probes, refusals
from lab.checks.support.gatekeeper import Policy


@dataclass(frozen=True)
class Params(Policy):
    """`images`: of which the constraint has to refuse at least one, in a pod in `namespace`."""

    namespace: str
    images: tuple[str, ...]


@check("constraint-enforced")
class ConstraintEnforced(Check[Params]):
    """The constraint was seen to refuse; what it lets in is for other checks."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """What there is, and then a dry run with each image."""
        yield from (*params.policy_asks, refusals.BEFORE)
        if not gatekeeper.absent(params, seen):
            yield from constraint_probes.asks(self._probes(params, facts), seen)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge by the probes; the constraint's spec and status explain that none was refused."""
        name = params.constraint
        expected = f"Gatekeeper enforces the constraint {name} of kind {params.kind}: it refuses pods"
        if fault := gatekeeper.absent(params, seen):
            return fault.fail(expected)
        probes_sent = self._probes(params, facts)
        if fault := constraint_probes.fault(params, facts, seen, probes_sent, params.namespace):
            return fault.fail(expected)
        image, said = constraint_probes.first(params, seen, probes_sent)
        command = f"kubectl describe {params.kind.lower()} {name}"
        return passed(expected, f"a pod with {image} was refused: {said}", command)

    @staticmethod
    def _probes(params: Params, facts: Facts) -> dict[str, ApiAsk]:
        return {image: probes.create(params.namespace, image, facts.nonce) for image in params.images}
