"""image-policy-fails-closed: the plugin refuses a pod because nobody can be asked."""

from lab.checks.asks import Observation
from lab.checks.base import Facts, Fault, Judgement, check, passed
from lab.checks.support import api_server_process
from lab.checks.support.admission_configuration import PLUGIN, Settings, read_settings
from lab.checks.support.api_server_process import ApiServer
from lab.checks.support.image_policy_failing import TRIED, Failing, Params, refused, show_config, try_command
from lab.checks.support.image_policy_on import not_running_with_plugin
from lab.checks.support.image_policy_probe import ADMITTED


@check("image-policy-fails-closed")
class ImagePolicyFailsClosed(Failing):
    """Only a refusal of this plugin counts, because this address could not be looked up or dialled."""

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge what became of the pod."""
        expected = f"a pod is refused by {PLUGIN}, because {params.address} cannot be asked"
        server = api_server_process.read(seen)
        if fault := not_running_with_plugin(server) or self._answered(params, seen):
            return fault.fail(expected)
        outcome = self._outcome(params, facts, seen)
        if fault := self._admitted(server, params) if outcome.what == ADMITTED else refused(outcome, params):
            return fault.fail(expected)
        observed = f'the lab\'s own dry run was refused: Post "{outcome.address}": {outcome.said}'
        return passed(expected, observed, try_command(params))

    @staticmethod
    def _admitted(server: ApiServer, params: Params) -> Fault:
        settings = _settings(server)
        if settings and settings.default_allow:
            return Fault("fails-open", f"{TRIED} admitted: defaultAllow is true", show_config(server))
        if settings and (changed := settings.changed_since_start(server)):
            observed = (
                f"{TRIED} admitted: {changed} changed after the API server had started, which does not read it again"
            )
            return Fault("file-changed", observed, show_config(server))
        return Fault("admitted", f"{TRIED} admitted", try_command(params))


def _settings(server: ApiServer) -> Settings | None:
    try:
        return read_settings(server)
    except Fault:
        return None
