import datetime
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lab.certs import BACKDATE, LIFE, Pair, client_pair, describe, key_matches, server_pair

NOW = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.UTC)
GO = """
package main

import ("crypto/x509"; "encoding/pem"; "fmt"; "os")

func load(file string) *x509.Certificate {
	text, _ := os.ReadFile(file)
	block, _ := pem.Decode(text)
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil { panic(err) }
	return certificate
}

func verify(file, name string, use x509.ExtKeyUsage, roots ...string) {
	pool := x509.NewCertPool()
	for _, root := range roots { pool.AddCert(load(root)) }
	_, err := load(file).Verify(x509.VerifyOptions{DNSName: name, Roots: pool, KeyUsages: []x509.ExtKeyUsage{use}})
	fmt.Println(err == nil)
}

func main() {
	server, client := os.Args[1], os.Args[2]
	verify(server, "external-service", x509.ExtKeyUsageServerAuth, server)
	verify(client, "", x509.ExtKeyUsageClientAuth, client)
	verify(server, "another-service", x509.ExtKeyUsageServerAuth, server)
	verify(server, "external-service", x509.ExtKeyUsageServerAuth, client)
	verify(client, "", x509.ExtKeyUsageServerAuth, client)
}
"""


@pytest.fixture(scope="module")
def server() -> Pair:
    return server_pair(["external-service", "localhost", "127.0.0.1"])


@pytest.fixture(scope="module")
def client() -> Pair:
    return client_pair("kube-apiserver")


def put(folder: Path, name: str, pair: Pair) -> tuple[str, str]:
    certificate, key = folder / f"{name}-cert.pem", folder / f"{name}-key.pem"
    certificate.write_bytes(pair.certificate)
    key.write_bytes(pair.key)
    return str(certificate), str(key)


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> None:
    """Both sides in memory, until both are done or one refuses."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(6):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue


def contexts(tmp_path: Path, server: Pair, client: Pair, *, strict: bool) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    server_files, client_files = put(tmp_path, "server", server), put(tmp_path, "client", client)
    serving, calling = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    serving.verify_mode = ssl.CERT_REQUIRED
    serving.load_cert_chain(*server_files)
    serving.load_verify_locations(client_files[0])
    calling.load_cert_chain(*client_files)
    calling.load_verify_locations(server_files[0])
    if strict:
        for context in (serving, calling):
            context.verify_flags |= ssl.VERIFY_X509_STRICT
    return serving, calling


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", ["external-service", "localhost", "127.0.0.1"])
def test_openssl_takes_each_as_its_own_root(
    tmp_path: Path, server: Pair, client: Pair, name: str, strict: bool
) -> None:
    serving, calling = contexts(tmp_path, server, client, strict=strict)
    handshake(serving, calling, name)
    assert serving.session_stats()["accept_good"] == 1
    assert calling.session_stats()["connect_good"] == 1


def test_openssl_refuses_another_name(tmp_path: Path, server: Pair, client: Pair) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(*contexts(tmp_path, server, client, strict=False), "another-service")


def test_openssl_refuses_a_server_certificate_as_a_client(tmp_path: Path, server: Pair) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"(?i)unsuit(able|ed) certificate purpose"):
        handshake(*contexts(tmp_path, server, server, strict=False), "external-service")


def test_openssl_refuses_an_expired_client(tmp_path: Path, server: Pair) -> None:
    expired = client_pair("late", now=datetime.datetime.now(datetime.UTC) - LIFE)
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        handshake(*contexts(tmp_path, server, expired, strict=False), "external-service")


@pytest.mark.live
@pytest.mark.skipif(shutil.which("go") is None, reason="no Go on this machine")
def test_go_takes_each_as_its_own_root(tmp_path: Path, server: Pair, client: Pair) -> None:
    program = tmp_path / "verify.go"
    program.write_text(GO)
    files = [put(tmp_path, "server", server)[0], put(tmp_path, "client", client)[0]]
    run = subprocess.run(["go", "run", program, *files], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert run.stdout.split() == ["true", "true", "false", "false", "false"]


def test_what_a_server_certificate_says() -> None:
    said = describe(server_pair(["external-service", "10.0.0.7"], now=NOW).certificate)
    assert said.subject == "external-service"
    assert said.names == ("external-service", "10.0.0.7")
    assert (said.not_before, said.not_after) == (NOW - BACKDATE, NOW + LIFE)
    assert said.issuer_is_self
    assert said.key_usages == ("serverAuth",)


def test_what_a_client_certificate_says() -> None:
    said = describe(client_pair("kube-apiserver", now=NOW).certificate)
    assert (said.subject, said.names, said.key_usages) == ("kube-apiserver", (), ("clientAuth",))


def test_form_of_certificate_and_key(server: Pair) -> None:
    certificate = x509.load_pem_x509_certificate(server.certificate)
    assert isinstance(certificate.signature_hash_algorithm, hashes.SHA256)
    key = serialization.load_pem_private_key(server.key, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert isinstance(key.curve, ec.SECP256R1)
    assert server.key.startswith(b"-----BEGIN PRIVATE KEY-----\n")


def test_it_cannot_sign_others(server: Pair) -> None:
    extensions = x509.load_pem_x509_certificate(server.certificate).extensions
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def test_one_signed_by_another_is_not_its_own_issuer(server: Pair) -> None:
    """Same name on both lines, but another's signature."""
    issuer, subject = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "external-service")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(subject.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + LIFE)
    pem = builder.sign(issuer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    assert not describe(pem).issuer_is_self


def test_a_name_without_common_name() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "acme")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + LIFE)
    said = describe(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    assert (said.subject, said.names, said.key_usages, said.issuer_is_self) == ("O=acme", (), (), True)


def test_key_matches(server: Pair, client: Pair) -> None:
    assert key_matches(server.certificate, server.key)
    assert not key_matches(server.certificate, client.key)


@pytest.mark.parametrize("text", [b"", b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_no_certificate(text: bytes, server: Pair) -> None:
    with pytest.raises(ValueError, match=r"^this holds no certificate in PEM form"):
        describe(text)
    with pytest.raises(ValueError, match=r"^this holds no certificate in PEM form"):
        key_matches(text, server.key)


@pytest.mark.parametrize("text", [b"", b"hello", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_no_key(text: bytes, server: Pair) -> None:
    with pytest.raises(ValueError, match=r"^this holds no private key in PEM form"):
        key_matches(server.certificate, text)
    with pytest.raises(ValueError, match="no private key"):
        key_matches(server.certificate, server.certificate)


def test_an_encrypted_key(server: Pair) -> None:
    key = serialization.load_pem_private_key(server.key, None)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    encrypted = key.private_bytes(*form, serialization.BestAvailableEncryption(b"secret"))
    with pytest.raises(ValueError, match="encrypted"):
        key_matches(server.certificate, encrypted)


@pytest.mark.parametrize("names", [[], ["bücher.example"]])
def test_names_that_cannot_be(names: list[str]) -> None:
    with pytest.raises(ValueError):
        server_pair(names)


@pytest.mark.parametrize("name", ["", "x" * 65])
def test_common_names_that_cannot_be(name: str) -> None:
    with pytest.raises(ValueError):
        client_pair(name)
