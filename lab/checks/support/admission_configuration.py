"""The admission configuration as the API server reads it.

Facts: k8s.io/apiserver, pkg/admission/config.go, and plugin/pkg/admission/imagepolicy/config.go of Kubernetes 1.36.
The outer form is decoded strictly (unknown fields, keys that are there twice), the plugin's own part is not.
"""

import posixpath
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from shlex import quote
from typing import Any

from lab.catalog.decode import did_you_mean
from lab.checks.asks import Ask, CouldNotTell, Observation
from lab.checks.base import Fault
from lab.checks.support import api_server_process, go_yaml
from lab.checks.support.api_server_process import ApiServer

PLUGIN = "ImagePolicyWebhook"
VERSIONS = ("apiserver.config.k8s.io/v1", "apiserver.k8s.io/v1alpha1")
_DEFAULT_ALLOW_TTL, _DEFAULT_DENY_TTL, _DEFAULT_BACKOFF = 300, 30, 500
_LONGEST_TTL, _LONGEST_BACKOFF = 1800, 300_000
_KEYS = ("kubeConfigFile", "allowTTL", "denyTTL", "retryBackoff", "defaultAllow")


@dataclass(frozen=True)
class Settings:
    """The plugin's settings in force once the API server has read them: TTLs in seconds, the back-off in ms; 0 is off.

    `sources`: the files that they are from, the kubeconf included.
    """

    kubeconfig: str
    allow_ttl: int
    deny_ttl: int
    retry_backoff: int
    default_allow: bool
    sources: tuple[str, ...]

    def changed_since_start(self, server: ApiServer) -> str:
        """A file that changed after the process began, which therefore has not read it so; empty when none did."""
        changes = (server.file(path).changed_since(server.started) for path in self.sources)
        return next(filter(None, changes), "")


def asks(seen: Observation, config: str = "") -> Iterator[Ask]:
    """The process, then one after the other the files that `read_settings` needs."""
    yield api_server_process.PROCESS
    server = api_server_process.read(seen)
    with suppress(Fault, CouldNotTell):
        read_settings(server, config)
    yield from server.unread


def show(server: ApiServer, path: str) -> str:
    """A command for the node that prints a file which the API server sees at a path."""
    return f"cat {quote(server.on_node(path))}"


def read_settings(server: ApiServer, config: str = "") -> Settings:
    """The plugin's settings, from the file that the API server's arguments name, else from `config`.

    Raises:
        Flaw: the API server could not use it.
    """
    path = server.config_path or config
    outer = go_yaml.mapping(go_yaml.load(content_of(server, path, "no-file"), path, go_yaml.ADMISSION), path)
    for key in ("apiVersion", "kind"):
        go_yaml.text(outer.get(key), f"{key} in {path}")
    legacy = outer.get("apiVersion") not in VERSIONS and "imagePolicy" in outer
    inner, sources = (outer, (path,)) if legacy else _inner(server, path, outer)
    policy = _policy(inner, sources[-1])
    kubeconfig = _kubeconfig(server, policy, sources[-1])
    return Settings(
        kubeconfig,
        _duration(policy, "allowTTL", "seconds", _DEFAULT_ALLOW_TTL, _LONGEST_TTL),
        _duration(policy, "denyTTL", "seconds", _DEFAULT_DENY_TTL, _LONGEST_TTL),
        _duration(policy, "retryBackoff", "milliseconds", _DEFAULT_BACKOFF, _LONGEST_BACKOFF),
        _default_allow(policy),
        (*sources, kubeconfig),
    )


def content_of(server: ApiServer, path: str, reason: str) -> bytes:
    """A file's content.

    Raises:
        Flaw: of that reason, when it is not there.
    """
    file = server.file(path)
    if file.kind == "file" and path.endswith("/"):
        raise Fault(reason, f"{path} {server.where} is no directory, although the path ends with a slash")
    if file.kind == "file" and file.whole:
        return file.content
    if file.kind == "file":
        raise Fault(reason, f"{path} {server.where} has more than {len(file.content)} bytes")
    if file.kind == "directory":
        advice = "; where nothing is, a hostPath of type DirectoryOrCreate makes one" if server.mounted else ""
        raise Fault(reason, f"{path} {server.where} is a directory, no file{advice}")
    advice = ""
    if server.mounted:
        advice = ", nor on the node"
        if server.node_has(path):
            advice = ": the node has it, but its directory is not mounted there"
    raise Fault(reason, f"there is no file {path} {server.where}{advice}")


