"""image-policy-plugin, node-restriction and image-policy-values: how the API server that runs was started."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from shlex import quote
from typing import Any

from lab.checks.base import Ask, Check, CouldNotTell, Facts, Judgement, NoParams, NotYet, Observation, check
from lab.checks.support import (
    admission_configuration,
    api_server_arguments,
    api_server_down,
    api_server_process,
    image_policy_probe,
    webhook_kubeconfig,
)
from lab.checks.support.admission_configuration import PLUGIN, read_settings, show
from lab.checks.support.api_server_process import COMPONENT, CONFIG_FLAG, PLUGINS_FLAG, ApiServer
from lab.checks.support.causes import Cause
from lab.checks.support.go_yaml import Flaw
from lab.k8s import last_word
from lab.model import Verdict

RESTART = "move its manifest out of /etc/kubernetes/manifests, wait until it has stopped, and move it back"
_ARGUMENTS = f"tr '\\0' '\\n' <\"/proc/$(pgrep -o -x {COMPONENT})/cmdline\" | grep admission"


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
        if cause := self._running(server, seen) if server.running else self._away(server, seen):
            return cause.fail(expected)
        observed = f"the running API server has {PLUGIN} on, with {server.config_path}"
        return Judgement(Verdict.PASS, expected, observed, _ARGUMENTS)

    @staticmethod
    def _running(server: ApiServer, seen: Observation) -> Cause | None:
        written = api_server_down.written(seen)
        if cause := not_running_with_plugin(server):
            if not written or _missing(written, "", ""):
                return cause
            observed = f"the manifest is right, but {cause.observed}; if the kubelet does not restart it: {RESTART}"
            return Cause("not-restarted", observed, _ARGUMENTS)
        try:
            live = image_policy_probe.in_chain(seen[image_policy_probe.AFTER])
        except CouldNotTell:  # it listens for a moment before it reads the configuration, and ends over it
            if flaw := webhook_kubeconfig.flaw(server):
                return Cause(flaw.reason, f"the API server cannot start: {flaw.said}", last_word.LOG)
            raise
        if not live:
            raise NotYet(f"the API server's metrics do not show that it has used {PLUGIN} so far")
        return None

    @staticmethod
    def _away(server: ApiServer, seen: Observation) -> Cause:
        if cause := api_server_down.manifest_cause(seen):
            return cause
        written = api_server_down.written(seen)
        return (
            api_server_down.arguments_cause(written)
            or _missing(written, "the API server is away, and its manifest", api_server_down.SHOW_MANIFEST)
            or api_server_down.files_cause(server, seen)
            or api_server_down.last_cause(seen)
        )


@check("node-restriction")
class NodeRestriction(Check[NoParams]):
    """A guard: the list of plugins is replaced easily, and NodeRestriction is on only where it is in it."""

    takes = NoParams

    def asks(self, params: NoParams, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The process, and while none runs the manifests, and why."""
        return api_server_down.asks(seen)

    def judge(self, params: NoParams, facts: Facts, seen: Observation) -> Judgement:
        """Look for it among the arguments."""
        server, written = api_server_process.read(seen), api_server_down.written(seen)
        argv = server.argv if server.running or not written else written
        expected = f"the API server has NodeRestriction among --{PLUGINS_FLAG}"
        if not argv:
            raise api_server_down.could_not_tell(seen)
        on = api_server_arguments.plugins(api_server_process.command_line(argv))
        command = _ARGUMENTS if server.running else api_server_down.SHOW_MANIFEST
        observed = f"the list of --{PLUGINS_FLAG} is {','.join(on) or 'empty'}"
        if "NodeRestriction" in on:
            return Judgement(Verdict.PASS, expected, observed, command)
        flaw = None if server.running else api_server_arguments.flaw(argv)
        observed = flaw.said if flaw else f"{observed}: kubelets may now change what belongs to other nodes"
        return Cause("node-restriction-off", observed, command).fail(expected)


@dataclass(frozen=True)
class Values:
    """The values that are wanted, those that are left out do not matter; TTLs in seconds, `retry_backoff` in ms."""

    allow_ttl: int | None = None
    deny_ttl: int | None = None
    retry_backoff: int | None = None
    default_allow: bool | None = None


@check("image-policy-values")
class ImagePolicyValues(Check[Values]):
    """Of the API server that runs: what its files say counts only if they are older than its process."""

    takes = Values

    def asks(self, params: Values, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The process and its files."""
        yield from admission_configuration.asks(seen)
        yield from api_server_down.asks(seen)

    def judge(self, params: Values, facts: Facts, seen: Observation) -> Judgement:
        """Compare, and see that nothing changed since the process began."""
        server = api_server_process.read(seen)
        names = {"allowTTL": "allow_ttl", "denyTTL": "deny_ttl", "retryBackoff": "retry_backoff"}
        names |= {"defaultAllow": "default_allow"}
        wanted = {key: getattr(params, name) for key, name in names.items() if getattr(params, name) is not None}
        expected = f"the running API server's {PLUGIN} has {_list(wanted)}"
        if not server.running:
            raise api_server_down.could_not_tell(seen)
        if cause := not_running_with_plugin(server):
            return cause.fail(expected)
        command = show(server, server.config_path)
        try:
            settings = read_settings(server)
        except Flaw as flaw:
            return Cause(flaw.reason, flaw.said, command).fail(expected)
        other = {key: value for key in wanted if (value := getattr(settings, names[key])) != wanted[key]}
        if other:
            reason = "default-allow" if "defaultAllow" in other else "other-values"
            return Cause(reason, f"{settings.sources[-2]} has {_list(other)}", command).fail(expected)
        if changed := settings.changed_since_start(server):
            observed = f"{changed} changed after the API server had read it, when it started: {RESTART}"
            command = f"stat -c '%z %n' {quote(server.on_node(changed))}; ps -o lstart= -C {COMPONENT}"
            return Cause("file-changed", observed, command).fail(expected)
        observed = f"{settings.sources[-2]}, which is older than the process, has {_list(wanted)}"
        return Judgement(Verdict.PASS, expected, observed, command)


def not_running_with_plugin(server: ApiServer) -> Cause | None:
    """Whether the process that runs does without the plugin, or without its configuration."""
    return _missing(server.argv, "the running API server", _ARGUMENTS) if server.running else None


def _missing(argv: Sequence[str], who: str, command: str) -> Cause | None:
    line = api_server_process.command_line(argv)
    on, config = api_server_arguments.plugins(line), line.text(CONFIG_FLAG)
    if PLUGIN in on and config:
        return None
    if PLUGIN in on:
        return Cause("plugin-without-config", f"{who} has {PLUGIN} on, but no --{CONFIG_FLAG}", command)
    plugins = f"its list of plugins is {','.join(on) or 'empty'}"
    if near := get_close_matches(PLUGIN.casefold(), {name.casefold(): name for name in on}, n=1, cutoff=0.8):
        name = next(name for name in on if name.casefold() == near[0])
        plugins = f'"{name}" is no plugin; did you mean {PLUGIN}?'
    if config:
        return Cause("config-without-plugin", f"{who} has --{CONFIG_FLAG}, but {PLUGIN} is not on: {plugins}", command)
    return Cause("not-enabled", f"{who} has neither {PLUGIN} on nor --{CONFIG_FLAG}: {plugins}", command)


def _list(values: dict[str, Any]) -> str:
    words = [f"{key} {str(value).lower()}" for key, value in values.items()]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
