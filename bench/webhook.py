"""The reference webhook against a minimal Go net/http server that decides the same, both over mutual TLS.

The other server and the load are one Go program, bench/webhook/. Each server is one process, Go's with GOMAXPROCS=1.
Rounds of load alternate between both, on connections that are kept alive.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.table import Row
from lab import paths, shell
from lab.certs import client_pair, server_pair
from lab.errors import CommandError, LabError
from lab.images.binaries import GO_NEEDED, go_version
from lab.phases import Status

_SOURCES = Path(__file__).with_name("webhook")
_CONNECTIONS = (1, 64)
_ROUNDS = 3
_SECONDS = 6.0
_SOAK = 600.0
_SHORT_SOAK = 20.0
_GOAL = 5.0
_PATIENCE = 120.0  # seconds for a server's start, and for what a load does beside its seconds
_POLL = 0.2
_LARGEST_LOG = 64 * 1024**2
_POLICY = """\
format_version: 1
trusted:
  registries: [docker.io, registry.k8s.io]
  reason: ask the platform team
forbidden_tags:
  - tags: [latest]
    reason: it moves
"""


@dataclass(frozen=True)
class Load:
    """What a load measured: right answers, errors, how many seconds it took, latencies in milliseconds."""

    decisions: int
    errors: int
    seconds: float
    p50_ms: float
    p99_ms: float
    first_errors: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        """Decisions per second."""
        return self.decisions / self.seconds

    def __str__(self) -> str:
        return f"{self.rate:.0f} decisions/s, p50 {self.p50_ms:.2f} ms, p99 {self.p99_ms:.2f} ms"


@dataclass(frozen=True)
class Bench:
    """A folder with the Go program, the certificates and the policy."""

    folder: Path

    @property
    def program(self) -> Path:
        """The Go program, server and load."""
        return self.folder / "program"

    @property
    def policy(self) -> Path:
        """The webhook's policy, which the Go server has built in."""
        return self.folder / "policy.yaml"

    def identity(self, name: str, trusted_by_flag: str) -> list[str]:
        """Options for the certificate and key of `name`, and for the other side's certificate."""
        other = "client" if name == "server" else "server"
        files = {"--cert": f"{name}-cert.pem", "--key": f"{name}-key.pem", trusted_by_flag: f"{other}-cert.pem"}
        return [word for flag, file in files.items() for word in (flag, str(self.folder / file))]


@dataclass(frozen=True)
class Server:
    """A server that listens, and its log."""

    address: str
    log: Path


def measure(soak: bool, status: Status) -> Iterator[Row]:
    """Time per decision and p99 at 1 and at 64 connections, then errors of a long load (ten minutes with `soak`).

    Where there is no Go, it says so and gives no row.

    Raises:
        LabError: a server did not start, or an answer was missing or wrong in a round of load.
    """
    if go_version() < GO_NEEDED:
        needed = ".".join(map(str, GO_NEEDED))
        status.note(f"The piece webhook is left out: it needs Go {needed} or later (https://go.dev/dl/).")
        return
    with _bench(status) as bench, _ours(bench) as ours, _theirs(bench) as theirs:
        for connections in _CONNECTIONS:
            both = [_round(bench, ours, theirs, connections, number, status) for number in range(1, _ROUNDS + 1)]
            yield from rows(connections, [one for one, _ in both], [other for _, other in both])
        seconds = _SOAK if soak else _SHORT_SOAK
        with status.phase(f"webhook, {_at(_CONNECTIONS[-1])}, looking for errors", seconds):
            load = _load(bench, ours, _CONNECTIONS[-1], seconds)
        status.note("\n".join([f"webhook: {load}, {load.errors} errors", *load.first_errors]))
        yield errors_row(soak, load)


def parse(text: str) -> Load:
    """A load's result from what it printed; its last line is a JSON object.

    Raises:
        ValueError: there is no such line.
    """
    values = json.loads((text.splitlines() or [""])[-1])
    try:
        return Load(**{**values, "first_errors": tuple(values["first_errors"])})
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no result of a load: {values}") from error


def rows(connections: int, ours: Sequence[Load], theirs: Sequence[Load]) -> list[Row]:
    """The rows of rounds at so many connections. Time per decision at most 5 times is a rate of at least 0.2."""
    at = _at(connections)
    per_decision = [tuple(1e6 / load.rate for load in side) for side in (ours, theirs)]
    p99 = [tuple(load.p99_ms * 1000 for load in side) for side in (ours, theirs)]
    return [
        Row(f"webhook: time per decision at {at}, against Go", "us", _GOAL, *per_decision),
        Row(f"webhook: p99 at {at}, against Go", "us", _GOAL, *p99),
    ]


