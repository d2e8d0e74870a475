"""The base of image-policy-fails-closed and -fails-open: one dry run while nobody answers the plugin."""

from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks.asks import Ask, Observation
from lab.checks.base import Check, Facts, Fault
from lab.checks.support import image_policy_probe, webhook_kubeconfig
from lab.checks.support.admission_configuration import PLUGIN, show
from lab.checks.support.api_server_process import ApiServer
from lab.checks.support.image_policy_probe import DECIDED, FAILED, IMAGE, Outcome
from lab.checks.support.webhook_kubeconfig import check_address

TRIED = "the pod that the lab tried as a dry run was"


@dataclass(frozen=True)
class Params:
    """`service`, `port`: whom the plugin asks. `namespace`: where a pod is tried."""

    service: str
    port: int
    namespace: str

    @property
    def address(self) -> str:
        """The service's address, without the path."""
        return f"https://{self.service}:{self.port}/"


class Failing(Check[Params]):
    """What both have in common: one dry run, and a look at the address from the node."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The process, the dry run, and whether somebody answers at the address."""
        yield image_policy_probe.probe(params.namespace, IMAGE, facts.nonce)
        yield image_policy_probe.reach_ask(params.service, params.port)
        yield from webhook_kubeconfig.asks(seen)

    def _outcome(self, params: Params, facts: Facts, seen: Observation) -> Outcome:
        return image_policy_probe.outcome(seen[image_policy_probe.probe(params.namespace, IMAGE, facts.nonce)])

    def _answered(self, params: Params, seen: Observation) -> Fault | None:
        reach = image_policy_probe.reach(seen[image_policy_probe.reach_ask(params.service, params.port)])
        if not reach.answers:
            return None
        observed = f"{reach.said} for {params.service}:{params.port}; if it is the lab's webhook: lab webhook down"
        return Fault("something-answers", observed, f"curl -vk --max-time 3 {params.address}")


def refused(outcome: Outcome, params: Params) -> Fault | None:
    """Why a refusal is not one because nobody could be asked; None when it is."""
    command = try_command(params)
    if outcome.what == DECIDED:
        return Fault("decided", f"the service answered: {outcome.said}", command)
    if outcome.what != FAILED:
        return Fault(outcome.what, f"{TRIED} refused, but not by {PLUGIN}: {outcome.said}", command)
    if outcome.address:
        try:
            check_address(outcome.address, params)
        except Fault as fault:
            return fault.within("the plugin asks another address: ", command)
    if outcome.answered:
        return Fault("something-answers", f"something answered the plugin: {outcome.said}", command)
    return None


def try_command(params: Params) -> str:
    """A command with which a learner tries the pod."""
    return f"kubectl -n {params.namespace} run probe --dry-run=server --image={IMAGE}"


def show_config(server: ApiServer) -> str:
    """A command that prints the admission configuration."""
    return show(server, server.config_path)
