"""Mutual TLS: the server's certificate and key, and the certificates that clients are trusted by.

Validity is read from the certificates themselves by a few lines of DER, because the standard library does not tell
it of certificates that are no authorities, and a self-signed client certificate is none.
"""

import re
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_TIMES = {0x17: "%y%m%d%H%M%SZ", 0x18: "%Y%m%d%H%M%SZ"}  # UTCTime, GeneralizedTime: RFC 5280, 4.1.2.5
_VERSION = 0xA0


class BadCertificates(ValueError):
    """Files that no TLS server can be made of: a sentence for each reason."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


@dataclass(frozen=True)
class Validity:
    """When a certificate is valid: from and to, in seconds since 1970."""

    begins: float
    ends: float

    def __contains__(self, moment: float) -> bool:
        return self.begins <= moment <= self.ends


@dataclass(frozen=True)
class Identity:
    """What the server needs for TLS, and when its parts are valid."""

    context: ssl.SSLContext
    server: Validity
    clients: tuple[Validity, ...]

    def fault(self, now: float | None = None) -> str:
        """Why no client could connect, by the clock; empty when one could."""
        moment = time.time() if now is None else now
        if moment not in self.server:
            return "the server's certificate " + _when(self.server, moment)
        if all(moment not in client for client in self.clients):
            return "no certificate of the client CA file is valid now"
        return ""


def load(cert: Path, key: Path, client_ca: Path) -> Identity:
    """Make the server's side of mutual TLS of three PEM files.

    Raises:
        BadCertificates: it cannot be made, or no client could connect now.
    """
    problems: list[str] = []
    server = _validities(cert, problems)
    clients = _validities(client_ca, problems)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a client's own certificate is trusted, whoever signed it
    context.options |= ssl.OP_NO_TICKET  # every connection shows its certificate
    context.num_tickets = 0
    context.set_alpn_protocols(["http/1.1"])
    _load_key(context, cert, key, problems)
    if clients:
        try:
            context.load_verify_locations(client_ca)
        except (ssl.SSLError, OSError) as error:
            problems.append(f"{client_ca} cannot be used as client CA: {error}")
    if problems:
        raise BadCertificates(*problems)
    identity = Identity(context, server[0], tuple(clients))
    if fault := identity.fault():
        raise BadCertificates(fault)
    return identity


def _load_key(context: ssl.SSLContext, cert: Path, key: Path, problems: list[str]) -> None:
    def no_passphrase() -> str:
        raise ValueError(f"the key {key} is encrypted; it must be without a passphrase")

    try:
        key.read_bytes()
        context.load_cert_chain(cert, key, password=no_passphrase)
    except ssl.SSLError as error:
        if problems:  # then the certificate's problem is told already
            return
        mismatch = error.reason == "KEY_VALUES_MISMATCH"
        problems.append(
            f"the key {key} does not belong to {cert}" if mismatch else f"{key} holds no private key in PEM form"
        )
    except OSError as error:
        if error.filename is not None:
            problems.append(f"{key} cannot be read: {error.strerror}")
    except ValueError as error:
        problems.append(str(error))


def _validities(file: Path, problems: list[str]) -> list[Validity]:
    try:
        blocks = _PEM.findall(file.read_bytes())
    except OSError as error:
        problems.append(f"{file} cannot be read: {error.strerror}")
        return []
    try:
        found = [validity(ssl.PEM_cert_to_DER_cert(block.decode("ascii"))) for block in blocks]
    except (ValueError, IndexError):
        problems.append(f"{file} holds a certificate that cannot be read")
        return []
    if not found:
        problems.append(f"{file} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
    return found


def validity(der: bytes) -> Validity:
    """When a certificate is valid.

    Raises:
        ValueError, IndexError: it is no certificate.
    """
    certificate = list(_fields(der))[0][1]  # noqa: RUF015 - an IndexError says what a StopIteration would not
    signed = list(_fields(certificate))[0][1]  # noqa: RUF015
    parts = [value for tag, value in _fields(signed) if tag != _VERSION]
    begins, ends = (_seconds(tag, value) for tag, value in _fields(parts[3]))  # after serial, algorithm and issuer
    return Validity(begins, ends)


def _fields(der: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a DER sequence's content: tag and content of each."""
    at = 0
    while at < len(der):
        tag, length = der[at], der[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(der[at : at + count], "big")
            at += count
        yield tag, der[at : at + length]
        at += length


def _seconds(tag: int, value: bytes) -> float:
    form = _TIMES.get(tag)
    if form is None:
        raise ValueError("this is no time")
    return datetime.strptime(value.decode("ascii"), form).replace(tzinfo=UTC).timestamp()


def _when(period: Validity, moment: float) -> str:
    early = moment < period.begins
    day = datetime.fromtimestamp(period.begins if early else period.ends, UTC)
    return f"{'is not valid before' if early else 'expired at'} {day.isoformat(timespec='seconds')}"
