import pytest
from image_policy_scene import (
    LOG,
    NO_WEBHOOK,
    NONCE,
    PID,
    RECORDED,
    UNTOUCHED,
    Scene,
    config,
    decision,
    process,
    recorded,
    refusal,
)

from lab.checks.asks import Answer, CouldNotTell, Unknown
from lab.model import Verdict

ALLOWED, DENIED = "nginx:stable", "quay.io/acme/reports:1.4"
PARAMS = {"service": "external-service", "port": 1234, "namespace": "default", "allowed": ALLOWED, "denied": DENIED}
ADMITTED, DECIDED = recorded("admitted"), recorded("decided")
OPEN = process(config=config(defaultAllow=True))
POST = 'Post "https://external-service:1234/check-image?timeout=30s": '
AWAY = Unknown("The API server does not answer: connection refused")
EMPTY = Answer("")


def decides(allowed=ADMITTED, denied=DECIDED, log=LOG, **scene):
    return Scene(probes={ALLOWED: allowed, DENIED: denied}, log=log, **scene).judge("image-policy-decides", **PARAMS)


def logged(allowed, denied):
    return Answer(decision(f"{NONCE}-allowed", allowed) + decision(f"{NONCE}-denied", denied))


def test_the_webhook_decides() -> None:
    noise = decision("older-allowed", False) + '{"event":"listening","text":"5eedf00d-allowed"}\n5eedf00d-allowed cut\n'
    for log in (LOG, Answer(noise + LOG.text + noise)):
        assert (decides(log=log).verdict, decides(log=log).reason) == (Verdict.PASS, "")


def test_with_default_allow_it_decides_too() -> None:
    assert decides(process=OPEN).verdict is Verdict.PASS  # that is for the check of the values


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"process": process(UNTOUCHED, files={}), "denied": ADMITTED}, "not-enabled"),
        ({"process": process(UNTOUCHED, files={}), "denied": ADMITTED, "log": NO_WEBHOOK}, "not-enabled"),
        ({"allowed": recorded("closed"), "denied": recorded("closed"), "log": NO_WEBHOOK}, "no-webhook"),
        ({"denied": ADMITTED, "log": NO_WEBHOOK, "process": OPEN}, "no-webhook"),
        ({"denied": AWAY, "allowed": AWAY, "log": NO_WEBHOOK}, "no-webhook"),
        ({"log": NO_WEBHOOK}, "not-asked"),
        ({"denied": refusal(POST + "EOF"), "log": NO_WEBHOOK}, "not-asked"),
        ({"log": EMPTY}, "not-asked"),
        ({"denied": ADMITTED, "log": EMPTY}, "not-asked"),
        ({"denied": ADMITTED, "log": Answer(decision(f"{NONCE}-allowed", True))}, "not-asked"),
        ({"denied": ADMITTED}, "not-asked"),
        ({"log": logged(True, True)}, "not-asked"),
        ({"denied": ADMITTED, "log": EMPTY, "process": OPEN}, "open"),
        ({"denied": ADMITTED, "log": Answer(decision(f"{NONCE}-allowed", True)), "process": OPEN}, "open"),
        ({"log": EMPTY, "process": OPEN}, "not-asked"),
        ({"denied": ADMITTED, "log": EMPTY, "process": process(files={})}, "not-asked"),
        ({"denied": ADMITTED, "log": logged(True, True)}, "allows-everything"),
        ({"allowed": DECIDED, "log": logged(False, False)}, "denies-everything"),
        ({"allowed": DECIDED, "denied": ADMITTED, "log": logged(False, True)}, "denies-everything"),
        ({"allowed": recorded("closed"), "denied": recorded("closed"), "log": EMPTY}, "backend-failed"),
        ({"allowed": refusal("the server could not find the requested resource"), "log": EMPTY}, "backend-failed"),
        ({"allowed": refusal("exceeded quota: none")}, "other-admission"),
        ({"allowed": refusal('violates PodSecurity "restricted:latest": x')}, "pod-security"),
        ({"allowed": Answer('{"message": "admission webhook \\"v.k\\" denied the request: no"}', 403)}, "other-policy"),
    ],
)
def test_refused(given, reason) -> None:
    seen = decides(**given)
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, reason), seen.observed
    assert seen.expected
    assert seen.observed
    assert seen.command


@pytest.mark.parametrize(("why", "hint"), RECORDED["backends"])
def test_why_the_backend_failed_is_explained(why, hint) -> None:
    seen = decides(refusal(POST + why), refusal(POST + why), EMPTY)
    assert seen.reason == "backend-failed"
    assert why in seen.observed
    assert hint in seen.observed


@pytest.mark.parametrize(
    "given", [{"allowed": AWAY}, {"denied": AWAY}, {"log": Unknown("Docker is away")}, {"process": Unknown("hung")}]
)
def test_what_nobody_answered_is_no_fail(given) -> None:
    with pytest.raises(CouldNotTell):
        decides(**given)


LINE = b"127.0.0.1 localhost\n 10.0.0.9\tother External-Service. # mine\n"
COPY = b"# Kubernetes-managed hosts file (host network).\n" + LINE
ALIASES = b"127.0.0.1 localhost\n# Entries added by HostAliases.\n10.0.0.9 external-service\n"
REFUSED = refusal(
    'Post "https://external-service:1234/check-image": dial tcp 10.0.0.9:1234: connect: connection refused'
)


@pytest.mark.parametrize(
    ("hosts", "reason", "said"),
    [
        ({1: LINE, PID: COPY}, "hosts-line", 'says "10.0.0.9 external-service"'),
        ({1: LINE}, "hosts-line", "/etc/hosts on the node"),
        ({PID: COPY}, "hosts-line", "container still has the line"),
        ({PID: ALIASES}, "backend-failed", "nothing listens there"),
        ({1: b"10.0.0.9 not-external-service # external-service\n"}, "backend-failed", ""),
        ({}, "backend-failed", ""),
    ],
)
def test_a_line_in_etc_hosts(hosts, reason, said) -> None:
    seen = decides(allowed=REFUSED, denied=REFUSED, hosts=hosts)
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, reason)
    assert said in seen.observed
    assert seen.command


def test_a_line_in_etc_hosts_that_does_no_harm() -> None:
    assert decides(hosts={1: LINE, PID: COPY}).verdict is Verdict.PASS
