"""A running server over real TLS: who may ask, what is answered, and that no client is held up by another."""

import concurrent.futures
import contextlib
import json
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lab.certs import client_pair
from lab.webhook.service import LARGEST_BODY, LARGEST_READ

from .serving import PATIENCE, Connection, Files, Server, review, status_of

REFUSED = (ssl.SSLError, ConnectionError)
CHECK = "/check-image"


def test_allowed_and_denied(connection: Connection) -> None:
    assert connection.ask(review("nginx:1"))["allowed"]
    status = connection.ask(review("nginx"))
    assert status["reason"] == 'nginx (docker.io/library/nginx:latest): the tag "latest" is forbidden: it moves'


@pytest.mark.parametrize("path", [CHECK, f"{CHECK}?timeout=30s", f"{CHECK}?timeout=30s&x=%00"])
def test_the_query_is_passed_over(connection: Connection, path: str) -> None:
    assert connection.ask(review("nginx:1"), path=path)["allowed"]


def test_one_connection_for_many_requests(server: Server, connection: Connection) -> None:
    before = server.metric("image_policy_webhook_handshakes_total")
    for number in range(50):
        assert connection.ask(review("nginx:1", annotations={"x": str(number)}))["allowed"]
    assert server.metric("image_policy_webhook_handshakes_total") == before + 1


def test_the_log_line_of_a_decision(server: Server, connection: Connection) -> None:
    annotations = {"lab.image-policy.k8s.io/nonce": "n-1", "x": "\ud800" * 2000}
    connection.ask(review("nginx", "evil.io/x:1", namespace="team-a", annotations=annotations))
    line = server.decision("n-1")
    assert line["event"] == "decision"
    assert datetime.fromisoformat(line["time"]).tzinfo is not None
    assert line["namespace"] == "team-a"
    assert line["images"] == ["nginx", "evil.io/x:1"]
    assert line["allowed"] is False
    assert "evil.io/x" in line["reason"]
    assert line["annotations"]["lab.image-policy.k8s.io/nonce"] == "n-1"
    assert line["client"] == "kube-apiserver"
    assert line["duration_ms"] > 0
    assert len(json.dumps(line)) < 5000


def test_what_a_log_line_leaves_out(server: Server, connection: Connection) -> None:
    annotations = {"a": "n-2", **{f"x{number}": "y" for number in range(100)}}
    connection.ask(review(*["nginx:1"] * 100, annotations=annotations))
    line = server.decision("n-2")
    assert (len(line["images"]), line["images_left_out"]) == (64, 36)
    assert (len(line["annotations"]), line["annotations_left_out"]) == (64, 37)


@pytest.fixture(scope="module")
def strangers(server: Server) -> Files:
    """Clients that the server has no reason to trust."""
    files = server.files
    files.put("stranger", client_pair("kube-apiserver"))
    files.put("late", client_pair("kube-apiserver", now=datetime.now(UTC) - timedelta(days=400)))
    return files


@pytest.mark.parametrize("client", [None, "stranger", "server"])
def test_clients_that_are_not_trusted(server: Server, strangers: Files, client: str | None) -> None:
    connection = Connection(server.port, strangers.context(client))
    with pytest.raises(REFUSED):
        connection.ask(review("nginx:1"))
    connection.close()


def test_an_expired_client(tmp_path: Path) -> None:
    """The authority is valid (one of two is), the client that calls is not."""
    files = Files.new(tmp_path)
    files.put("late", client_pair("kube-apiserver", now=datetime.now(UTC) - timedelta(days=400)))
    with files.cert("client").open("ab") as authorities:
        authorities.write(files.cert("late").read_bytes())
    server = Server(files)
    late = Connection(server.port, files.context("late"))
    with pytest.raises(REFUSED):
        late.ask(review("nginx:1"))
    late.close()
    good = server.connection()
    assert good.ask(review("nginx:1"))["allowed"]
    good.close()
    assert server.stop() == 0


def test_a_client_that_trusts_another_server(server: Server) -> None:
    connection = Connection(server.port, server.files.context(trust="client"))
    with pytest.raises(ssl.SSLCertVerificationError):
        connection.ask(review("nginx:1"))


def test_http_without_tls(server: Server) -> None:
    with server.tcp() as sock:
        sock.sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
        assert not sock.recv(100).startswith(b"HTTP")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_versions(server: Server, version: ssl.TLSVersion) -> None:
    context = server.files.context()
    context.minimum_version = context.maximum_version = version
    connection = Connection(server.port, context)
    assert connection.ask(review("nginx:1"))["allowed"]
    connection.close()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
