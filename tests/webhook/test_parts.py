"""Files that change, certificates and their validity, the log, addresses."""

import asyncio
import contextlib
import json
import logging
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from lab.certs import Pair, client_pair, server_pair
from lab.webhook import tls
from lab.webhook.files import Watched
from lab.webhook.log import Log, bounded_list, bounded_map, log, text_of
from lab.webhook.options import Address, address

from .serving import Files

NOW = datetime.now(UTC)


@pytest.fixture
def logs() -> Iterator[Callable[..., Log]]:
    """Makes a log; afterwards `logging` is as it was."""
    levels = {name: logging.getLogger(name).level for name in ("asyncio", log.name)}
    yield Log
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_a_change_is_taken_when_it_was_seen_twice(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    watched = Watched([file])
    assert watched.take() == (b"1",)
    assert watched.changed() is None
    file.write_text("2")
    assert watched.changed() is None
    file.write_text("23")  # still being written
    assert watched.changed() is None
    assert watched.changed() == (b"23",)
    assert watched.changed() is None


def test_a_change_back_is_none(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    watched = Watched([file])
    watched.take()
    for content in ("2", "1", "2", "1"):
        file.write_text(content)
        assert watched.changed() is None


def test_a_missing_file_is_told_and_comes_back(tmp_path: Path) -> None:
    files = [tmp_path / "a", tmp_path / "b"]
    for file in files:
        file.write_text("1")
    watched = Watched(files)
    watched.take()
    files[1].unlink()
    with pytest.raises(FileNotFoundError):
        watched.changed()
    files[1].write_text("2")
    assert [watched.changed(), watched.changed()] == [None, (b"1", b"2")]


def test_identity_by_the_clock(files: Files) -> None:
    second = timedelta(seconds=1)
    identity = tls.load(files.cert("server"), files.key("server"), files.cert("client"))
    begins, ends = identity.server.not_valid_before_utc, identity.server.not_valid_after_utc
    assert identity.fault() == identity.fault(begins) == identity.fault(ends) == ""
    assert identity.fault(ends + second) == f"the server's certificate expired at {ends.isoformat()}"
    assert identity.fault(begins - second) == f"the server's certificate is not valid before {begins.isoformat()}"
    expired = x509.load_pem_x509_certificate(client_pair("late", now=NOW - timedelta(days=400)).certificate)
    late = replace(identity, clients=(expired,))
    assert late.fault() == "no certificate of the client CA file is valid now"
    assert replace(late, clients=(expired, *identity.clients)).fault() == ""


def test_all_problems_of_certificates(files: Files) -> None:
    files.cert("server").write_text("hello")
    files.cert("client").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(tls.BadCertificates) as caught:
        tls.load(files.cert("server"), files.key("absent"), files.cert("client"))
    first, second, third = caught.value.problems
    assert first.endswith("server-cert.pem holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
    assert second.endswith("client-cert.pem holds a certificate that cannot be read")
    assert third.endswith("absent-key.pem cannot be read: No such file or directory")


def test_problems_of_keys(files: Files) -> None:
    def problem(key: Path) -> str:
        with pytest.raises(tls.BadCertificates) as caught:
            tls.load(files.cert("server"), key, files.cert("client"))
        return caught.value.problems[0]

    assert "does not belong to" in problem(files.key("client"))
    assert "holds no private key" in problem(files.cert("client"))
    encrypted = files.folder / "encrypted.pem"
    os.spawnlp(
        os.P_WAIT, "openssl", "openssl", "ec", "-aes256", "-passout", "pass:secret",
        "-in", str(files.key("server")), "-out", str(encrypted),
    )  # fmt: skip
    assert "is encrypted" in problem(encrypted)


def test_certificates_out_of_their_time(files: Files) -> None:
    files.put("server", server_pair(["a"], now=NOW - timedelta(days=400)))
    with pytest.raises(tls.BadCertificates, match="the server's certificate expired at"):
        tls.load(files.cert("server"), files.key("server"), files.cert("client"))
    files.put("server", server_pair(["a"], now=NOW + timedelta(days=400)))
    with pytest.raises(tls.BadCertificates, match="is not valid before"):
        tls.load(files.cert("server"), files.key("server"), files.cert("client"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0.0.0.0:1234", Address("0.0.0.0", 1234)),
        (":1234", Address("", 1234)),
        ("[::1]:0", Address("::1", 0)),
        ("external-service:65535", Address("external-service", 65535)),
    ],
)
def test_addresses(text: str, wanted: Address) -> None:
    assert address(text) == wanted


@pytest.mark.parametrize("text", ["", "1234", "a:", "a:b", "::1:1234", "a:65536", "https://a:1", "a:1/"])
def test_no_addresses(text: str) -> None:
    with pytest.raises(ValueError, match="is no address: write HOST:PORT"):
        address(text)


@pytest.mark.parametrize("trusted", ["authority", "client"])
def test_a_client_that_an_authority_signed(tmp_path: Path, trusted: str) -> None:
    """It is let in for its authority's sake, or because it is trusted itself."""
    issuer = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "acme")])
    files = Files.new(tmp_path)
    for subject, key, authority in (
        ("authority", issuer, True),
        ("client", ec.generate_private_key(ec.SECP256R1()), False),
    ):
        called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]) if subject == "client" else name
        builder = x509.CertificateBuilder().subject_name(called).issuer_name(name).public_key(key.public_key())
        builder = builder.serial_number(7).not_valid_before(NOW - timedelta(1)).not_valid_after(NOW + timedelta(1))
        builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        made = builder.sign(issuer, hashes.SHA256()).public_bytes(Encoding.PEM)
        files.put(subject, Pair(made, key.private_bytes(*form)))
    serving = tls.load(files.cert("server"), files.key("server"), files.cert(trusted)).context
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = files.context().wrap_bio(to_client, to_server, server_hostname="localhost")
    server = serving.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client, server):
        with contextlib.suppress(ssl.SSLWantReadError):
            side.do_handshake()
    assert serving.session_stats()["accept_good"] == 1


