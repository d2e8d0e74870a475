"""image-policy-config: the admission configuration names the plugin, with settings that the API server can read."""

from collections.abc import Iterable
from dataclasses import dataclass

from lab.checks.asks import Ask, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, check, passed
from lab.checks.support import api_server_process
from lab.checks.support.admission_configuration import PLUGIN, asks, read_settings, show


@dataclass(frozen=True)
class Params:
    """`config`: the file's path, where the API server's arguments do not name one yet."""

    config: str


@check("image-policy-config")
class ImagePolicyConfig(Check[Params]):
    """The file that the API server's arguments name counts, as seen through its mounts, wherever it is."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The process and its files."""
        return asks(seen, params.config)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Read it as the API server would."""
        server = api_server_process.read(seen)
        path = server.config_path or params.config
        expected = f"{path} configures {PLUGIN}, and the API server can read it"
        try:
            settings = read_settings(server, params.config)
        except Fault as fault:
            return fault.fail(expected, show(server, path))
        observed = f"{path} configures {PLUGIN}, and names the kubeconf {settings.kubeconfig}"
        return passed(expected, observed, show(server, path))