def test_old_tls_is_refused(server: Server) -> None:
    context = server.files.context()
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        Connection(server.port, context).ask(review("nginx:1"))


@pytest.mark.parametrize(
    ("content_type", "allowed"),
    [
        ("application/json", True), ("application/json; charset=utf-8", True), ("Application/JSON", True),
        ("", False), ("text/plain", False), ("application/yaml", False),
        ("application/vnd.kubernetes.protobuf", False), ("application/json2", False),
    ],
)  # fmt: skip
def test_content_types(connection: Connection, content_type: str, allowed: bool) -> None:
    status = connection.ask(review("nginx:1"), content_type)
    assert status["allowed"] is allowed
    if not allowed:
        assert f'its Content-Type is "{content_type}"' in status["reason"]


@pytest.mark.parametrize("size", [LARGEST_BODY + 1, 5 * LARGEST_BODY])
def test_a_body_that_is_too_large_is_denied(connection: Connection, size: int) -> None:
    """Not an HTTP error: whoever makes a pod decides how large its request is, and must not decide so what happens."""
    body = json.dumps(review("nginx:1")).encode().ljust(size)
    assert "it is larger than 1048576 bytes" in connection.ask(body)["reason"]
    assert connection.ask(review("nginx:1"))["allowed"]  # on the same connection


def test_a_body_as_large_as_may_be(connection: Connection) -> None:
    assert connection.ask(json.dumps(review("nginx:1")).encode().ljust(LARGEST_BODY))["allowed"]


def test_a_body_in_chunks(connection: Connection) -> None:
    text = json.dumps(review("nginx:1")).encode()
    headers = {"Content-Type": "application/json"}
    connection.request("POST", CHECK, iter([text[:10], text[10:]]), headers, encode_chunked=True)
    assert status_of(connection.getresponse().read())["allowed"]


def test_a_client_that_waits_to_be_asked_for_the_body(server: Server) -> None:
    text = json.dumps(review("nginx:1")).encode()
    head = f"POST {CHECK} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n"
    with server.tls() as sock:
        sock.sendall(f"{head}Expect: 100-continue\r\nConnection: close\r\n\r\n".encode())
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(text)
        answer = b"".join(iter(lambda: sock.recv(65536), b""))
    assert status_of(answer.partition(b"\r\n\r\n")[2])["allowed"]


def test_another_expectation(connection: Connection) -> None:
    headers = {"Content-Type": "application/json", "Expect": "tea"}
    connection.request("POST", CHECK, json.dumps(review("nginx:1")).encode(), headers)
    assert connection.getresponse().status == 417


def test_a_compressed_body_is_not_unpacked(connection: Connection) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    connection.request("POST", CHECK, b"\x1f\x8b\x08\x00", headers)
    assert "no JSON" in status_of(connection.getresponse().read())["reason"]


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", CHECK, 405), ("PUT", CHECK, 405), ("DELETE", CHECK, 405),
        ("POST", "/", 404), ("POST", "/check-image/", 404), ("POST", "/Check-Image", 404), ("GET", "/", 404),
        ("POST", "/healthz", 405), ("GET", "/healthz", 200), ("GET", "/readyz", 200), ("GET", "/metrics", 200),
        ("HEAD", "/healthz", 200),
    ],
)  # fmt: skip
def test_other_requests(connection: Connection, method: str, path: str, code: int) -> None:
    body = json.dumps(review("nginx:1")).encode() if method in ("POST", "PUT") else None
    assert connection.code(method, path, body) == code


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/metrics", 200),
        ("GET", CHECK, 404),
        ("POST", CHECK, 404),
    ],
)
def test_the_plain_listener_decides_nothing(server: Server, method: str, path: str, code: int) -> None:
    assert server.plain(path, method)[0] == code


def test_a_body_that_breaks_its_own_encoding(server: Server) -> None:
    with server.tls() as sock:
        sock.sendall(
            f"POST {CHECK} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\n\r\n5\r\n{....\r\nno number\r\n".encode()
        )
        answer = b"".join(iter(lambda: sock.recv(65536), b""))
    assert b'"allowed": true' not in answer
    assert b" 400 " in answer.splitlines()[0]
    assert server.until(lambda line: "chunk size" in line.get("text", ""))["event"] == "http-error"


