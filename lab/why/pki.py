"""The certificates that flags of the control plane name, with their keys and their authorities. Pure."""

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lab import certs
from lab.checks.support.api_server_process import CONFIG_FLAG
from lab.why.evidence import Evidence
from lab.why.records import File, Line
from lab.why.static_pod import API_SERVER, COMPONENTS, ETCD, StaticPod

_KEYS = {
    API_SERVER: {
        "tls-cert-file": "tls-private-key-file",
        "etcd-certfile": "etcd-keyfile",
        "kubelet-client-certificate": "kubelet-client-key",
        "proxy-client-cert-file": "proxy-client-key-file",
        "client-ca-file": "",
        "etcd-cafile": "",
        "requestheader-client-ca-file": "",
    },
    ETCD: {"cert-file": "key-file", "peer-cert-file": "peer-key-file", "trusted-ca-file": ""},
}
"""Flags that name certificates, each with that of its key."""
_SERVING = ("tls-cert-file", "cert-file")
_CLIENT_FILES = ("client-certificate", "client-key")
_CLIENT = re.compile(r"(?m)(client-certificate|client-key): *[\"']?(/[^\s\"',}]+)")
_KUBECONFIG = re.compile(r"(?i)kubeConfigFile: *[\"']?(/[^\s\"',}]+)")
_PUBLIC = re.compile(r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)
_SERVER = re.compile(r"(?m)^ *server: *[\"']?https://\[?([^\s\"'/\]]+?)\]?(?::\d+)?/?[\"']?$")
_AUTHORITY = re.compile(r"certificate-authority-data: *([A-Za-z0-9+/=]+)")
_CONFIGS = tuple(f"/etc/kubernetes/{name}.conf" for name in ("admin", "controller-manager", "scheduler", "kubelet"))


@dataclass(frozen=True)
class Pair:
    """A flag that names a certificate, the file, and that of its key.

    `place`: the line that names it. `key`: the public part, in PEM.
    """

    pod: StaticPod
    flag: str
    place: Line
    certificate_file: File
    certificate: x509.Certificate | None
    key_file: File | None
    key: str | None

    @property
    def serves(self) -> bool:
        """Whether clients check its names."""
        return self.flag in _SERVING


def pairs(seen: Evidence) -> Iterator[Pair]:
    """The certificates that are there, by the flags of their programs."""
    for component in COMPONENTS:
        pod = seen.pod(component)
        for flag, of_key in _KEYS.get(component, {}).items() if pod else ():
            file = _file(pod, flag, seen) if pod else None
            if pod and file:
                key_file = _file(pod, of_key, seen) if of_key else None
                place = pod.line_of_flag(flag)
                yield Pair(pod, flag, place, file, _certificate(file.content), key_file, public_key(key_file))
    yield from _of_webhook(seen)


def _of_webhook(seen: Evidence) -> Iterator[Pair]:
    """The pair by which the plugin ImagePolicyWebhook shows its service who it is: its kubeconfig names it."""
    pod = seen.api
    config = seen.seen_by(pod, pod.flags.text(CONFIG_FLAG)) if pod and pod.flags.text(CONFIG_FLAG) else None
    named = _KUBECONFIG.search(config.text) if config else None
    kubeconfig = seen.seen_by(pod, named[1]) if pod and named else None
    found = dict(_CLIENT.findall(kubeconfig.text)) if kubeconfig else {}
    if pod is None or kubeconfig is None or len(found) != len(_CLIENT_FILES):
        return
    file, key_file = (seen.seen_by(pod, found[each]) for each in _CLIENT_FILES)
    if file and key_file and file.kind == key_file.kind == "file":
        place = kubeconfig.line_of(_CLIENT_FILES[0])
        flag = f"{CONFIG_FLAG} (by its kubeconfig)"
        yield Pair(pod, flag, place, file, _certificate(file.content), key_file, public_key(key_file))


def _file(pod: StaticPod, flag: str, seen: Evidence) -> File | None:
    path = pod.flags.text(flag)
    file = seen.seen_by(pod, path) if path.startswith("/") else None
    return file if file and file.kind == "file" else None


@cache
def _certificate(pem: bytes) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        return None


def public_key(file: File | None) -> str | None:
    """The public part of a key, or a public key itself; None where there is none in the file."""
    found = _PUBLIC.search(file.text) if file else None
    return found[0] if found else None


def public_of(certificate: x509.Certificate) -> str:
    """The public key of a certificate, in PEM."""
    return certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().strip()


def is_key(file: File) -> bool:
    """Whether a file holds a private key."""
    return file.content.startswith(b"-----PRIVATE KEY") or b"-----BEGIN UNREADABLE KEY" in file.content


def is_certificate(file: File) -> bool:
    """Whether a file holds a certificate."""
    return b"-----BEGIN CERTIFICATE-----" in file.content


def names(certificate: x509.Certificate) -> frozenset[str]:
    """The names and addresses of its subjectAltName."""
    return frozenset(certs.describe(certificate.public_bytes(Encoding.PEM)).names)


def called(pair: Pair, seen: Evidence) -> Sequence[str]:
    """How clients of the node call the server."""
    if pair.pod.component == ETCD:
        hosts = re.findall(r"https://([^:,/]+):", pair.pod.flags.text("advertise-client-urls"))
        return ["127.0.0.1", *hosts] if "127.0.0.1" in pair.pod.flags.text("listen-client-urls") else hosts
    texts = [seen.files[path].text for path in _CONFIGS if path in seen.files]
    return list(dict.fromkeys(host for text in texts for host in _SERVER.findall(text)))


def trusted(pair: Pair, seen: Evidence) -> Iterator[tuple[str, tuple[x509.Certificate, ...]]]:
    """The authorities that the other side of a certificate trusts, and where they stand."""
    others = {ETCD: seen.pod(ETCD), API_SERVER: seen.api}
    if pair.flag == "tls-cert-file":
        for path in _CONFIGS[:1]:
            found = _AUTHORITY.search(seen.files[path].text) if path in seen.files else None
            if found:
                yield path, _all(base64.b64decode(found[1]))
        return
    where = {
        "etcd-certfile": (ETCD, "trusted-ca-file"),
        "cert-file": (API_SERVER, "etcd-cafile"),
        "proxy-client-cert-file": (API_SERVER, "requestheader-client-ca-file"),
        "kubelet-client-certificate": (API_SERVER, "client-ca-file"),
    }.get(pair.flag)
    pod = others[where[0]] if where else None
    file = _file(pod, where[1], seen) if pod and where else None
    if file:
        yield file.path, _all(file.content)


def signed_by(certificate: x509.Certificate, authorities: Sequence[x509.Certificate]) -> bool:
    """Whether one of some authorities signed a certificate, or is it."""
    for each in authorities:
        if certificate == each:
            return True
        try:
            certificate.verify_directly_issued_by(each)
        except Exception:  # ValueError, TypeError or InvalidSignature: three ways to say no
            continue
        return True
    return False


def described(certificate: x509.Certificate) -> str:
    """A certificate in a line."""
    listed = ", ".join(sorted(names(certificate))) or "none"
    first, last = (
        each.strftime("%Y-%m-%d") for each in (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    )
    issuer = certificate.issuer.rfc4514_string()
    return f"subject {certificate.subject.rfc4514_string()}, issuer {issuer}, valid {first} to {last}, names {listed}"


def _all(pem: bytes) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError:
        return ()
