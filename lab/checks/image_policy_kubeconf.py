"""image-policy-kubeconf: where the plugin asks, whom it trusts, and how it shows who it is."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from lab import certs
from lab.checks.asks import Ask, FileAsk, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, check, passed
from lab.checks.support import api_server_process, webhook_kubeconfig
from lab.checks.support.admission_configuration import content_of, read_settings, show
from lab.checks.support.api_server_process import ApiServer
from lab.checks.support.webhook_kubeconfig import Kubeconf, check_address, pem, read_kubeconf, same_host

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
        yield from _made(params)
        yield from webhook_kubeconfig.asks(seen, params.config)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Judge address, authority and client certificate in turn."""
        server = api_server_process.read(seen)
        address = f"https://{params.service}:{params.port}{params.path}"
        expected = f"the kubeconf names {address}, the authority of its certificate, and a client certificate with key"
        command = show(server, server.config_path or params.config)
        try:
            try:
                settings = read_settings(server, params.config)
            except Fault as fault:
                raise Fault("no-config", f"the kubeconf cannot be found: {fault.observed}") from None
            command = show(server, settings.kubeconfig)
            kubeconf = read_kubeconf(server, settings.kubeconfig)
            check_address(kubeconf.address, params, params.path)
            service, client = (seen[ask].content for ask in _made(params))
            _check_authority(server, kubeconf, params.service, service)
            _check_client(server, kubeconf, client)
        except Fault as fault:
            return fault.fail(expected, command)
        observed = f"{settings.kubeconfig} names {kubeconf.address}, with the right certificates"
        return passed(expected, observed, command)


def _check_authority(server: ApiServer, kubeconf: Kubeconf, service: str, made: bytes) -> None:
    """`made`: the service's certificate, as the lab put it on the node; it is its own authority."""
    cluster, path = kubeconf.cluster, kubeconf.path
    if cluster.get("insecure-skip-tls-verify"):
        raise Fault("insecure-skip", f"{path} says insecure-skip-tls-verify, so whoever answers is trusted")
    if cluster.get("proxy-url"):
        raise Fault("proxy", f"{path} says proxy-url, so the service is not asked directly")
    bundle = pem(server, kubeconf, cluster, "certificate-authority", "no-authority")
    name = cluster.get("tls-server-name") or service
    if not same_host(name, service):
        raise Fault("wrong-name", f"tls-server-name in {path} is {name}, not {service}")
    right = _certificates(made)
    if right and right[0] in _certificates(bundle):
        return
    described = [_described(block) for block in _certificates(bundle)]
    if not right and any(one and name in one.names for one in described):
        return  # the lab's copy is gone; whether the service shows this one is seen when it is asked
    of = ", ".join(one.subject for one in described if one) or "no certificate"
    said = f"certificate-authority in {path} has {of}, which did not sign the service's certificate"
    raise Fault("wrong-authority", f"{said}; that one is self-signed: it is its own authority")


def _check_client(server: ApiServer, kubeconf: Kubeconf, made: bytes) -> None:
    """`made`: the certificate that the service trusts, as the lab put it on the node."""
    _check_user(server, kubeconf)
    certificate = pem(server, kubeconf, kubeconf.user, "client-certificate", "no-client-certificate")
    key = pem(server, kubeconf, kubeconf.user, "client-key", "no-client-key")
    try:
        described, belongs = certs.describe(certificate), certs.key_matches(certificate, key)
    except ValueError as error:
        raise Fault("bad-client-certificate", f"client-certificate or client-key in {kubeconf.path}: {error}") from None
    if not belongs:
        raise Fault("key-mismatch", f"client-key in {kubeconf.path} does not belong to client-certificate")
    if described.key_usages and "clientAuth" not in described.key_usages:
        uses = ", ".join(described.key_usages)
        raise Fault("not-for-clients", f"client-certificate is that of {described.subject}, which is only for {uses}")
    if not described.not_before <= datetime.fromtimestamp(server.now, UTC) <= described.not_after:
        life = f"from {described.not_before:%Y-%m-%d} to {described.not_after:%Y-%m-%d}"
        raise Fault("expired", f"the client certificate is valid {life}")
    right = _certificates(made)
    if right and right[0] not in _certificates(certificate)[:1]:
        said = f"client-certificate is that of {described.subject}, which the service does not trust"
        raise Fault("other-client-certificate", f"{said}; it trusts {_CLIENT}")


def _check_user(server: ApiServer, kubeconf: Kubeconf) -> None:
    """What else stands about the user, and would keep the API server from starting or from asking."""
    path, user = kubeconf.path, kubeconf.user
    if kubeconf.found is None:
        said = f'the current context in {path} names the user "{kubeconf.user_name}", which is not there'
        raise Fault("no-context", said)
    for field in ("exec", "auth-provider"):
        if user.get(field):
            said = f"the user in {path} has {field}, a program that the API server's container does not have"
            raise Fault("other-credentials", f"{said}; the service knows the API server by its certificate")
    if user.get("token") and (user.get("username") or user.get("password")):
        raise Fault(
            "other-credentials", f"the user in {path} has a token and a user name or password; one may be there"
        )
    if user.get("as-uid") and not user.get("as"):
        raise Fault("other-credentials", f"the user in {path} has as-uid, but not as")
    if (
        not user.get("token")
        and (file := user.get("tokenFile"))
        and not content_of(server, kubeconf.whole(file), "no-token-file")
    ):
        raise Fault("no-token-file", f"{file}, the tokenFile in {path}, is empty")


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


def _made(params: Params) -> tuple[FileAsk, FileAsk]:
    """The certificates of the service and of the API server, as the lab put them on the node."""
    return FileAsk(f"{params.folder}/{_SERVICE}"), FileAsk(f"{params.folder}/{_CLIENT}")
