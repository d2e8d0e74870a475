"""image-policy-kubeconf: where the plugin asks, whom it trusts, and how it shows who it is."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from shlex import quote

from lab import certs
from lab.checks import api_process, go_yaml
from lab.checks.admission_config import read_settings
from lab.checks.api_process import ApiServer
from lab.checks.base import Ask, Check, Facts, Judgement, NodeAsk, Observation, check
from lab.checks.causes import Cause
from lab.checks.go_yaml import Flaw
from lab.checks.kubeconf import Kubeconf, check_address, pem, read_kubeconf
from lab.model import Verdict

_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_SERVICE, _CLIENT = "external-cert.pem", "apiserver-client-cert.pem"


@dataclass(frozen=True)
class Params:
    """`config`: as for image-policy-config. `folder`: where the lab put the certificates of both sides.

    `service`, `port`, `path`: of the address that is to be asked.
    """

    config: str
    folder: str
    service: str
    port: int
    path: str


@check("image-policy-kubeconf")
class ImagePolicyKubeconf(Check[Params]):
    """Files and embedded data count alike."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The process and its files, and the certificates that the lab made."""
        return api_process.ask(params.config), _made(params)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge address, authority and client certificate in turn."""
        server = api_process.read(seen, params.config)
        address = f"https://{params.service}:{params.port}{params.path}"
        expected = f"the kubeconf names {address}, the authority of its certificate, and a client certificate with key"
        command = f"cat {params.config}"
        try:
            try:
                settings = read_settings(server, params.config)
            except Flaw as flaw:
                raise Flaw("no-config", f"the kubeconf cannot be found: {flaw.said}") from None
            command = f"cat {settings.kubeconfig}"
            kubeconf = read_kubeconf(server, settings.kubeconfig)
            check_address(kubeconf.address, params, params.path)
            made = dict(line.split(" ", 1) for line in seen[_made(params)].text.splitlines())
            _check_authority(server, kubeconf, params.service, base64.b64decode(made[_SERVICE]))
            _check_client(server, kubeconf, base64.b64decode(made[_CLIENT]))
        except Flaw as flaw:
            return Cause(flaw.reason, flaw.said, command).fail(expected)
        return Judgement(Verdict.PASS, expected, f"{settings.kubeconfig} does", command)


def _check_authority(server: ApiServer, kubeconf: Kubeconf, service: str, made: bytes) -> None:
    """`made`: the service's certificate, as the lab put it on the node; it is its own authority."""
    cluster, path = kubeconf.cluster, kubeconf.path
    if cluster.get("insecure-skip-tls-verify"):
        raise Flaw("insecure-skip", f"{path} says insecure-skip-tls-verify, so whoever answers is trusted")
    if cluster.get("proxy-url"):
        raise Flaw("proxy", f"{path} says proxy-url, so the service is not asked directly")
    bundle = pem(server, kubeconf, cluster, "certificate-authority", "no-authority")
    name = go_yaml.text(cluster.get("tls-server-name"), f"tls-server-name in {path}") or service
    if name != service:
        raise Flaw("wrong-name", f"tls-server-name in {path} is {name}, not {service}")
    right = _certificates(made)
    if right and right[0] in _certificates(bundle):
        return
    described = [_described(block) for block in _certificates(bundle)]
    if not right and any(one and name in one.names for one in described):
        return  # the lab's copy is gone; whether the service shows this one is seen when it is asked
    of = ", ".join(one.subject for one in described if one) or "no certificate"
    said = f"certificate-authority in {path} has {of}, which did not sign the service's certificate"
    raise Flaw("wrong-authority", f"{said}; that one is self-signed: it is its own authority")


def _check_client(server: ApiServer, kubeconf: Kubeconf, made: bytes) -> None:
    """`made`: the certificate that the service trusts, as the lab put it on the node."""
    certificate = pem(server, kubeconf, kubeconf.user, "client-certificate", "no-client-certificate")
    key = pem(server, kubeconf, kubeconf.user, "client-key", "no-client-key")
    try:
        described, belongs = certs.describe(certificate), certs.key_matches(certificate, key)
    except ValueError as error:
        raise Flaw("bad-client-certificate", f"client-certificate or client-key in {kubeconf.path}: {error}") from None
    if not belongs:
        raise Flaw("key-mismatch", f"client-key in {kubeconf.path} does not belong to client-certificate")
    if described.key_usages and "clientAuth" not in described.key_usages:
        uses = ", ".join(described.key_usages)
        raise Flaw("not-for-clients", f"client-certificate is that of {described.subject}, which is only for {uses}")
    if not described.not_before <= datetime.fromtimestamp(server.now, UTC) <= described.not_after:
        life = f"from {described.not_before:%Y-%m-%d} to {described.not_after:%Y-%m-%d}"
        raise Flaw("expired", f"the client certificate is valid {life}")
    right = _certificates(made)
    if right and right[0] not in _certificates(certificate)[:1]:
        said = f"client-certificate is that of {described.subject}, which the service does not trust"
        raise Flaw("other-client-certificate", f"{said}; it trusts {_CLIENT}")


def _certificates(text: bytes) -> list[bytes]:
    """The certificates of a PEM text, in DER; what is none is passed over."""
    found = []
    for block in _BLOCK.findall(text):
        try:
            found.append(base64.b64decode(b"".join(block.split()), validate=True))
        except binascii.Error:
            continue
    return found


def _described(der: bytes) -> certs.Described | None:
    try:
        return certs.describe(b"-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n" % base64.encodebytes(der))
    except ValueError:
        return None


def _made(params: Params) -> NodeAsk:
    """The certificates as the lab put them on the node; a line for each, whose second word is empty when it is gone."""
    one = f'"$f $(head -c 65536 {quote(params.folder)}/"$f" | base64 -w0)"'
    return NodeAsk(f"for f in {_SERVICE} {_CLIENT}; do echo {one}; done")
