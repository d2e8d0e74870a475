"""image-policy-fails-open: the plugin admits a pod though nobody can be asked."""

from collections.abc import Iterable

from lab.checks.asks import Ask, NotYet, Observation
from lab.checks.base import Facts, Fault, Judgement, check, passed
from lab.checks.support import api_server_process, image_policy_probe
from lab.checks.support.admission_configuration import PLUGIN, read_settings
from lab.checks.support.api_server_process import ApiServer
from lab.checks.support.image_policy_failing import TRIED, Failing, Params, refused, show_config, try_command
from lab.checks.support.image_policy_on import not_running_with_plugin
from lab.checks.support.image_policy_probe import ADMITTED, FAILED, Outcome
from lab.checks.support.webhook_kubeconfig import check_address, read_kubeconf


@check("image-policy-fails-open")
class ImagePolicyFailsOpen(Failing):
    """An admission counts only if the plugin looked at it, and nobody can have decided."""

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """As for failing closed, and the metrics on both sides of the dry run."""
        yield from (image_policy_probe.BEFORE, image_policy_probe.AFTER)
        yield from super().asks(params, facts, seen)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge whom the plugin asks, that nobody answers there, and what became of the pod."""
        expected = f"{PLUGIN} admits a pod though {params.address} cannot be asked"
        server = api_server_process.read(seen)
        if fault := not_running_with_plugin(server) or self._answered(params, seen):
            return fault.fail(expected)
        outcome = self._outcome(params, facts, seen)
        try:
            found = self._wrong(server, outcome, params)
        except Fault as fault:
            found = fault
        if found:
            return found.fail(expected, show_config(server))
        if not image_policy_probe.passed(seen):
            raise NotYet(f"the metrics do not show that {PLUGIN} let the pod pass; did the API server just restart?")
        return passed(expected, f"{TRIED} admitted, and nobody was asked", try_command(params))

    @staticmethod
    def _wrong(server: ApiServer, outcome: Outcome, params: Params) -> Fault | None:
        settings = read_settings(server)
        check_address(read_kubeconf(server, settings.kubeconfig).address, params)
        if outcome.what != ADMITTED and (fault := refused(outcome, params)):
            return fault
        if outcome.what == FAILED and not settings.default_allow:
            return Fault("fails-closed", f"{TRIED} refused: defaultAllow is false: {outcome.said}", show_config(server))
        if outcome.what == FAILED:
            changed = settings.changed_since_start(server) or "the configuration"
            observed = f"{TRIED} refused: {changed} says defaultAllow: true, but the API server read it before that"
            return Fault("file-changed", f"{observed}; it reads it when it starts", show_config(server))
        if not settings.default_allow:
            return Fault(
                "default-allow",
                f"{TRIED} admitted, but {settings.sources[-2]} has defaultAllow false",
                show_config(server),
            )
        return None
