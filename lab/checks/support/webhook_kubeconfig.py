"""A kubeconfig as client-go reads it (tools/clientcmd): keys in their exact case, others passed over. Pure.

Every entry has to be of the right types; of their contents, only what the current context leads to counts. Relative
paths begin in the file's own directory.
"""

import base64
import posixpath
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from lab.checks.asks import Ask, CouldNotTell, Observation
from lab.checks.base import Fault
from lab.checks.support import admission_configuration, api_server_process, go_yaml
from lab.checks.support.admission_configuration import content_of, read_settings
from lab.checks.support.api_server_process import ApiServer


class Service(Protocol):
    """A host and its port."""

    @property
    def service(self) -> str:
        """The host's name."""

    @property
    def port(self) -> int:
        """The port's number."""


_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", re.ASCII)
_TEXT, _TRUTH = "text", "truth"
_FIELDS = {  # tools/clientcmd/api/v1/types.go
    "cluster": {
        _TEXT: "server tls-server-name certificate-authority certificate-authority-data proxy-url",
        _TRUTH: "insecure-skip-tls-verify disable-compression",
    },
    "user": {
        _TEXT: "client-certificate client-certificate-data client-key client-key-data token tokenFile as as-uid "
        "username password"
    },
    "context": {_TEXT: "cluster user namespace"},
}


