"""Mutual TLS: the server's certificate and key, and the certificates that clients are trusted by."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_BEGIN = b"-----BEGIN CERTIFICATE-----"


class BadCertificates(ValueError):
    """Files that no TLS server can be made of: a sentence for each reason."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


@dataclass(frozen=True)
class Identity:
    """What the server needs for TLS: the context, its own certificate, and those that clients are trusted by."""

    context: ssl.SSLContext
    server: x509.Certificate
    clients: tuple[x509.Certificate, ...]

    def fault(self, now: datetime | None = None) -> str:
        """Why no client could connect, by the clock; empty when one could."""
        moment = now or datetime.now(UTC)
        if moment < self.server.not_valid_before_utc:
            return f"the server's certificate is not valid before {self.server.not_valid_before_utc.isoformat()}"
        if moment > self.server.not_valid_after_utc:
            return f"the server's certificate expired at {self.server.not_valid_after_utc.isoformat()}"
        if not any(one.not_valid_before_utc <= moment <= one.not_valid_after_utc for one in self.clients):
            return "no certificate of the client CA file is valid now"
        return ""


def load(cert: Path, key: Path, client_ca: Path) -> Identity:
    """Make the server's side of mutual TLS of three PEM files.

    Raises:
        BadCertificates: it cannot be made, or no client could connect now.
    """
    problems: list[str] = []
    servers = _certificates(cert, problems)
    clients = _certificates(client_ca, problems)
    _check_key(key, cert, servers, problems)
    if problems:
        raise BadCertificates(*problems)
    try:
        identity = Identity(_context(cert, key, client_ca), servers[0], tuple(clients))
    except (ssl.SSLError, OSError) as error:  # such as a key that is too short
        raise BadCertificates(f"TLS cannot be spoken with {cert}, {key} and {client_ca}: {error}") from error
    if fault := identity.fault():
        raise BadCertificates(fault)
    return identity


def _context(cert: Path, key: Path, client_ca: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a client's own certificate is trusted, whoever signed it
    context.options |= ssl.OP_NO_TICKET  # every connection shows its certificate
    context.num_tickets = 0
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(cert, key)
    context.load_verify_locations(client_ca)
    return context


def _certificates(file: Path, problems: list[str]) -> list[x509.Certificate]:
    """All certificates of a file; none, and a problem more, when it cannot be read as such."""
    content = _content(file, problems)
    if content is None:
        return []
    if _BEGIN not in content:
        problems.append(f"{file} holds no certificate in PEM form ({_BEGIN.decode()})")
        return []
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError:
        problems.append(f"{file} holds a certificate that cannot be read")
        return []


def _check_key(key: Path, cert: Path, servers: list[x509.Certificate], problems: list[str]) -> None:
    """Add what is wrong with the server's key, if anything is."""
    content = _content(key, problems)
    if content is None:
        return
    try:
        public = load_pem_private_key(content, password=None).public_key()
    except TypeError:
        problems.append(f"the key {key} is encrypted; it must be without a passphrase")
    except (ValueError, UnsupportedAlgorithm):
        problems.append(f"{key} holds no private key in PEM form")
    else:
        if servers and public != servers[0].public_key():
            problems.append(f"the key {key} does not belong to {cert}")


def _content(file: Path, problems: list[str]) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError as error:
        problems.append(f"{file} cannot be read: {error.strerror}")
        return None
