"""The API server, asked as the cluster's administrator."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.errors import ClusterError
from lab.k8s.connection import Connection, connect

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
    """A client made from a kubeconfig, and made anew when that changes: a cluster that was remade has another address
    and another CA.
    """

    def __init__(self, kubeconfig: Path) -> None:
        self._file = kubeconfig
        self._lock = threading.Lock()
        self._stamp = _stamp(kubeconfig)
        self._connection = connect(kubeconfig)

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
        headers = {"Accept": "application/json, */*", "Content-Type": "application/json"}
        headers["Content-Type"] = "application/strategic-merge-patch+json" if method == "PATCH" else "application/json"
        with _transport():
            answer = self._send(path, timeout, method=method, headers=headers, body=body.encode() if body else None)
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
            return Watch(self._send(path, timeout, preload_content=False, headers={"Accept": "application/json"}))

    def _send(self, path: str, timeout: float, method: str = "GET", **options: Any) -> Any:
        import urllib3

        to = self._current()
        options |= {"timeout": urllib3.Timeout(connect=CONNECT, read=timeout), "retries": False}
        with suppress(urllib3.exceptions.SSLError):  # nothing was sent; on a busy machine a handshake failed once
            return to.pool.request(method, to.server + path, **options)
        return to.pool.request(method, to.server + path, **options)

    def _current(self) -> Connection:
        stamp = _stamp(self._file)
        with self._lock:
            if stamp and stamp != self._stamp:
                with suppress(Exception):  # the file is half written, which ends soon
                    self._connection, self._stamp = connect(self._file), stamp
            return self._connection

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


class Watch:
    """Changes of a list, as they come. Iterating gives one event after the other until the API server ends it.

    `status` is that of the HTTP answer; only 200 has events.
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


@contextmanager
def _transport() -> Iterator[None]:
    """Makes `Unreachable` of every failure of the transport."""
    import urllib3

    try:
        yield
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise Unreachable(f"The API server does not answer: {_reason(error)}", "lab status") from error


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """What tells one state of a file from another; None when there is none."""
    try:
        about = file.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_ino, about.st_size


def _reason(error: Exception) -> str:
    text = str(error).rpartition(": ")[2] or type(error).__name__
    return text.strip("()'\"")
