"""image-policy-plugin, node-restriction and image-policy-values: how the API server that runs was started."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lab.checks import api_process, manifests, policy_probe
from lab.checks.admission_config import PLUGIN, read_settings
from lab.checks.api_process import CONFIG_FLAG, ApiServer
from lab.checks.base import Ask, Check, CouldNotTell, Facts, Judgement, NoParams, NotYet, Observation, check
from lab.checks.causes import Cause
from lab.checks.go_yaml import Flaw
from lab.model import Verdict

_COMPONENT = "kube-apiserver"
_RESTART = "move its manifest out of /etc/kubernetes/manifests, wait until it has stopped, and move it back"
_ARGUMENTS = f"tr '\\0' '\\n' <\"/proc/$(pgrep -o -x {_COMPONENT})/cmdline\" | grep admission"
_MANIFEST = f"grep admission {manifests.DIRECTORY}/*"
_LOG = f"crictl logs --tail 3 $(crictl ps -a --latest -q --name '^{_COMPONENT}$')"


@check("image-policy-plugin")
class ImagePolicyPlugin(Check[NoParams]):
    """The process's own arguments count, and its metrics. While none runs, the manifest tells what is wrong."""

    takes = NoParams

    def asks(self, params: NoParams, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The process, the manifests, and the metrics."""
        return api_process.ask(), manifests.MANIFESTS, policy_probe.AFTER

    def judge(self, params: NoParams, facts: Facts, seen: Observation) -> Judgement:
        """Judge the process, or the manifest when there is none."""
        expected = f"the running API server has {PLUGIN} among --enable-admission-plugins, and --{CONFIG_FLAG}"
        server, written = api_process.read(seen), _written(seen)
        away = _no_manifest(seen) if not server.running and not written else None
        if cause := away or _not_enabled(server, written):
            return cause.fail(expected)
        if not server.running:
            raise NotYet("the API server does not run; if it stays away, see why with: lab shell crictl ps -a")
        try:
            live = policy_probe.in_chain(seen[policy_probe.AFTER])
        except CouldNotTell:  # it listens for a moment before it reads the configuration, and ends over it
            if cause := _unreadable(server):
                return cause.fail(expected)
            raise
        if not live:
            raise NotYet(f"the API server's metrics do not show that it has used {PLUGIN} so far")
        return Judgement(Verdict.PASS, expected, f"it has, with {server.flag(CONFIG_FLAG)}", _ARGUMENTS)


@check("node-restriction")
class NodeRestriction(Check[NoParams]):
    """A guard: the list of plugins is replaced easily, and NodeRestriction is on only where it is in it."""

    takes = NoParams

    def asks(self, params: NoParams, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The process, and the manifests while none runs."""
        return api_process.ask(), manifests.MANIFESTS

    def judge(self, params: NoParams, facts: Facts, seen: Observation) -> Judgement:
        """Look for it among the arguments."""
        server, written = api_process.read(seen), _written(seen)
        argv = server.argv if server.running or not written else written
        expected = "the API server has NodeRestriction among --enable-admission-plugins"
        if not argv:
            raise CouldNotTell(f"there is neither a process nor a manifest of {_COMPONENT}")
        on, command = api_process.plugins(argv), _ARGUMENTS if server.running else _MANIFEST
        if "NodeRestriction" not in on:
            observed = f"the list is {','.join(on) or 'empty'}: kubelets may now change what belongs to other nodes"
            return Cause("node-restriction-off", observed, command).fail(expected)
        return Judgement(Verdict.PASS, expected, f"the list is {','.join(on)}", command)


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
        return (api_process.ask(),)

    def judge(self, params: Values, facts: Facts, seen: Observation) -> Judgement:
        """Compare, and see that nothing changed since the process began."""
        server = api_process.read(seen)
        names = {"allowTTL": "allow_ttl", "denyTTL": "deny_ttl", "retryBackoff": "retry_backoff"}
        names |= {"defaultAllow": "default_allow"}
        wanted = {key: getattr(params, name) for key, name in names.items() if getattr(params, name) is not None}
        expected = f"the running API server's {PLUGIN} has {_list(wanted)}"
        if not server.running:
            raise CouldNotTell("the API server does not run; see why with: lab shell crictl ps -a")
        if cause := not_running_with_plugin(server):
            return cause.fail(expected)
        command = f"cat {server.flag(CONFIG_FLAG)}"
        try:
            settings = read_settings(server)
        except Flaw as flaw:
            return Cause(flaw.reason, flaw.said, command).fail(expected)
        other = {key: value for key in wanted if (value := getattr(settings, names[key])) != wanted[key]}
        if other:
            reason = "default-allow" if "defaultAllow" in other else "other-values"
            return Cause(reason, f"{settings.sources[-2]} has {_list(other)}", command).fail(expected)
        if changed := settings.changed_since_start(server):
            observed = f"{changed} changed after the API server had read it, when it started: {_RESTART}"
            return Cause("file-changed", observed, f"stat -c '%z %n' {changed}; ps -o lstart= -C {_COMPONENT}").fail(
                expected
            )
        return Judgement(
            Verdict.PASS, expected, f"so says {settings.sources[-2]}, which is older than the process", command
        )


def not_running_with_plugin(server: ApiServer) -> Cause | None:
    """Whether the process that runs does without the plugin, or without its configuration."""
    return _missing(server.argv, "the running API server", _ARGUMENTS) if server.running else None


def _not_enabled(server: ApiServer, written: Sequence[str]) -> Cause | None:
    """Why the plugin is not on, by the process, or by the manifest and the files while there is none."""
    if server.running:
        cause = _missing(server.argv, "the running API server", _ARGUMENTS)
        if cause and written and not _missing(written, "", ""):
            observed = f"the manifest is right, but {cause.observed}; if the kubelet does not restart it: {_RESTART}"
            return Cause("not-restarted", observed, _ARGUMENTS)
        return cause
    if not written:
        return None
    if cause := _missing(written, "the API server is away, and its manifest", _MANIFEST):
        return cause
    return _unreadable(server) if server.flag(CONFIG_FLAG) else None


def _unreadable(server: ApiServer) -> Cause | None:
    """Why the API server cannot start with its configuration."""
    try:
        read_settings(server)
    except Flaw as flaw:
        return Cause(flaw.reason, f"the API server is away: {flaw.said}", _LOG)
    return None


def _no_manifest(seen: Observation) -> Cause:
    """What is wrong with the manifests where none tells the API server's arguments."""
    broken = [f"{manifest.file} {manifest.problem}" for manifest in manifests.read(seen) if manifest.problem]
    nothing = f"the API server does not run, and no manifest in {manifests.DIRECTORY} tells how to start it"
    if broken:
        return Cause("broken-manifest", f"{nothing}: {'; '.join(broken)}", "journalctl -u kubelet -n 20 --no-pager")
    return Cause("no-manifest", nothing, f"ls -la {manifests.DIRECTORY}")


def _missing(argv: Sequence[str], who: str, command: str) -> Cause | None:
    on, config = api_process.plugins(argv), api_process.flag(argv, CONFIG_FLAG)
    if PLUGIN in on and config:
        return None
    plugins = f"its list of plugins is {','.join(on) or 'empty'}"
    if PLUGIN in on:
        return Cause("plugin-without-config", f"{who} has {PLUGIN} on, but no --{CONFIG_FLAG}", command)
    if config:
        return Cause("config-without-plugin", f"{who} has --{CONFIG_FLAG}, but {PLUGIN} is not on: {plugins}", command)
    return Cause("not-enabled", f"{who} has neither {PLUGIN} on nor --{CONFIG_FLAG}: {plugins}", command)


def _written(seen: Observation) -> tuple[str, ...]:
    """The arguments that the manifest gives; none when there is no manifest that says so."""
    found = manifests.of(_COMPONENT, seen)
    spec: Any = found[-1].pod.get("spec") if found else None
    for container in (spec.get("containers") if isinstance(spec, dict) else None) or []:
        if isinstance(container, dict) and container.get("name") == _COMPONENT:
            words = [*(container.get("command") or []), *(container.get("args") or [])]
            return tuple(str(word) for word in words)
    return ()


def _list(values: dict[str, Any]) -> str:
    words = [f"{key} {str(value).lower()}" for key, value in values.items()]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
