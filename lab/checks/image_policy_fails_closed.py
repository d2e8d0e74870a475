"""image-policy-fails-closed and image-policy-fails-open: what the plugin does while nobody answers it."""

from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks.base import Ask, Check, Facts, Judgement, NotYet, Observation, check
from lab.checks.image_policy_plugin import not_running_with_plugin
from lab.checks.support import api_server_process, image_policy_probe, webhook_kubeconfig
from lab.checks.support.admission_configuration import PLUGIN, Settings, read_settings, show
from lab.checks.support.api_server_process import ApiServer
from lab.checks.support.causes import Cause
from lab.checks.support.go_yaml import Flaw
from lab.checks.support.image_policy_probe import ADMITTED, DECIDED, FAILED, IMAGE, Outcome
from lab.checks.support.webhook_kubeconfig import check_address, read_kubeconf
from lab.model import Verdict

_TRIED = "the pod that the lab tried as a dry run was"


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


class _Failing(Check[Params]):
    """What both have in common: one dry run, and a look at the address from the node."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The process, the dry run, and whether somebody answers at the address."""
        yield image_policy_probe.probe(params.namespace, IMAGE, facts.nonce)
        yield image_policy_probe.reach_ask(params.service, params.port)
        yield from webhook_kubeconfig.asks(seen)

    def _outcome(self, params: Params, facts: Facts, seen: Observation) -> Outcome:
        return image_policy_probe.outcome(seen[image_policy_probe.probe(params.namespace, IMAGE, facts.nonce)])

    def _answered(self, params: Params, seen: Observation) -> Cause | None:
        reach = image_policy_probe.reach(seen[image_policy_probe.reach_ask(params.service, params.port)])
        if not reach.answers:
            return None
        observed = f"{reach.said} for {params.service}:{params.port}; if it is the lab's webhook: lab webhook down"
        return Cause("something-answers", observed, f"curl -vk --max-time 3 {params.address}")


@check("image-policy-fails-closed")
class ImagePolicyFailsClosed(_Failing):
    """Only a refusal of this plugin counts, because this address could not be looked up or dialled."""

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge what became of the pod."""
        expected = f"a pod is refused by {PLUGIN}, because {params.address} cannot be asked"
        server = api_server_process.read(seen)
        if cause := not_running_with_plugin(server) or self._answered(params, seen):
            return cause.fail(expected)
        outcome = self._outcome(params, facts, seen)
        if cause := self._admitted(server, params) if outcome.what == ADMITTED else _refused(outcome, params):
            return cause.fail(expected)
        observed = f'the lab\'s own dry run was refused: Post "{outcome.address}": {outcome.said}'
        return Judgement(Verdict.PASS, expected, observed, _try(params))

    @staticmethod
    def _admitted(server: ApiServer, params: Params) -> Cause:
        settings = _settings(server)
        if settings and settings.default_allow:
            return Cause("fails-open", f"{_TRIED} admitted: defaultAllow is true", _cat(server))
        if settings and (changed := settings.changed_since_start(server)):
            observed = (
                f"{_TRIED} admitted: {changed} changed after the API server had started, which does not read it again"
            )
            return Cause("file-changed", observed, _cat(server))
        return Cause("admitted", f"{_TRIED} admitted", _try(params))


@check("image-policy-fails-open")
class ImagePolicyFailsOpen(_Failing):
    """An admission counts only if the plugin looked at it, and nobody can have decided."""

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """As for failing closed, and the metrics on both sides of the dry run."""
        yield from (image_policy_probe.BEFORE, image_policy_probe.AFTER)
        yield from super().asks(params, facts, seen)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge whom the plugin asks, that nobody answers there, and what became of the pod."""
        expected = f"{PLUGIN} admits a pod though {params.address} cannot be asked"
        server = api_server_process.read(seen)
        if cause := not_running_with_plugin(server) or self._answered(params, seen):
            return cause.fail(expected)
        outcome = self._outcome(params, facts, seen)
        try:
            cause = self._wrong(server, outcome, params)
        except Flaw as flaw:
            cause = Cause(flaw.reason, flaw.said, _cat(server))
        if cause:
            return cause.fail(expected)
        if not image_policy_probe.passed(seen):
            raise NotYet(f"the metrics do not show that {PLUGIN} let the pod pass; did the API server just restart?")
        return Judgement(Verdict.PASS, expected, f"{_TRIED} admitted, and nobody was asked", _try(params))

    @staticmethod
    def _wrong(server: ApiServer, outcome: Outcome, params: Params) -> Cause | None:
        settings = read_settings(server)
        check_address(read_kubeconf(server, settings.kubeconfig).address, params)
        if outcome.what != ADMITTED and (cause := _refused(outcome, params)):
            return cause
        if outcome.what == FAILED and not settings.default_allow:
            return Cause("fails-closed", f"{_TRIED} refused: defaultAllow is false: {outcome.said}", _cat(server))
        if outcome.what == FAILED:
            changed = settings.changed_since_start(server) or "the configuration"
            observed = f"{_TRIED} refused: {changed} says defaultAllow: true, but the API server read it before that"
            return Cause("file-changed", f"{observed}; it reads it when it starts", _cat(server))
        if not settings.default_allow:
            return Cause(
                "default-allow", f"{_TRIED} admitted, but {settings.sources[-2]} has defaultAllow false", _cat(server)
            )
        return None


def _refused(outcome: Outcome, params: Params) -> Cause | None:
    """Why a refusal is not one because nobody could be asked; None when it is."""
    command = _try(params)
    if outcome.what == DECIDED:
        return Cause("decided", f"the service answered: {outcome.said}", command)
    if outcome.what != FAILED:
        return Cause(outcome.what, f"{_TRIED} refused, but not by {PLUGIN}: {outcome.said}", command)
    if outcome.address:
        try:
            check_address(outcome.address, params)
        except Flaw as flaw:
            return Cause(flaw.reason, f"the plugin asks another address: {flaw.said}", command)
    if outcome.answered:
        return Cause("something-answers", f"something answered the plugin: {outcome.said}", command)
    return None


def _settings(server: ApiServer) -> Settings | None:
    try:
        return read_settings(server)
    except Flaw:
        return None


def _try(params: Params) -> str:
    return f"kubectl -n {params.namespace} run probe --dry-run=server --image={IMAGE}"


def _cat(server: ApiServer) -> str:
    return show(server, server.config_path)
