"""image-policy-values: the settings of the plugin that are in force, in the API server that runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from shlex import quote
from typing import Any

from lab.checks.asks import Ask, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, check, passed
from lab.checks.support import (
    admission_configuration,
    api_server_down,
    api_server_process,
)
from lab.checks.support.admission_configuration import PLUGIN, read_settings, show
from lab.checks.support.api_server_process import COMPONENT
from lab.checks.support.image_policy_on import RESTART, not_running_with_plugin


@dataclass(frozen=True)
class Params:
    """The values that are wanted, those that are left out do not matter; TTLs in seconds, `retry_backoff` in ms."""

    allow_ttl: int | None = None
    deny_ttl: int | None = None
    retry_backoff: int | None = None
    default_allow: bool | None = None


@check("image-policy-values")
class ImagePolicyValues(Check[Params]):
    """Of the API server that runs: what its files say counts only if they are older than its process."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The process and its files."""
        yield from admission_configuration.asks(seen)
        yield from api_server_down.asks(seen)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Compare, and see that nothing changed since the process began."""
        server = api_server_process.read(seen)
        names = {"allowTTL": "allow_ttl", "denyTTL": "deny_ttl", "retryBackoff": "retry_backoff"}
        names |= {"defaultAllow": "default_allow"}
        wanted = {key: getattr(params, name) for key, name in names.items() if getattr(params, name) is not None}
        expected = f"the running API server's {PLUGIN} has {_list(wanted)}"
        if not server.running:
            raise api_server_down.could_not_tell(seen)
        if fault := not_running_with_plugin(server):
            return fault.fail(expected)
        command = show(server, server.config_path)
        try:
            settings = read_settings(server)
        except Fault as fault:
            return fault.fail(expected, command)
        other = {key: value for key in wanted if (value := getattr(settings, names[key])) != wanted[key]}
        if other:
            reason = "default-allow" if "defaultAllow" in other else "other-values"
            return Fault(reason, f"{settings.sources[-2]} has {_list(other)}", command).fail(expected)
        if changed := settings.changed_since_start(server):
            observed = f"{changed} changed after the API server had read it, when it started: {RESTART}"
            command = f"stat -c '%z %n' {quote(server.on_node(changed))}; ps -o lstart= -C {COMPONENT}"
            return Fault("file-changed", observed, command).fail(expected)
        observed = f"{settings.sources[-2]}, which is older than the process, has {_list(wanted)}"
        return passed(expected, observed, command)


def _list(values: dict[str, Any]) -> str:
    words = [f"{key} {str(value).lower()}" for key, value in values.items()]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