@dataclass(frozen=True)
class Kubeconf:
    """What the current context leads to: a cluster's and a user's fields; `path`: the file.

    `found`: the user's fields, None where there is no user of that name. client-go takes that for a user without any.
    """

    path: str
    cluster: Mapping[str, Any]
    user_name: str
    found: Mapping[str, Any] | None

    @property
    def user(self) -> Mapping[str, Any]:
        """The user's fields."""
        return self.found or {}

    @property
    def address(self) -> str:
        """The service's address; empty when there is none."""
        return str(self.cluster.get("server") or "")

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it names, as absolute paths; the API server reads them when it starts."""
        of_user = ("client-certificate", "client-key") if self.user.get("client-certificate") else ()
        token = () if self.user.get("token") else ("tokenFile",)
        fields = [(self.cluster, "certificate-authority"), *((self.user, key) for key in (*of_user, *token))]
        return tuple(self.whole(str(entry[key])) for entry, key in fields if entry.get(key))

    def whole(self, path: str) -> str:
        """A path that stands in it, as an absolute one."""
        return posixpath.join(posixpath.dirname(self.path), path)


def asks(seen: Observation, config: str = "") -> Iterator[Ask]:
    """The process, then one after the other the files that `fault` needs."""
    yield from admission_configuration.asks(seen, config)
    server = api_server_process.read(seen)
    with suppress(Fault, CouldNotTell):
        kubeconf = read_kubeconf(server, read_settings(server, config).kubeconfig)
        for path in kubeconf.files:
            with suppress(Fault, CouldNotTell):
                content_of(server, path, "")
    yield from server.unread


def fault(server: ApiServer) -> Fault | None:
    """Why the API server cannot start with the files that its arguments lead to; None when it can."""
    try:
        for path in read_kubeconf(server, read_settings(server).kubeconfig).files:
            content_of(server, path, "no-file")
    except Fault as found:
        return found
    return None


def read_kubeconf(server: ApiServer, path: str) -> Kubeconf:
    """The file as client-go reads it.

    Raises:
        Flaw: the API server could not use it.
    """
    config = go_yaml.mapping(go_yaml.load(content_of(server, path, "no-file"), path, go_yaml.CLIENTCMD), path)
    for key, wanted in (("apiVersion", "v1"), ("kind", "Config")):
        if config.get(key) not in (None, "", wanted):
            raise Fault("api-version", f"{path} says {key}: {config[key]}; it has to be {wanted}")
    named = {kind: _named(config, kind, path) for kind in _FIELDS}
    name = go_yaml.text(config.get("current-context"), f"current-context in {path}")
    if name not in named["context"]:
        said = f'names "{name}", but there is no such context' if name else "is empty"
        raise Fault("no-context", f"current-context in {path} {said}")
    context = named["context"][name]
    cluster, user = context.get("cluster") or "", context.get("user") or ""
    if cluster not in named["cluster"]:
        raise Fault("no-context", f'the current context in {path} names the cluster "{cluster}", which is not there')
    return Kubeconf(path, named["cluster"][cluster], user, named["user"].get(user))


def check_address(address: str, wanted: Service, path: str | None = None) -> None:
    """Nothing when it is `https://SERVICE:PORT/PATH`; without a `path` any will do.

    Raises:
        Flaw: it is something else.
    """
    parts, port = _parts(address)
    if parts.scheme == "http":
        raise Fault("plain-http", f"{address} begins with http://; the service speaks https:// only")
    if parts.scheme != "https":
        raise Fault("bad-address", f"{address} does not begin with https://")
    if not same_host(parts.hostname or "", wanted.service):
        raise Fault("other-host", f"{address} names the host {parts.hostname}, not {wanted.service}")
    if port != wanted.port:
        raise Fault("other-port", f"{address} names {f'the port {port}' if port else 'no port'}, not {wanted.port}")
    if path is not None and _clean(parts.path) != _clean(path):
        raise Fault("other-path", f"{address} names the path {parts.path or '/'}, not {path}")


def same_host(one: str, other: str) -> bool:
    """Whether two names are of the same host as Go takes them: in any case, with a dot at the end or without."""
    return one.lower().removesuffix(".") == other.lower().removesuffix(".")


def _parts(address: str) -> tuple[SplitResult, int | None]:
    if not address:
        raise Fault("no-server", "the kubeconf names no server")
    if any(character <= " " or character == "\x7f" for character in address):
        raise Fault("bad-address", f'"{address}" is no address: it has a blank or a line end in it')
    try:
        return urlsplit(address), urlsplit(address).port
    except ValueError:
        raise Fault("bad-address", f"{address} is no address") from None


def _clean(path: str) -> str:
    """A path as the API server asks for it (path.Join)."""
    return posixpath.normpath("/" + unquote(path).lstrip("/"))


def pem(server: ApiServer, kubeconf: Kubeconf, fields: Mapping[str, Any], key: str, reason: str) -> bytes:
    """The content of a file that is named under `key`, or is embedded as `KEY-data`.

    Raises:
        Flaw: of that reason, when there is none; or both are given, or the data is not base64.
    """
    path, data = fields.get(key) or "", fields.get(f"{key}-data") or ""
    if path and data:
        raise Fault("both-given", f"{kubeconf.path} has both {key} and {key}-data")
    if data:
        return _decoded(data, f"{key}-data in {kubeconf.path}")
    if not path:
        raise Fault(reason, f"{key} in {kubeconf.path} is empty, or not there")
    return content_of(server, kubeconf.whole(path), reason)


def _decoded(data: str, what: str) -> bytes:
    """Base64 as encoding/json decodes it: line ends are passed over, and nothing else."""
    digits = data.replace("\r", "").replace("\n", "")
    if _BASE64.fullmatch(digits):
        return base64.b64decode(digits)
    why = ", but the PEM text itself" if "-----BEGIN" in data else ": it has a blank in it" if " " in data else ""
    raise Fault("not-base64", f"{what} is not base64{why}")


def _named(config: Mapping[str, Any], kind: str, path: str) -> dict[str, Mapping[str, Any]]:
    """The entries of a list of named ones, by name."""
    found: dict[str, Mapping[str, Any]] = {}
    for entry in go_yaml.entries(config.get(f"{kind}s"), f"{kind}s", path):
        name = go_yaml.text(entry.get("name"), f"a name among {kind}s in {path}")
        if name in found:
            raise Fault("duplicate-name", f'{kind}s in {path} has "{name}" twice')
        found[name] = go_yaml.mapping(entry.get(kind), f"{kind} in {path}")
        for field in _FIELDS[kind][_TEXT].split():
            go_yaml.text(found[name].get(field), f"{field} in {path}")
        for field in _FIELDS[kind].get(_TRUTH, "").split():
            if not isinstance(found[name].get(field), bool | None):
                said = f"{field} in {path} is {go_yaml.shown(found[name][field])}"
                raise Fault("wrong-type", f"{said}; it has to be true or false, without quotes")
    return found
