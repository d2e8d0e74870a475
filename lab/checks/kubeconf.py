"""A kubeconfig as client-go reads it (tools/clientcmd): keys in their exact case, others passed over. Pure.

Only what the current context leads to counts; relative paths are from the file's own folder.
"""

import base64
import binascii
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from lab.checks import go_yaml
from lab.checks.admission_config import content_of
from lab.checks.api_process import ApiServer
from lab.checks.go_yaml import Flaw


class Service(Protocol):
    """A host and its port."""

    @property
    def service(self) -> str:
        """The host's name."""

    @property
    def port(self) -> int:
        """The port's number."""


@dataclass(frozen=True)
class Kubeconf:
    """What the current context leads to: a cluster's and a user's fields; `path`: the file."""

    path: str
    cluster: Mapping[str, Any]
    user: Mapping[str, Any]

    @property
    def address(self) -> str:
        """The service's address; empty when there is none."""
        return go_yaml.text(self.cluster.get("server"), f"server in {self.path}")


def read_kubeconf(server: ApiServer, path: str) -> Kubeconf:
    """The file as client-go reads it.

    Raises:
        Flaw: the API server could not use it.
    """
    config = go_yaml.mapping(go_yaml.load(content_of(server, path, "no-file"), path, go_yaml.CLIENTCMD), path)
    for key, wanted in (("apiVersion", "v1"), ("kind", "Config")):
        if config.get(key) not in (None, "", wanted):
            raise Flaw("api-version", f"{path} says {key}: {config[key]}; it has to be {wanted}")
    name = go_yaml.text(config.get("current-context"), f"current-context in {path}")
    context = _named(config, "contexts", "context", name, path)
    if not name or context is None:
        said = f'names "{name}", but there is no such context' if name else "is empty"
        raise Flaw("no-context", f"current-context in {path} {said}")
    found = []
    for plural, singular in (("clusters", "cluster"), ("users", "user")):
        wanted = go_yaml.text(context.get(singular), f"{singular} in {path}")
        entry = _named(config, plural, singular, wanted, path)
        if entry is None:
            raise Flaw(
                "no-context", f'the current context in {path} names the {singular} "{wanted}", which is not there'
            )
        found.append(entry)
    return Kubeconf(path, found[0], found[1])


def check_address(address: str, wanted: Service, path: str | None = None) -> None:
    """Nothing when it is `https://SERVICE:PORT/PATH`; without a `path` any will do.

    Raises:
        Flaw: it is something else.
    """
    if not address:
        raise Flaw("no-server", "no server is named")
    try:
        parts, port = urlsplit(address), urlsplit(address).port
    except ValueError:
        raise Flaw("bad-address", f"{address} is no address") from None
    if parts.scheme == "http":
        raise Flaw("plain-http", f"{address} begins with http://; the service speaks https:// only")
    if parts.scheme != "https":
        raise Flaw("bad-address", f"{address} does not begin with https://")
    if parts.hostname != wanted.service:
        raise Flaw("other-host", f"{address} names the host {parts.hostname}, not {wanted.service}")
    if port != wanted.port:
        raise Flaw("other-port", f"{address} names {f'the port {port}' if port else 'no port'}, not {wanted.port}")
    if path is not None and parts.path.rstrip("/") != path.rstrip("/"):
        raise Flaw("other-path", f"{address} names the path {parts.path or '/'}, not {path}")


def pem(server: ApiServer, kubeconf: Kubeconf, fields: Mapping[str, Any], key: str, reason: str) -> bytes:
    """The content of a file that is named under `key`, or is embedded as `KEY-data`.

    Raises:
        Flaw: of that reason, when there is none; or both are given, or the data is not base64.
    """
    path, data = (go_yaml.text(fields.get(name), f"{name} in {kubeconf.path}") for name in (key, f"{key}-data"))
    if path and data:
        raise Flaw("both-given", f"{kubeconf.path} has both {key} and {key}-data")
    if data:
        try:
            return base64.b64decode(data, validate=True)
        except binascii.Error:
            raise Flaw("not-base64", f"{key}-data in {kubeconf.path} is not base64") from None
    if not path:
        raise Flaw(reason, f"{key} in {kubeconf.path} is empty, or not there")
    return content_of(server, posixpath.join(posixpath.dirname(kubeconf.path), path), reason)


def _named(config: Mapping[str, Any], plural: str, singular: str, name: str, path: str) -> Mapping[str, Any] | None:
    """The entry of a list of named ones; None when there is none of that name."""
    found = [entry for entry in go_yaml.entries(config.get(plural), plural, path) if entry.get("name") == name]
    if len(found) > 1:
        raise Flaw("duplicate-name", f'{plural} in {path} has "{name}" twice')
    return go_yaml.mapping(found[0].get(singular), f"{singular} in {path}") if found else None
