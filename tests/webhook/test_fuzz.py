"""No input makes it crash, hang or allow: requests mutated at every level, decided in memory and by a server."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lab.webhook.policy import Judge
from lab.webhook.policy_file import read
from lab.webhook.reference import BadReference, parse
from lab.webhook.review import decide

from .bad_input import BAD, NO_NAMES
from .serving import POLICY, Connection, Server, review, status_of

JUDGE = Judge(read(POLICY.encode()))

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
signs = st.sampled_from([*"aA1.-_:/@* ", "docker.io/", "index.docker.io/", "registry.k8s.io/", "latest", "\ud800", "ä"])
images = (
    st.lists(signs, max_size=8).map("".join)
    | st.text(max_size=30)
    | st.sampled_from([*NO_NAMES, "nginx:1", "registry.k8s.io/pause:3.10", "evil.io/x:1"])
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good request with images of any kind, one of whose parts may be anything, then some of whose bytes may be."""
    request: Any = review(*draw(st.lists(images, max_size=4)))
    if draw(st.booleans()):
        place, key = draw(st.sampled_from([((), "kind"), ((), "spec"), (("spec",), "containers"), ((), "apiVersion")]))
        within = request
        for step in place:
            within = within[step]
        within[key] = draw(values)
    body = bytearray(json.dumps(request).encode())
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(body) - 1))
        body[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(body)


bodies = mutated() | st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode())


def may_be_allowed(body: bytes) -> bool:
    """Whether a request may be allowed, said again in the plainest way: by what the cluster's owner wants."""
    try:
        request = json.loads(body)
        images = [container["image"] for container in request["spec"]["containers"]]
        named = [parse(image) for image in images]
        wanted = (request["kind"], request["apiVersion"]) == ("ImageReview", "imagepolicy.k8s.io/v1alpha1")
    except (ValueError, KeyError, TypeError, BadReference):
        return False
    good = all(
        name.domain in ("docker.io", "registry.k8s.io") and (name.digest or name.tag != "latest") for name in named
    )
    return wanted and bool(named) and good


@settings(derandomize=True, max_examples=800, deadline=None)
@given(bodies)
@example(json.dumps(review("nginx:1")).encode())
def test_no_body_is_allowed_that_should_not(body: bytes) -> None:
    decision = decide(body, JUDGE)
    status = status_of(decision.answer)
    assert status["allowed"] is decision.allowed
    if not may_be_allowed(body):
        assert not decision.allowed


def test_the_fuzz_reaches_what_is_allowed() -> None:
    assert decide(json.dumps(review("nginx:1", "registry.k8s.io/pause:3.10")).encode(), JUDGE).allowed


@pytest.fixture(scope="module")
def kept(server: Server) -> Iterator[Connection]:
    opened = server.connection()
    yield opened
    opened.close()


@settings(
    derandomize=True, max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=bodies, content_type=st.sampled_from(["application/json"] * 8 + ["", "text/plain", "application/jsonx"]))
def test_a_server_answers_every_body(kept: Connection, body: bytes, content_type: str) -> None:
    """On one connection, which so has to survive all of them."""
    status = kept.ask(body, content_type)
    assert not status["allowed"] or (may_be_allowed(body) and content_type == "application/json")


@pytest.mark.parametrize("name", BAD)
def test_a_server_denies(connection: Connection, name: str) -> None:
    body, reason = BAD[name]
    assert reason in connection.ask(body)["reason"]


methods = st.sampled_from(["GET", "POST", "PUT", "HEAD", "get", "", "X" * 20])
paths = st.sampled_from(["/check-image", "/", "*", "//check-image", "/check-image/", "/%63heck-image", "/x" * 5000, ""])
headers = st.sampled_from(
    [
        b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: 99999999999999999999", b"Content-Length: 5, 6",
        b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip", b"Content-Encoding: gzip", b"Upgrade: websocket",
        b"Connection: Upgrade", b"Expect: 100-continue", b"Expect: tea", b"Host: a", b"Host:", b"x" * 9000, b"\x00: 1",
        b"X: " + b"y" * 9000, b": 1", b"Content-Type: application/json",
    ]
)  # fmt: skip


@settings(derandomize=True, max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(method=methods, path=paths, lines=st.lists(headers, max_size=4), rest=st.binary(max_size=40))
def test_broken_http_is_never_allowed(server: Server, method: str, path: str, lines: list[bytes], rest: bytes) -> None:
    """Whatever is sent, the server answers or closes, allows nothing, and is there for the next."""
    with server.tls() as sock:
        sock.sendall(f"{method} {path} HTTP/1.1\r\n".encode() + b"".join(line + b"\r\n" for line in lines) + b"\r\n")
        try:
            sock.sendall(rest + b"\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n")
            sock.settimeout(0.05)
            answer = b"".join(iter(lambda: sock.recv(65536), b""))
        except OSError:  # it waits for more of the body, or has closed
            answer = b""
    assert b'"allowed": true' not in answer


def test_it_is_still_there(connection: Connection) -> None:
    assert connection.ask(review("nginx:1"))["allowed"]
