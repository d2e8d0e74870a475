import base64
from dataclasses import replace
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
from lab.checks.asks import Answer, CouldNotTell, Unknown
from lab.model import Verdict

PARAMS = {"config": CONFIG, "folder": "/root/x", "service": "external-service", "port": 1234, "path": "/check-image"}
THEN = datetime.fromtimestamp(NOW, UTC)
EXPIRED = certs.client_pair("kube-apiserver", THEN - timedelta(days=400))
OTHER, STRANGER = certs.client_pair("kubelet", THEN), certs.server_pair(["external-service"])
BUNDLE = b"x\n" + OTHER.certificate + SERVICE.certificate


def judge(content=None, more=None, lab=None, argv=None):
    content = kubeconf() if content is None else content
    given = {**files(kubeconf=content), **(more or {})}
    answer = process(files=given) if argv is None else process(argv, files=given)
    return Scene(process=answer, made=lab or made()).judge("image-policy-kubeconf", **PARAMS)


def data(text):
    return base64.b64encode(text).decode()


def cluster(**fields):
    return kubeconf({key.replace("_", "-"): value for key, value in fields.items()})


def user(**fields):
    return kubeconf(None, {key.replace("_", "-"): value for key, value in fields.items()})


def wrapped(text):
    return base64.encodebytes(text).decode()


ANCHORS = (
    yaml.safe_dump(kubeconf()).replace("- name: api-server\n  user:", "- name: api-server\n  user: &me") + "x: *me\n"
)
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
    "embedded in lines": kubeconf(
        {"certificate-authority": ..., "certificate-authority-data": wrapped(SERVICE.certificate)},
        {"client-certificate": ..., "client-certificate-data": wrapped(CLIENT.certificate), "client-key": ...,
         "client-key-data": wrapped(CLIENT.key).replace("\n", "\r\n")},
    ),
    "a dot at the end": cluster(server="https://external-service.:1234/check-image"),
    "another way to write the path": cluster(server="https://external-service:1234//./check%2Dimage?x=y#z"),
    "another port's spelling": cluster(server="https://external-service:01234/check-image"),
    "the name's own spelling": cluster(tls_server_name="External-Service."),
    "a token beside": user(token="x"),
    "a token's file beside": user(tokenFile="external-cert.pem"),
    "a token before its file": user(token="x", tokenFile="gone"),
    "anchors": ANCHORS,
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


BAD_PEM = {f"{FOLDER}/empty": "", f"{FOLDER}/bad.pem": "nothing\n", f"{FOLDER}/ca.crt": OTHER.certificate}
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
    ("bad-address", cluster(server="https://external-service:1234/check-image ")),
    ("bad-address", cluster(server="https://external-\nservice:1234/check-image")),
    ("other-host", cluster(server="https://external-service..:1234/check-image")),
    ("not-base64", cluster(certificate_authority=..., certificate_authority_data=data(b"x" * 60).replace("eHh4", " "))),
    ("wrong-type", cluster(insecure_skip_tls_verify="false")),
    ("wrong-type", cluster(tls_server_name=1)),
    ("wrong-type", {**kubeconf(), "users": [*kubeconf()["users"], {"name": "other", "user": {"token": 1}}]}),
    ("wrong-type", {**kubeconf(), "contexts": [*kubeconf()["contexts"], {"name": 1}]}),
    ("duplicate-name", {**kubeconf(), "clusters": [*kubeconf()["clusters"], *[{"name": "x", "cluster": {}}] * 2]}),
    ("other-credentials", user(exec={"command": "aws", "apiVersion": "client.authentication.k8s.io/v1"})),
    ("other-credentials", user(auth_provider={"name": "oidc"})),
    ("no-token-file", user(tokenFile="gone")),
    ("no-token-file", user(tokenFile="empty")),
    ("other-credentials", user(token="x", username="u")),
    ("other-credentials", user(as_uid="x")),
    ("no-context", {**kubeconf(), "contexts": [{"name": "main", "context": {"cluster": "checker", "user": "x"}}]}),
    ("not-base64", cluster(certificate_authority=..., certificate_authority_data="QUFB=")),
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
    scene = Scene(process=process(UNTOUCHED, files={}))
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


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("-----BEGIN CERTIFICATE-----\nx", "but the PEM text itself"),
        ("QUFB QUFB", "it has a blank in it"),
        ("A", "base64"),
    ],
)
def test_what_is_no_base64_says_why(value, said) -> None:
    seen = judge(cluster(certificate_authority=..., certificate_authority_data=value))
    assert said in seen.observed


def test_files_of_another_place_on_the_node_are_shown_by_that() -> None:
    argv = ("kube-apiserver", "--admission-control-config-file=/in the container/a.yaml")
    contents = {"/in the container/a.yaml": config(kubeConfigFile="/in the container/k"),
                "/in the container/k": cluster(server="http://x")}  # fmt: skip
    given = process(argv, files=contents)
    mounts = "".join(f"mount {_b64(one)} {_b64(two)}\n" for one, two in [("/in the container", "/etc/it's")])
    scene = Scene(process=replace(given, told=Answer(given.told.text + mounts)))
    assert scene.judge("image-policy-kubeconf", **PARAMS).command == """cat '/etc/it'"'"'s/k'"""


def _b64(text):
    return base64.b64encode(text.encode()).decode()
