"""image-policy-plugin: the API server that runs was started with the plugin and its configuration."""

from collections.abc import Iterable

from lab.checks.asks import Ask, CouldNotTell, NotYet, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, NoParams, check, passed
from lab.checks.support import (
    api_server_down,
    api_server_process,
    image_policy_probe,
    webhook_kubeconfig,
)
from lab.checks.support.admission_configuration import PLUGIN
from lab.checks.support.api_server_process import CONFIG_FLAG, PLUGINS_FLAG, ApiServer
from lab.checks.support.image_policy_on import RESTART, SHOW_ARGUMENTS, missing, not_running_with_plugin
from lab.k8s import last_word


@check("image-policy-plugin")
class ImagePolicyPlugin(Check[NoParams]):
    """The process's own arguments count, and its metrics. While none runs, the manifest tells what is wrong."""

    takes = NoParams

    def asks(self, params: NoParams, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The process with its files, the metrics, and why it is away."""
        yield image_policy_probe.AFTER
        yield from webhook_kubeconfig.asks(seen)
        yield from api_server_down.asks(seen)

    def judge(self, params: NoParams, facts: Facts, seen: Observation) -> Judgement:
        """Judge the process, or the manifest when there is none."""
        expected = f"the running API server has {PLUGIN} among --{PLUGINS_FLAG}, and --{CONFIG_FLAG}"
        server = api_server_process.read(seen)
        if fault := self._running(server, seen) if server.running else self._away(server, seen):
            return fault.fail(expected)
        observed = f"the running API server has {PLUGIN} on, with {server.config_path}"
        return passed(expected, observed, SHOW_ARGUMENTS)

    @staticmethod
    def _running(server: ApiServer, seen: Observation) -> Fault | None:
        written = api_server_down.written(seen)
        if fault := not_running_with_plugin(server):
            if not written or missing(written, "", ""):
                return fault
            observed = f"the manifest is right, but {fault.observed}; if the kubelet does not restart it: {RESTART}"
            return Fault("not-restarted", observed, SHOW_ARGUMENTS)
        try:
            live = image_policy_probe.in_chain(seen[image_policy_probe.AFTER])
        except CouldNotTell:  # it listens for a moment before it reads the configuration, and ends over it
            if fault := webhook_kubeconfig.fault(server):
                return fault.within("the API server cannot start: ", last_word.LOG)
            raise
        if not live:
            raise NotYet(f"the API server's metrics do not show that it has used {PLUGIN} so far")
        return None

    @staticmethod
    def _away(server: ApiServer, seen: Observation) -> Fault:
        if fault := api_server_down.manifest_fault(seen):
            return fault
        written = api_server_down.written(seen)
        return (
            api_server_down.arguments_fault(written)
            or missing(written, "the API server is away, and its manifest", api_server_down.SHOW_MANIFEST)
            or api_server_down.files_fault(server, seen)
            or api_server_down.last_fault(seen)
        )