def test_a_log_that_nobody_reads_holds_up_nobody(logs: Callable[..., Log]) -> None:
    dropped: list[int] = []
    reading, writing = os.pipe()
    opened = logs(writing, dropped.append)
    written = 0
    while not dropped:  # past the pipe and the room for lines that wait
        log.info("x", {"text": "y" * 60_000})
        written += 1
    assert written < 10_000

    kept = bytearray()

    def read_all() -> None:
        while part := os.read(reading, 1 << 20):
            kept.extend(part)

    reader = threading.Thread(target=read_all)
    reader.start()
    opened.close(patience=20)
    os.close(writing)
    reader.join()
    os.close(reading)
    lines = [json.loads(line) for line in kept.splitlines()]
    assert len(lines) == written - sum(dropped)
    assert lines[0]["event"] == "x"


def test_the_end_of_a_log_that_nobody_reads(logs: Callable[..., Log]) -> None:
    reading, writing = os.pipe()
    opened = logs(writing, print)
    for _ in range(10):
        log.info("x", {"text": "y" * 60_000})
    begun = time.monotonic()
    opened.close(patience=0.2)
    assert time.monotonic() - begun < 10
    os.close(reading)  # lets the log's thread end
    for thread in threading.enumerate():
        if thread.name == "log-stop":
            thread.join(20)
    os.close(writing)


def test_a_log_whose_reader_is_gone(logs: Callable[..., Log]) -> None:
    dropped: list[int] = []
    reading, writing = os.pipe()
    os.close(reading)
    opened = logs(writing, dropped.append)
    log.info("x")
    log.info("y")
    opened.close()
    os.close(writing)
    assert sum(dropped) == 2


def test_what_libraries_say_is_an_event(logs: Callable[..., Log], tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as file:
        opened = logs(file.fileno(), print)
        logging.getLogger("aiohttp.server").error("Error of %s", "a client", exc_info=ValueError("no\nHTTP"))
        logging.getLogger("asyncio").warning("socket.send() raised exception.")
        with asyncio.Runner() as runner:
            context = {"message": "a task failed", "exception": KeyError("x")}
            runner.get_loop().call_exception_handler(context)
        log.exception("a decision failed", exc_info=ZeroDivisionError("y"))
        log.info("stopped")
        opened.close()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [line.pop("event") for line in lines] == ["http-error", "fault", "fault", "stopped"]
    assert all(datetime.fromisoformat(line.pop("time")) >= NOW for line in lines)
    assert lines[0] == {"text": "Error of a client: ValueError: no HTTP"}
    assert lines[1]["text"].startswith("a task failed\n")
    assert lines[1]["text"].endswith("KeyError: 'x'\n")
    assert lines[2]["text"] == "a decision failed\nZeroDivisionError: y\n"
    assert lines[3] == {}


def test_bounds_of_a_line() -> None:
    assert text_of("a" * 2000) == "a" * 1024 + "..."
    assert text_of("ä\ud800") == "ä?"
    assert bounded_list(["a"] * 100, 3) == ["a"] * 3
    assert bounded_map({str(number): "a" * 2000 for number in range(9)}, 2) == dict.fromkeys("01", "a" * 1024 + "...")