def errors_row(soak: bool, load: Load) -> Row:
    """The row of the load that looks for errors."""
    how_long = "ten minutes" if soak else f"{_SHORT_SOAK:.0f} s (ten minutes: --soak)"
    return Row(f"webhook: errors in {how_long} at {_at(_CONNECTIONS[-1])}", "errors", 0, (float(load.errors),))


def _at(connections: int) -> str:
    return f"{connections} connection{'s' if connections > 1 else ''}"


def _round(
    bench: Bench, ours: Server, theirs: Server, connections: int, number: int, status: Status
) -> tuple[Load, Load]:
    loads = []
    for name, server in (("the webhook", ours), ("the Go server", theirs)):
        load = _load(bench, server, connections, _SECONDS)
        if load.errors or not load.decisions:
            told = "\n".join(load.first_errors)
            raise LabError(f"{name} at {_at(connections)}: {load.errors} errors, {load.decisions} decisions.\n{told}")
        status.note(f"{name}, {_at(connections)}, round {number} of {_ROUNDS}: {load}")
        loads.append(load)
    return loads[0], loads[1]


@contextmanager
def _bench(status: Status) -> Iterator[Bench]:
    home = paths.private_directory(paths.state_home())
    with tempfile.TemporaryDirectory(prefix="webhook-", dir=home) as name:
        bench = Bench(Path(name))
        for side, pair in (("server", server_pair(["external-service"])), ("client", client_pair("kube-apiserver"))):
            (bench.folder / f"{side}-cert.pem").write_bytes(pair.certificate)
            (bench.folder / f"{side}-key.pem").write_bytes(pair.key)
        bench.policy.write_text(_POLICY)
        with status.phase("go build of the server beside the webhook, and of the load"):
            settings = {"GOFLAGS": "", "GOWORK": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
            argv = ["go", "build", "-buildvcs=false", "-trimpath", "-o", str(bench.program), "."]
            shell.run(argv, cwd=_SOURCES, env=settings, timeout=600)
        yield bench


@contextmanager
def _ours(bench: Bench) -> Iterator[Server]:
    argv = [sys.executable, "-m", "lab.webhook", "--listen", "127.0.0.1:0", "--policy", str(bench.policy)]
    with _running([*argv, *bench.identity("server", "--client-ca")], bench.folder / "ours.log") as server:
        yield server


@contextmanager
def _theirs(bench: Bench) -> Iterator[Server]:
    argv = [str(bench.program), "serve", *bench.identity("server", "--client-ca")]
    with _running(argv, bench.folder / "theirs.log", {"GOMAXPROCS": "1"}) as server:
        yield server


@contextmanager
def _running(argv: list[str], log: Path, env: dict[str, str] | None = None) -> Iterator[Server]:
    process = shell.Background(argv, log, env)
    try:
        end = time.monotonic() + _PATIENCE
        while not (address := listening(log.read_text())):
            if not process.running() or time.monotonic() > end:
                raise CommandError(argv, None, log.read_text(), "This server did not start:")
            time.sleep(_POLL)
        yield Server(address, log)
    finally:
        process.stop()


def listening(log: str) -> str:
    """The address in the log line that says that a server started; empty when there is none yet."""
    whole = (line for line in log.splitlines(keepends=True) if line.startswith("{") and line.endswith("\n"))
    return next((str(told["listen"]) for told in map(json.loads, whole) if told.get("event") == "started"), "")


def _load(bench: Bench, server: Server, connections: int, seconds: float) -> Load:
    output = bench.folder / "load.log"
    output.unlink(missing_ok=True)
    argv = [str(bench.program), "load", "--address", server.address, *bench.identity("client", "--ca")]
    argv += ["--connections", str(connections), "--seconds", f"{seconds:g}"]
    load = shell.Background(argv, output)
    try:
        end = time.monotonic() + seconds + _PATIENCE
        while load.running() and time.monotonic() < end:
            time.sleep(_POLL)
            _shorten(server.log)
    finally:
        load.stop()
    if not load.succeeded():
        raise CommandError(argv, None, output.read_text(), "This load failed, or did not end in time:")
    return parse(output.read_text())


def _shorten(log: Path) -> None:
    """Empty a log that grew large: a line a decision would be half a gigabyte in ten minutes."""
    if log.stat().st_size > _LARGEST_LOG:
        os.truncate(log, 0)
