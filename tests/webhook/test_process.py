"""The server as a program: its start, its exit codes, its stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from lab.webhook.__main__ import main

from .serving import PATIENCE, ROOT, Files, Server, review, status_of

REQUEST = json.dumps(review("nginx:1")).encode()
HEAD = (
    f"POST /check-image HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {len(REQUEST)}\r\n\r\n"
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lab.webhook", *arguments],
        capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=ROOT,
    )  # fmt: skip


def test_every_problem_at_once_and_no_stack_trace(files: Files) -> None:
    files.policy.write_text("format_version: 2\ntrusted: {}\n")
    files.cert("server").write_text("hello")
    arguments = files.arguments("--health-listen", "here")
    arguments[arguments.index("--listen") + 1] = "127.0.0.1"
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        '--listen: "127.0.0.1" is no address: write HOST:PORT, such as 0.0.0.0:1234 or [::]:1234',
        '--health-listen: "here" is no address: write HOST:PORT, such as 0.0.0.0:1234 or [::]:1234',
        f"{files.cert('server')} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)",
        f"{files.policy}:1: format_version must be 1",
        f'{files.policy}:2: "reason" is missing',
        f"{files.policy}:2: nothing is trusted: name registries or repositories, or no pod can start",
    ]


def test_missing_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(Files(tmp_path).arguments()) == 2
    assert [line.partition(" ")[2] for line in capsys.readouterr().err.splitlines()] == [
        "cannot be read: No such file or directory"
    ] * 4


def test_a_missing_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--listen", ":0"])
    assert "--cert, --key, --client-ca, --policy" in capsys.readouterr().err


def test_check_only(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(files.arguments("--check")) == 0
    assert capsys.readouterr().out == "The policy and the certificates are right.\n"


def test_an_address_that_is_taken(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        arguments = files.arguments()
        arguments[arguments.index("--listen") + 1] = f"127.0.0.1:{taken.getsockname()[1]}"
        assert main(arguments) == 3
    assert capsys.readouterr().err.startswith("The server cannot listen: ")


def test_it_needs_nothing_else_of_the_lab() -> None:
    code = "import sys, lab.webhook.__main__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(done.stdout.split())
    assert {name for name in loaded if name.startswith("lab.") and not name.startswith("lab.webhook")} == set()
    assert not loaded & {"click", "textual", "kubernetes", "rich", "uvloop"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user() -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = Files.new(Path(folder))
        for path in (files.folder, *files.folder.iterdir()):
            os.chown(path, 65534, 65534)
        server = Server(
            files,
            before="import _strptime, os, lab.webhook.server\nos.setgroups([]); os.setgid(65534); os.setuid(65534)",
        )
        assert Path(f"/proc/{server.process.pid}").stat().st_uid == 65534
        connection = server.connection()
        assert connection.ask(review("nginx:1"))["allowed"]
        connection.close()
        assert server.stop() == 0


def wait_for_request(server: Server) -> None:
    """Until the server is in the middle of one request."""
    while server.metric("image_policy_webhook_requests_in_flight") < 1:
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_lets_requests_end(files: Files, number: signal.Signals) -> None:
    """One client is in the middle of its request, one is idle, one has not even greeted."""
    server = Server(files)
    idle, silent, busy = server.connection(), server.tcp(), server.tls()
    idle.ask(review("nginx:1"))
    busy.sendall(HEAD.encode() + REQUEST[:10])
    wait_for_request(server)
    server.process.send_signal(number)
    server.event("stopping")
    assert idle.sock.recv(1) == b""  # closed at once
    with pytest.raises(OSError):
        server.tls()
    busy.sendall(REQUEST[10:])
    answer = b"".join(iter(lambda: busy.recv(65536), b""))
    assert status_of(answer.partition(b"\r\n\r\n")[2])["allowed"]
    assert server.stop(number) == 0
    assert server.log[-1]["event"] == "stopped"
    for client in (idle, silent, busy):
        client.close()


def test_a_stop_does_not_wait_for_ever(files: Files) -> None:
    server = Server(files, before="import lab.webhook.server as server\nserver.PATIENCE = 0.2")
    with server.tls() as endless:
        endless.sendall(HEAD.encode())
        wait_for_request(server)
        assert server.stop() == 0
