"""Connections to the API server that a kubeconfig names, with the certificates in it.

The official client would do this too, but with 18 MiB and a fifth of a second for what the lab does not use: more than
the TUI may take. A test holds the two together.
"""

import base64
import ssl
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.errors import ClusterError

KEPT = 16
"""Connections that are kept for the next request; urllib3 complains on standard error about more."""


@dataclass(frozen=True)
class Connection:
    """The API server's address, and urllib3's pool of connections to it."""

    server: str
    pool: Any


def connect(kubeconfig: Path) -> Connection:
    """Read a kubeconfig that has its certificates in it, as kind writes it; nothing is asked yet.

    Raises:
        ClusterError: the file is not there, or is no such kubeconfig.
    """
    import urllib3  # a tenth of a second, only for who asks the API

    try:
        cluster, user = _current(yaml.safe_load(kubeconfig.read_text()))
        secured: dict[str, Any] = (
            {"ssl_context": _context(cluster, user)} if cluster["server"].startswith("https:") else {}
        )
        return Connection(cluster["server"], urllib3.PoolManager(maxsize=KEPT, retries=False, **secured))
    except (OSError, yaml.YAMLError, LookupError, TypeError, AttributeError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is no kubeconfig of the lab's"
        raise ClusterError(f"{kubeconfig} cannot be used: {why}.", "lab up") from error


def _current(content: Any) -> tuple[dict[str, str], dict[str, str]]:
    """The cluster and the user of the current context."""
    context = _named(content["contexts"], content["current-context"])["context"]
    cluster = _named(content["clusters"], context["cluster"])["cluster"]
    return cluster, _named(content["users"], context["user"])["user"] or {}


def _named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next((entry for entry in entries if entry["name"] == name), {})


class _Context(ssl.SSLContext):
    """A context for connections that several threads open at once.

    urllib3 sets ALPN's protocols anew for each connection, and OpenSSL frees the old list, from which another thread's
    connection may just be made: the server then meets a greeting that it cannot decode.
    """

    _protocols: list[str] | None = None

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        """Set them, unless they are what was set before."""
        wanted = list(alpn_protocols)
        if wanted != self._protocols:
            super().set_alpn_protocols(wanted)
            self._protocols = wanted


def _context(cluster: dict[str, str], user: dict[str, str]) -> ssl.SSLContext:
    context = _Context(ssl.PROTOCOL_TLS_CLIENT)  # which verifies certificate and name
    context.set_alpn_protocols(["http/1.1"])  # what urllib3 sets
    context.load_verify_locations(cadata=_decoded(cluster, "certificate-authority-data").decode())
    with tempfile.NamedTemporaryFile() as file:  # Python's ssl reads a client's certificate from files only
        file.write(_decoded(user, "client-certificate-data") + b"\n" + _decoded(user, "client-key-data"))
        file.flush()
        context.load_cert_chain(file.name)
    return context


def _decoded(entry: dict[str, str], field: str) -> bytes:
    return base64.b64decode(entry[field])
