import base64
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from image_policy_scene import (
    CLIENT,
    CONFIG,
    FOLDER,
    KUBECONF,
    NOW,
    SERVICE,
    UNTOUCHED,
    Scene,
    config,
    files,
    kubeconf,
    made,
    process,
)

from lab import certs
from lab.checks.base import CouldNotTell, Unknown
from lab.model import Verdict

PARAMS = {"config": CONFIG, "folder": "/root/x", "service": "external-service", "port": 1234, "path": "/check-image"}
THEN = datetime.fromtimestamp(NOW, UTC)
EXPIRED = certs.client_pair("kube-apiserver", THEN - timedelta(days=400))
OTHER, STRANGER = certs.client_pair("kubelet", THEN), certs.server_pair(["external-service"])
BUNDLE = b"x\n" + OTHER.certificate + SERVICE.certificate


def judge(content=None, more=None, lab=None, argv=None):
    content = kubeconf() if content is None else content
    given = {**files(kubeconf=content), **(more or {})}
    answer = process(files=given) if argv is None else process(argv, view="node", files=given)
    return Scene(process=answer, made=lab or made()).judge("image-policy-kubeconf", **PARAMS)


def data(text):
    return base64.b64encode(text).decode()


def cluster(**fields):
    return kubeconf({key.replace("_", "-"): value for key, value in fields.items()})


def user(**fields):
    return kubeconf(None, {key.replace("_", "-"): value for key, value in fields.items()})


ACCEPTED = {
    "as it is": kubeconf(),
    "with version": {"apiVersion": "v1", "kind": "Config", **kubeconf()},
    "slash": cluster(server="https://external-service:1234/check-image/"),
    "upper case": cluster(server="HTTPS://External-Service:1234/check-image"),
    "embedded": kubeconf(
        {"certificate-authority": ..., "certificate-authority-data": data(SERVICE.certificate)},
        {"client-certificate": ..., "client-certificate-data": data(CLIENT.certificate), "client-key": ...,
         "client-key-data": data(CLIENT.key)},
    ),
    "bundle": cluster(certificate_authority=..., certificate_authority_data=data(BUNDLE)),
    "named twice over": cluster(tls_server_name="external-service"),
    "others beside": {**kubeconf(), "clusters": [{"name": "other", "cluster": {}}, *kubeconf()["clusters"]]},
    "not minded": user(username="x"),
    "JSON": yaml.safe_dump(kubeconf(), default_flow_style=True),
}  # fmt: skip


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name) -> None:
    for argv in (None, UNTOUCHED):
        seen = judge(ACCEPTED[name], argv=argv)
        assert (seen.verdict, seen.reason) == (Verdict.PASS, ""), seen.observed


