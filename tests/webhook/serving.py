"""The webhook as a process of its own, and clients for it."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.certs import Pair, client_pair, server_pair

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
POLICY = """\
format_version: 1
trusted:
  registries: [docker.io, registry.k8s.io]
  reason: ask the platform team
forbidden_tags:
  - tags: [latest]
    reason: it moves
"""


def review(*images: str, **spec: Any) -> dict[str, Any]:
    """A request as the API server sends it."""
    containers = [{"image": image} for image in images]
    return {
        "kind": "ImageReview",
        "apiVersion": "imagepolicy.k8s.io/v1alpha1",
        "metadata": {"creationTimestamp": None},
        "spec": {"containers": containers, "namespace": "default", **spec},
        "status": {"allowed": False},
    }


@dataclass(frozen=True)
class Files:
    """A folder with what the server is started with."""

    folder: Path

    @classmethod
    def new(cls, folder: Path, policy: str = POLICY) -> "Files":
        files = cls(folder)
        files.put("server", server_pair(["external-service", "localhost"]))
        files.put("client", client_pair("kube-apiserver"))
        files.policy.write_text(policy)
        return files

    @property
    def policy(self) -> Path:
        return self.folder / "policy.yaml"

    def cert(self, name: str) -> Path:
        return self.folder / f"{name}-cert.pem"

    def key(self, name: str) -> Path:
        return self.folder / f"{name}-key.pem"

    def put(self, name: str, pair: Pair) -> None:
        """Write a certificate and its key, each by one rename."""
        for path, text in ((self.cert(name), pair.certificate), (self.key(name), pair.key)):
            path.with_suffix(".new").write_bytes(text)
            path.with_suffix(".new").rename(path)

    def arguments(self, *more: str) -> list[str]:
        files = {"--cert": self.cert("server"), "--key": self.key("server"), "--client-ca": self.cert("client")}
        told = [str(part) for option in {**files, "--policy": self.policy}.items() for part in option]
        return ["--listen", "127.0.0.1:0", *told, *more]

    def context(self, client: str | None = "client", trust: str = "server") -> ssl.SSLContext:
        """A client's side of TLS; `client` None shows no certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.cert(trust))
        if client:
            context.load_cert_chain(self.cert(client), self.key(client))
        return context


class Server:
    """A running server. `before` is Python code that is run first, such as for shorter time limits."""

    def __init__(self, files: Files, *more: str, before: str = "") -> None:
        self.files = files
        self.log: list[dict[str, Any]] = []
        code = f"{before}\nimport sys\nfrom lab.webhook.__main__ import main\nsys.exit(main())"
        arguments = files.arguments("--health-listen", "127.0.0.1:0", *more)
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, cwd=files.folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        started = self.until(lambda line: line["event"] == "started")
        self.port = int(started["listen"].rpartition(":")[2])
        self.health_port = int(started["health_listen"].rpartition(":")[2])

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.log.append(json.loads(line))

    def until(self, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The first line of the log of which something is true, waited for."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = next((line for line in list(self.log) if wanted(line)), None)
            if found is not None:
                return found
            if self.process.poll() is not None:
                self._reader.join()
                assert self.process.stderr is not None
                raise AssertionError(f"it ended: {self.process.stderr.read()}{self.log}")
            time.sleep(0.01)
        raise AssertionError(f"no such line: {self.log}")

    def event(self, name: str) -> dict[str, Any]:
        return self.until(lambda line: line["event"] == name)

    def decision(self, nonce: str) -> dict[str, Any]:
        """The log line of the decision about a request with that nonce."""
        return self.until(lambda line: nonce in line.get("annotations", {}).values())

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and wait for the exit code; nothing may have been said on standard error."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        said = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        faults = [line for line in self.log if line["event"] == "fault"]
        if said or faults:
            raise AssertionError(f"{said}{faults}")
        return code

    def tcp(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def tls(self, client: str | None = "client") -> ssl.SSLSocket:
        return self.files.context(client).wrap_socket(self.tcp(), server_hostname="external-service")

    def connection(self, client: str | None = "client") -> "Connection":
        return Connection(self.port, self.files.context(client))

    def plain(self, path: str, method: str = "GET") -> tuple[int, str]:
        """What the plain listener answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.health_port, timeout=PATIENCE)
        connection.request(method, path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def metric(self, name: str) -> float:
        """A metric's value, by name with labels as Prometheus' text form has them."""
        lines = self.plain("/metrics")[1].splitlines()
        return float(next(line for line in lines if line.startswith(f"{name} ")).rpartition(" ")[2])


class Connection(http.client.HTTPSConnection):
    """A kept-alive connection over mutual TLS."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        super().__init__("localhost", port, context=context, timeout=PATIENCE)

    def ask(
        self, body: object, content_type: str = "application/json", path: str = "/check-image?timeout=30s"
    ) -> dict[str, Any]:
        """The status of the ImageReview that a body (bytes, or what becomes JSON) is answered with."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.request("POST", path, data, {"Content-Type": content_type} if content_type else {})
        answer = self.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        return status_of(text)

    def code(self, method: str, path: str, body: bytes | None = None) -> int:
        self.request(method, path, body, {"Content-Type": "application/json"})
        answer = self.getresponse()
        answer.read()
        return answer.status


def status_of(text: bytes) -> dict[str, Any]:
    """The status of a well-formed answer: what the API server's decoder takes, no more and no less."""
    answer = json.loads(text)
    assert answer["apiVersion"] == "imagepolicy.k8s.io/v1alpha1"
    assert answer["kind"] == "ImageReview"
    status = answer["status"]
    assert set(status) <= {"allowed", "reason", "auditAnnotations"}
    assert type(status["allowed"]) is bool
    assert isinstance(status.get("reason", ""), str)
    assert bool(status.get("reason")) is not status["allowed"]
    assert all(isinstance(value, str) and "/" not in key for key, value in status["auditAnnotations"].items())
    return dict(status)
