"""Sends requests to the API server as the cluster's administrator, with the official client.

The client is imported where it is first needed: that takes a quarter of a second, which `lab list` shall not wait for.
The lab sends raw requests, because an exercise's objects are of kinds that the client has no classes for.
"""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.errors import ClusterError
from lab.retry import attempts

CONNECT, READ = 2.0, 10.0
"""Seconds to wait for a connection and for an answer."""
KEPT = 16
"""Connections that are kept for the next request; urllib3 complains on standard error about more."""


@dataclass(frozen=True)
class Response:
    """An answer of the API server: HTTP status and body."""

    status: int
    body: str


class Unreachable(ClusterError):
    """No HTTP answer came: refused, reset, or timed out. Never a denial."""


_REASONS = {
    "EOF": "the connection was closed",
    "without response": "the connection was closed",
    "Connection refused": "connection refused",
    "reset by peer": "the connection was reset",
    "timed out": "timed out",
}
"""Signs in the text of a transport's error, which may be half of OpenSSL's words, and their meaning."""


class Api:
    """A client made from a kubeconfig, and made anew when that changes: a cluster that was remade has another address
    and another CA.
    """

    def __init__(self, kubeconfig: Path, why_away: Callable[[], str] = lambda: "") -> None:
        """`why_away`: gives the reason why there is no API server, where the node knows."""
        self._file = kubeconfig
        self._why_away = why_away
        self._lock = threading.Lock()
        self._stamp = _stamp(kubeconfig)
        self._client = connect(kubeconfig)

    def request(self, path: str, method: str = "GET", body: str = "", timeout: float = READ) -> Response:
        """Send one request; an error status is an answer too.

        Args:
            path: path and query, such as `/readyz?verbose`.
            method: the HTTP method.
            body: JSON, for methods that send something.
            timeout: seconds to wait for the answer.

        Raises:
            Unreachable: no HTTP answer came.
        """
        headers = {"Accept": "application/json, */*"}
        headers["Content-Type"] = "application/strategic-merge-patch+json" if method == "PATCH" else "application/json"
        with _transport():
            answer = self._send(path, timeout, method, headers, json.loads(body) if body else None)
            return Response(answer.status, answer.data.decode(errors="replace"))

    def watch(self, path: str, timeout: float) -> "Watch":
        """Ask for the changes of a list as they come.

        Args:
            path: path and query, with `watch=1`.
            timeout: seconds of silence after which the connection counts as broken.

        Raises:
            Unreachable: no HTTP answer came.
        """
        with _transport():
            return Watch(self._send(path, timeout, "GET", {"Accept": "application/json"}))

    def _send(self, path: str, timeout: float, method: str, headers: dict[str, str], body: Any = None) -> Any:
        """One request, of which the body of the answer is not read yet; gives urllib3's response."""
        client = self._current()
        url = client.configuration.host + path
        return client.call_api(method, url, headers, body, _request_timeout=(CONNECT, timeout)).response

    def _current(self) -> Any:
        """The client for the kubeconfig as it is now."""
        stamp = _stamp(self._file)
        with self._lock:
            if stamp and stamp != self._stamp:
                with suppress(ClusterError):  # the file is half written, which ends soon
                    self._client, self._stamp = connect(self._file), stamp
            return self._client

    def readiness(self) -> str:
        """Empty when the API server is ready, else why it is not, in a few words."""
        try:
            answer = self.request("/readyz", timeout=3)
        except Unreachable:
            return "no answer"
        return "" if answer.status == 200 else f"not ready (/readyz says {answer.status})"

    def wait_ready(self, timeout: float) -> None:
        """Wait until /readyz says ok.

        Raises:
            ClusterError: it did not within `timeout` seconds.
        """
        for _ in attempts(timeout, pause=0.25):
            if not (why := self.readiness()):
                return
        hint = "Look at the node: lab shell crictl ps -a; put it back with: lab reset --all"
        why = f"{why}; {said}" if (said := self._why_away()) else why
        raise ClusterError(f"The API server was not ready after {timeout:.0f} s: {why}.", hint)


class Watch:
    """Changes of a list, as they come. Iterating gives one event after the other until the API server ends it.

    The official client's own watch is not used: it hangs when the API server restarts under it
    (kubernetes-client/python#2462). `status` is that of the HTTP answer; only 200 has events.
    """

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.status: int = answer.status

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The events; raises Unreachable when the connection breaks, or after `close`."""
        rest = b""
        with _transport():
            for chunk in self._answer.stream(65536):
                *lines, rest = (rest + chunk).split(b"\n")
                yield from (json.loads(line) for line in lines)

    def close(self) -> None:
        """End it, also while another thread waits for the next event."""
        with suppress(Exception):  # it has just ended
            self._answer.shutdown()

    def release(self) -> None:
        """Close the connection; for the thread that iterates."""
        self._answer.close()


def connect(kubeconfig: Path) -> Any:
    """The official client for the current context of a kubeconfig; nothing is asked yet.

    Raises:
        ClusterError: the file is not there, or is no kubeconfig that the client can use.
    """
    from kubernetes import client, config

    try:
        content = yaml.safe_load(kubeconfig.read_text())
        configuration = client.Configuration(retries=False)
        config.load_kube_config_from_dict(content, None, configuration, persist_config=False)
        configuration.proxy = None  # nothing that is on this machine is behind a proxy
        configuration.connection_pool_maxsize = KEPT
        if not configuration.host.startswith("http://127."):  # else a damaged one looks like an API server that is away
            authority, certificate = configuration.ssl_ca_cert, configuration.cert_file
            if not authority or not certificate:
                raise ValueError("a certificate is missing")
            ssl.create_default_context(cafile=authority).load_cert_chain(certificate, configuration.key_file)
        return client.ApiClient(configuration)
    except (ssl.SSLError, yaml.YAMLError, config.ConfigException, LookupError, TypeError, ValueError) as error:
        raise ClusterError(f"{kubeconfig} cannot be used: it is not a kubeconfig of the lab.", "lab up") from error
    except OSError as error:
        raise ClusterError(f"{kubeconfig} cannot be used: {error.strerror}.", "lab up") from error


@contextmanager
def _transport() -> Iterator[None]:
    """Makes `Unreachable` of every failure of the transport."""
    import urllib3
    from kubernetes.client import ApiException

    try:
        yield
    except (urllib3.exceptions.HTTPError, ApiException, OSError) as error:  # ApiException: the TLS handshake failed
        raise Unreachable(f"The API server does not answer: {_reason(error)}", "lab status") from error


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """Differs between two states of a file; None when there is none."""
    try:
        about = file.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_ino, about.st_size


def _reason(error: Exception) -> str:
    text = str(error)
    if words := next((words for sign, words in _REASONS.items() if sign in text), ""):
        return words
    return (text.rpartition(": ")[2] or type(error).__name__).strip("()'\"\n ")