def _inner(server: ApiServer, path: str, outer: Mapping[str, Any]) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The plugin's own part, and the files that it was found by."""
    version, kind = outer.get("apiVersion"), outer.get("kind")
    if version not in VERSIONS or kind != "AdmissionConfiguration":
        said = f"{path} says apiVersion: {version}, kind: {kind}; it has to be {VERSIONS[0]}, AdmissionConfiguration"
        raise Fault("api-version", said)
    _only(outer, ("apiVersion", "kind", "plugins"), path)
    plugins = go_yaml.entries(outer.get("plugins"), "plugins", path)
    for plugin in plugins:
        _only(plugin, ("name", "path", "configuration"), f"an entry of plugins in {path}")
    names = [go_yaml.text(plugin.get("name"), f"a plugin's name in {path}") for plugin in plugins]
    if PLUGIN not in names:
        raise Fault("no-plugin", f"{path} has no plugin named {PLUGIN}, only: {', '.join(names) or 'none'}")
    plugin = plugins[names.index(PLUGIN)]
    if plugin.get("configuration") is not None:
        return go_yaml.mapping(plugin["configuration"], f"configuration in {path}"), (path,)
    other = go_yaml.text(plugin.get("path"), f"path in {path}")
    if not other:
        raise Fault("no-configuration", f"{PLUGIN} in {path} has neither a configuration nor the path of a file")
    other = posixpath.join(posixpath.dirname(path), other)
    return go_yaml.mapping(go_yaml.load(content_of(server, other, "path-missing"), other, go_yaml.PLUGIN), other), (
        path,
        other,
    )


def _only(value: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    for key in value:
        if key not in known:
            raise Fault("unknown-field", f'{what} has "{key}", which is not known there{did_you_mean(key, known)}')


def _policy(inner: Mapping[str, Any], source: str) -> Mapping[str, Any]:
    """What the plugin's part says under imagePolicy; other keys there are passed over by the API server."""
    policy = go_yaml.mapping(_folded(inner, "imagePolicy"), f"imagePolicy in {source}")
    others = [key for key in inner if key.casefold() != "imagepolicy"]
    if not policy and others:
        near = f'"{others[0]}", which is not known there{did_you_mean(others[0], ("imagePolicy",))}'
        raise Fault("no-kubeconfig", f"the plugin's configuration in {source} has no imagePolicy, but {near}")
    return policy


def _folded(value: Mapping[str, Any], key: str) -> Any:
    """The value of a key as encoding/json finds it: whatever its case, the last of several in sorted order."""
    found = [value[name] for name in sorted(value) if name.casefold() == key.casefold()]
    return found[-1] if found else None


def _kubeconfig(server: ApiServer, policy: Mapping[str, Any], source: str) -> str:
    path = go_yaml.text(_folded(policy, "kubeConfigFile"), "kubeConfigFile")
    if not path:
        unknown = [key for key in policy if key.casefold() not in {known.casefold() for known in _KEYS}]
        near = f'; "{unknown[0]}" is not known there{did_you_mean(unknown[0], _KEYS)}' if unknown else ""
        raise Fault("no-kubeconfig", f"kubeConfigFile in {source} is empty, or not there{near}")
    path = posixpath.join("/", path)  # the API server's working directory
    content_of(server, path, "kubeconfig-missing")
    return path


def _duration(policy: Mapping[str, Any], key: str, unit: str, default: int, longest: int) -> int:
    value = _folded(policy, key)
    if value is None or (value == 0 and not isinstance(value, bool)):
        return default
    if isinstance(value, bool) or not isinstance(value, int):
        raise Fault("wrong-type", f"{key} is {go_yaml.shown(value)}; it has to be a whole number of {unit}")
    if value != -1 and not 1 <= value <= longest:
        raise Fault("out-of-range", f"{key} is {value}; it has to be from 1 to {longest} {unit}")
    return 0 if value == -1 else value


def _default_allow(policy: Mapping[str, Any]) -> bool:
    value = _folded(policy, "defaultAllow")
    if value is not None and not isinstance(value, bool):
        raise Fault("wrong-type", f"defaultAllow is {go_yaml.shown(value)}; it has to be true or false, without quotes")
    return bool(value)
