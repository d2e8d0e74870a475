"""Self-signed certificates for the webhook and its client, and the contents of a certificate.

Each is a leaf that is trusted by being in the other side's list itself. Go (crypto/x509 `Verify`) and OpenSSL
both accept a trusted leaf as its own root without `CA:TRUE` and without `keyCertSign`, so these have neither:
whoever gets hold of such a key can sign nothing else with it. tests/unit/test_certs.py holds both verifiers to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

BACKDATE = timedelta(hours=1)
"""Before now, so that a node whose clock is a little behind takes the certificate."""
LIFE = timedelta(days=365)

_USES = {ExtendedKeyUsageOID.SERVER_AUTH: "serverAuth", ExtendedKeyUsageOID.CLIENT_AUTH: "clientAuth"}


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key (PKCS #8, not encrypted), both PEM."""

    certificate: bytes
    key: bytes


@dataclass(frozen=True)
class Described:
    """The contents of a certificate.

    `subject` is the common name, or the whole name where there is none. `names` are the DNS names and addresses of
    its subjectAltName. `key_usages` are the extended ones: `serverAuth`, `clientAuth`, or a dotted number. Times are
    UTC.
    """

    subject: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    issuer_is_self: bool
    key_usages: tuple[str, ...]


def server_pair(names: Sequence[str], now: datetime | None = None) -> Pair:
    """A self-signed certificate for a TLS server of these DNS names or addresses; the first is its common name.

    Args:
        names: what clients call the server; at least one.
        now: when it is made; the present unless given.

    Raises:
        ValueError: no name, or one that no certificate can hold.
    """
    if not names:
        raise ValueError("a server certificate needs at least one name")
    alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
    return _self_signed(names[0], ExtendedKeyUsageOID.SERVER_AUTH, now, alternatives)


def client_pair(common_name: str, now: datetime | None = None) -> Pair:
    """A self-signed certificate for a TLS client that calls itself `common_name`.

    Raises:
        ValueError: the name is empty or longer than 64 characters.
    """
    return _self_signed(common_name, ExtendedKeyUsageOID.CLIENT_AUTH, now)


def describe(pem: bytes) -> Described:
    """The contents of the first certificate of a PEM text.

    Raises:
        ValueError: it holds no certificate.
    """
    certificate = _certificate(pem)
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Described(
        subject=str(common[0].value) if common else certificate.subject.rfc4514_string(),
        names=_names(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        issuer_is_self=_signed_itself(certificate),
        key_usages=_key_usages(certificate),
    )


def key_matches(cert_pem: bytes, key_pem: bytes) -> bool:
    """Whether the private key belongs to the first certificate.

    Raises:
        ValueError: one of them cannot be read, or the key is encrypted.
    """
    certificate = _certificate(cert_pem)
    try:
        key = load_pem_private_key(key_pem, password=None)
    except TypeError:
        raise ValueError("the private key is encrypted; it must be without a passphrase") from None
    except Exception:  # a ValueError, or one of several kinds of UnsupportedAlgorithm
        raise ValueError("this holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)") from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return key.public_key().public_bytes(*form) == certificate.public_key().public_bytes(*form)


def _self_signed(
    common_name: str, use: ObjectIdentifier, now: datetime | None, *extensions: x509.ExtensionType
) -> Pair:
    made = now if now is not None else datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(made - BACKDATE)
        .not_valid_after(made + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return Pair(
        builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def _key_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _certificate(pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise ValueError("this holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)") from None


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    addresses = (str(address) for address in found.get_values_for_type(x509.IPAddress))
    return (*found.get_values_for_type(x509.DNSName), *addresses)


def _key_usages(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    return tuple(_USES.get(use, use.dotted_string) for use in found)


def _signed_itself(certificate: x509.Certificate) -> bool:
    if certificate.issuer != certificate.subject:
        return False
    try:
        certificate.verify_directly_issued_by(certificate)
    except Exception:  # ValueError, TypeError or InvalidSignature: three ways to say no
        return False
    return True
