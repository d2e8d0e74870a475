"""The API server, asked as the cluster's administrator through the official client."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.errors import ClusterError

CONNECT, READ = 2.0, 10.0
"""Seconds to wait for a connection and for an answer."""


@dataclass(frozen=True)
class Response:
    """What the API server said: HTTP status and body."""

    status: int
    body: str


class Unreachable(ClusterError):
    """No HTTP answer came: refused, reset, or timed out. Never a denial."""


class Api:
    """A client made from a kubeconfig. Make a new one after the cluster was remade: address and CA change."""

    def __init__(self, kubeconfig: Path) -> None:
        from kubernetes import config  # a quarter of a second and 35 MiB, only for who asks the API

        connect: Any = config.new_client_from_config
        self._client: Any = connect(config_file=str(kubeconfig))
        self._client.configuration.retries = False
        self._client.rest_client.pool_manager.connection_pool_kw["retries"] = False
        self._client.rest_client.pool_manager.connection_pool_kw["maxsize"] = 8  # checks ask several things at once

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
        import urllib3

        headers = {"Accept": "application/json, */*", "Content-Type": "application/json"}
        headers["Content-Type"] = "application/strategic-merge-patch+json" if method == "PATCH" else "application/json"
        try:
            answer = self._client.rest_client.pool_manager.request(
                method,
                self._client.configuration.host + path,
                headers=headers,
                body=body.encode() if body else None,
                timeout=urllib3.Timeout(connect=CONNECT, read=timeout),
                retries=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(f"The API server does not answer: {_reason(error)}", "lab status") from error
        return Response(answer.status, answer.data.decode(errors="replace"))

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
        deadline = time.monotonic() + timeout
        while why := self.readiness():
            if time.monotonic() > deadline:
                hint = "Look at the node: lab shell crictl ps -a; put it back with: lab reset --all"
                raise ClusterError(f"The API server was not ready after {timeout:.0f} s: {why}.", hint)
            time.sleep(0.25)


def _reason(error: Exception) -> str:
    text = str(error).rpartition(": ")[2] or type(error).__name__
    return text.strip("()'\"")