@pytest.mark.parametrize("words", [b"hello\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"y" * 9000 + b"\r\n\r\n"])
def test_http_that_is_none(server: Server, words: bytes) -> None:
    with server.tls() as sock:
        sock.sendall(words)
        assert b" 400 " in sock.recv(65536).splitlines()[0]


def test_a_body_beyond_all_measure(server: Server) -> None:
    """It is not read to its end: the client gets the denial, or finds the connection closed."""
    piece = b" " * LARGEST_BODY
    answer = b""
    with server.tls() as sock:
        sock.sendall(f"POST {CHECK} HTTP/1.1\r\nHost: a\r\nContent-Length: {10**12}\r\n\r\n".encode())
        with contextlib.suppress(OSError):
            for _ in range(LARGEST_READ // LARGEST_BODY + 100):
                sock.sendall(piece)
        with contextlib.suppress(OSError):
            while part := sock.recv(65536):
                answer += part
    assert b'"allowed": true' not in answer


BROKEN = """
import lab.webhook.service as service
def decide(body, judge): raise KeyError("a fault")
service.decide = decide
"""


def test_a_fault_of_the_webhook_denies(files: Files) -> None:
    server = Server(files, before=BROKEN)
    connection = server.connection()
    assert "the webhook failed" in connection.ask(review("nginx:1"))["reason"]
    connection.close()
    assert "KeyError: 'a fault'" in server.event("fault")["text"]
    server.log.clear()
    assert server.stop() == 0


def test_metrics(server: Server, connection: Connection) -> None:
    names = {result: f'image_policy_webhook_decisions_total{{result="{result}"}}' for result in ("allowed", "denied")}
    before = {result: server.metric(name) for result, name in names.items()}
    connection.ask(review("nginx:1"))
    connection.ask(review("nginx"))
    connection.ask(review("nginx"))
    assert server.metric(names["allowed"]) == before["allowed"] + 1
    assert server.metric(names["denied"]) == before["denied"] + 2
    assert server.metric("image_policy_webhook_policy_current") == 1
    assert server.metric('image_policy_webhook_certificate_expiry_timestamp_seconds{certificate="server"}') > 0


@pytest.fixture
def silent(server: Server) -> Iterator[list[socket.socket]]:
    """Clients that open a connection and then say nothing, or not all."""
    clients: list[socket.socket] = [server.tcp() for _ in range(20)]
    clients += [server.tls() for _ in range(10)]
    for words in (b"POST /check-im", b"POST /check-image HTTP/1.1\r\nContent-Length: 100\r\n\r\n{"):
        begun = server.tls()
        begun.sendall(words)
        clients.append(begun)
    yield clients
    for client in clients:
        client.close()


def test_silent_clients_hold_up_nobody(server: Server, silent: list[socket.socket]) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:

        def ask(_: int) -> bool:
            connection = server.connection()
            allowed = [connection.ask(review("nginx:1"))["allowed"] for _ in range(5)]
            connection.close()
            return all(allowed)

        assert all(pool.map(ask, range(16)))
    assert server.plain("/healthz")[0] == 200


SHORT = """
import lab.webhook.listener as listener
listener.HANDSHAKE = listener.HEADER = listener.BODY = listener.IDLE = 0.3
"""


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the same time limits as any, but short."""
    server = Server(Files.new(tmp_path_factory.mktemp("impatient")), before=SHORT)
    yield server
    assert server.stop() == 0


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"POST /check-image HTTP/1.1\r\nContent-Le",
        b"POST /check-image HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /heal",
    ],
    ids=["nothing", "half a header", "half a body", "no second request", "half a second request"],
)
def test_a_client_that_stops_talking_is_closed(impatient: Server, words: bytes) -> None:
    with impatient.tls() as sock:
        sock.sendall(words)
        with contextlib.suppress(*REFUSED):
            while sock.recv(65536):  # fails by time-out when it is not closed
                pass


@pytest.mark.parametrize("tls", [True, False])
def test_a_client_that_reads_no_answer_is_closed(impatient: Server, tls: bool) -> None:
    with socket.socket() as plain:
        plain.settimeout(PATIENCE)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.connect(("127.0.0.1", impatient.port if tls else impatient.health_port))
        sock = impatient.files.context().wrap_socket(plain, server_hostname="localhost") if tls else plain
        with sock, pytest.raises(REFUSED):  # else a time-out
            sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n" * 10**6)


def test_a_client_without_handshake_is_closed(impatient: Server) -> None:
    with impatient.tcp() as sock:
        assert sock.recv(100) == b""