BAD_PEM = {f"{FOLDER}/bad.pem": "nothing\n", f"{FOLDER}/ca.crt": OTHER.certificate}
REFUSED = [
    ("no-server", cluster(server=...)),
    ("no-server", cluster(server="")),
    ("plain-http", cluster(server="http://external-service:1234/check-image")),
    ("bad-address", cluster(server="external-service:1234/check-image")),
    ("bad-address", cluster(server="https://external-service:port/check-image")),
    ("other-host", cluster(server="https://external-service.default.svc:1234/check-image")),
    ("other-port", cluster(server="https://external-service/check-image")),
    ("other-port", cluster(server="https://external-service:1235/check-image")),
    ("other-path", cluster(server="https://external-service:1234")),
    ("other-path", cluster(server="https://external-service:1234/")),
    ("other-path", cluster(server="https://external-service:1234/Check-Image")),
    ("wrong-type", cluster(server=1234)),
    ("insecure-skip", cluster(insecure_skip_tls_verify=True)),
    ("insecure-skip", cluster(insecure_skip_tls_verify=True, certificate_authority=...)),
    ("proxy", cluster(proxy_url="http://proxy:3128")),
    ("wrong-name", cluster(tls_server_name="other")),
    ("no-authority", cluster(certificate_authority=...)),
    ("no-authority", cluster(certificate_authority="gone.pem")),
    ("no-authority", cluster(certificate_authority=..., Certificate_Authority="external-cert.pem")),
    ("both-given", cluster(certificate_authority_data=data(SERVICE.certificate))),
    ("not-base64", cluster(certificate_authority=..., certificate_authority_data="-----BEGIN CERTIFICATE-----")),
    ("wrong-authority", cluster(certificate_authority="ca.crt")),
    ("wrong-authority", cluster(certificate_authority="bad.pem")),
    ("wrong-authority", cluster(certificate_authority="apiserver-client-cert.pem")),
    ("wrong-authority", cluster(certificate_authority=..., certificate_authority_data=data(STRANGER.certificate))),
    ("no-client-certificate", user(client_certificate=...)),
    ("no-client-certificate", user(client_certificate=..., client_key=...)),
    ("no-client-certificate", user(client_certificate=..., client_key=..., token="x")),
    ("no-client-certificate", user(client_certificate="gone.pem")),
    ("no-client-key", user(client_key=...)),
    ("no-client-key", user(client_key="/root/image-policy-webhook/apiserver-client-key.pem")),
    ("bad-client-certificate", user(client_certificate="bad.pem")),
    ("bad-client-certificate", user(client_key="bad.pem")),
    ("key-mismatch", user(client_key="external-key.pem")),
    ("not-for-clients", user(client_certificate="external-cert.pem", client_key="external-key.pem")),
    ("expired", user(client_certificate=..., client_certificate_data=data(EXPIRED.certificate), client_key=...,
                     client_key_data=data(EXPIRED.key))),
    ("other-client-certificate", user(client_certificate=..., client_certificate_data=data(OTHER.certificate),
                                      client_key=..., client_key_data=data(OTHER.key))),
    ("no-context", {**kubeconf(), "current-context": None}),
    ("no-context", {**kubeconf(), "current-context": "other"}),
    ("no-context", {**kubeconf(), "contexts": None}),
    ("no-context", {**kubeconf(), "users": []}),
    ("no-context", {**kubeconf(), "clusters": [{"name": "other", "cluster": {}}]}),
    ("no-context", "# nothing\n"),
    ("duplicate-name", {**kubeconf(), "users": kubeconf()["users"] * 2}),
    ("wrong-type", {**kubeconf(), "users": {}}),
    ("wrong-type", {**kubeconf(), "clusters": [{"name": "checker", "cluster": "x"}]}),
    ("wrong-type", "text"),
    ("api-version", {"apiVersion": "v2", **kubeconf()}),
    ("api-version", {"kind": "kubeconfig", **kubeconf()}),
    ("not-yaml", "clusters: [\n"),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "content"), REFUSED)
def test_refused(reason, content) -> None:
    seen = judge(content, BAD_PEM)
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, reason), seen.observed
    assert seen.expected
    assert seen.observed
    assert seen.command == f"cat {KUBECONF}"


def test_without_a_configuration_there_is_no_way_to_it() -> None:
    scene = Scene(process=process(UNTOUCHED, view="node", files={}))
    seen = scene.judge("image-policy-kubeconf", **PARAMS)
    assert (seen.verdict, seen.reason, seen.command) == (Verdict.FAIL, "no-config", f"cat {CONFIG}")
    scene = Scene(process=process(config=config(defaultAllow="x")))
    assert scene.judge("image-policy-kubeconf", **PARAMS).reason == "no-config"


@pytest.mark.parametrize("gone", [made(b"", b""), made(b"spoilt", b"spoilt")])
def test_without_the_labs_copies_the_names_must_do(gone) -> None:
    assert judge(lab=gone).verdict is Verdict.PASS
    stranger = cluster(certificate_authority=..., certificate_authority_data=data(STRANGER.certificate))
    assert judge(stranger, lab=gone).verdict is Verdict.PASS
    assert judge(cluster(certificate_authority="ca.crt"), BAD_PEM, lab=gone).reason == "wrong-authority"
    spoilt = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    broken = cluster(certificate_authority=..., certificate_authority_data=data(spoilt))
    assert judge(broken, lab=gone).reason == "wrong-authority"


def test_what_nobody_answered_is_no_fail() -> None:
    for scene in (Scene(process=Unknown("hung")), Scene(made=Unknown("hung"))):
        with pytest.raises(CouldNotTell):
            scene.judge("image-policy-kubeconf", **PARAMS)
