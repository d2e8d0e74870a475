import pytest
from image_policy_scene import (
    ANSWERS,
    ARGV,
    RECORDED,
    STARTED,
    UNRESOLVED,
    UNTOUCHED,
    Scene,
    cluster_at,
    config,
    metrics,
    process,
    recorded,
    refusal,
)

from lab.checks.asks import Answer, CouldNotTell, NotYet, Unknown
from lab.checks.support import image_policy_probe
from lab.model import Verdict

PARAMS = {"service": "external-service", "port": 1234, "namespace": "default"}
ADMITTED = recorded("admitted")
POST = 'Post "https://external-service:1234/check-image?timeout=30s": '
TRUE = config(defaultAllow=True)
OPEN = process(config=TRUE)
AWAY = Unknown("The API server does not answer: connection refused")


def closed(**scene):
    return Scene(**scene).judge("image-policy-fails-closed", **PARAMS)


def opened(**scene):
    given = {"process": OPEN, "probe": ADMITTED, "after": metrics(passed=5), **scene}
    return Scene(**given).judge("image-policy-fails-open", **PARAMS)


def test_the_seeds_text_is_what_is_recorded() -> None:
    message = RECORDED["closed"]["body"]["message"].replace("lab-probe-rbnk2", "test")
    assert RECORDED["seed"] == f"Error from server (Forbidden): {message}"
    assert message.startswith(f'pods "test" is forbidden: {POST}dial tcp: lookup external-service on ')


@pytest.mark.parametrize(
    "why",
    [
        "dial tcp: lookup external-service on 8.8.8.8:53: no such host",
        "dial tcp: lookup external-service: no such host",
        "dial tcp: lookup external-service on 172.26.0.1:53: server misbehaving",
        "dial tcp: lookup external-service on 10.0.2.3:53: read udp 10.0.2.15:41954->10.0.2.3:53: i/o timeout",
        "dial tcp: lookup external-service: Temporary failure in name resolution",
        "dial tcp 192.0.2.7:1234: connect: connection refused",
        "dial tcp 192.0.2.7:1234: i/o timeout",
        "dial tcp 192.0.2.7:1234: connect: no route to host",
        "dial tcp [2001:db8::7]:1234: connect: network is unreachable",
        "proxyconnect tcp: dial tcp: lookup proxy on 172.26.0.1:53: no such host",
        "proxyconnect tcp: dial tcp 192.0.2.8:3128: connect: connection refused",
        "Bad Gateway",
        "Service Unavailable",
        "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
    ],
)
def test_any_way_not_to_reach_the_service_is_failing_closed(why) -> None:
    seen = closed(probe=refusal(POST + why))
    assert (seen.verdict, seen.reason) == (Verdict.PASS, "")
    assert why in seen.observed


@pytest.mark.parametrize("reach", [UNRESOLVED, Answer("192.0.2.7 28 0.000000\n"), Answer("[::1] 7 0.000000\n")])
def test_the_recorded_refusal_is_failing_closed(reach) -> None:
    assert closed(reach=reach).verdict is Verdict.PASS


ANSWERED = [
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    "remote error: tls: certificate required",
    "http: server gave HTTP response to HTTPS client",
    "net/http: TLS handshake timeout",
    "EOF",
    "read tcp 10.0.0.2:4711->10.0.0.3:1234: read: connection reset by peer",
    'net/http: HTTP/1.x transport connection broken: malformed HTTP response "x"',
]
BACKEND = [
    "the server could not find the requested resource",
    'an error on the server ("boom") has prevented the request from succeeding',
    "the server has asked for the client to provide credentials",
    "0-length response with status code: 200 and content type: ",
    "couldn't get version/kind; json parse error: invalid character 'h' looking for beginning of value",
]
DECISIONS = [
    "image policy webhook backend denied one or more images: no",
    "one or more images rejected by webhook backend",
]
OTHERS = {
    "other-host": ['Post "https://external:1234/check-image?timeout=30s": dial tcp: lookup external: no such host'],
    "other-port": ['Post "https://external-service:443/check-image?timeout=30s": dial tcp: no such host'],
    "plain-http": ['Post "http://external-service:1234/check-image?timeout=30s": dial tcp: no such host'],
    "decided": DECISIONS,
    "pod-security": ['violates PodSecurity "restricted:latest": runAsNonRoot != true'],
    "other-policy": [
        "ValidatingAdmissionPolicy 'no-pods' with binding 'no-pods' denied request: no pods here",
    ],
    "other-admission": ["exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0"],
}
GATEKEEPER = Answer('{"message": "admission webhook \\"validation.gatekeeper.sh\\" denied the request: [x] no"}', 403)
REFUSALS = [(reason, refusal(said)) for reason, every in OTHERS.items() for said in every]
REFUSALS.append(("other-policy", GATEKEEPER))


@pytest.mark.parametrize("why", [POST + why for why in ANSWERED] + BACKEND)
def test_an_answer_that_decides_nothing_is_not_failing_closed(why) -> None:
    seen = closed(probe=refusal(why))
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, "something-answers"), seen.observed


@pytest.mark.parametrize(("reason", "answer"), REFUSALS)
def test_a_refusal_for_another_reason_is_neither(reason, answer) -> None:
    for seen in (closed(probe=answer), opened(probe=answer)):
        assert (seen.verdict, seen.reason) == (Verdict.FAIL, reason)
        assert seen.expected
        assert seen.command


@pytest.mark.parametrize(
    ("scene", "reason"),
    [
        ({"process": process(UNTOUCHED, files={}), "probe": ADMITTED}, "not-enabled"),
        ({"process": process(UNTOUCHED, files={})}, "not-enabled"),
        ({"process": process(ARGV[:2])}, "config-without-plugin"),
        ({"reach": ANSWERS}, "something-answers"),
        ({"reach": ANSWERS, "probe": AWAY}, "something-answers"),
        ({"probe": ADMITTED}, "admitted"),
        ({"probe": ADMITTED, "process": OPEN}, "fails-open"),
        ({"probe": ADMITTED, "process": process(changed=STARTED + 1)}, "file-changed"),
        ({"probe": ADMITTED, "process": process(files={})}, "admitted"),
    ],
)
def test_not_failing_closed(scene, reason) -> None:
    seen = closed(**scene)
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, reason)
    assert seen.expected
    assert seen.observed
    assert seen.command


def test_failing_open() -> None:
    seen = opened()
    assert (seen.verdict, seen.reason) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("scene", "reason"),
    [
        ({"process": process(UNTOUCHED, files={})}, "not-enabled"),
        ({"process": process(ARGV[:2], config=TRUE)}, "config-without-plugin"),
        ({"reach": ANSWERS}, "something-answers"),
        ({"process": process(config=config())}, "default-allow"),
        ({"process": process(config=config()), "probe": recorded("closed")}, "fails-closed"),
        ({"process": process(config=TRUE, changed=STARTED + 1), "probe": recorded("closed")}, "file-changed"),
        ({"process": process(config=TRUE), "probe": recorded("closed")}, "file-changed"),
        ({"process": process(config=TRUE, kubeconf=cluster_at("https://other:1234/check-image"))}, "other-host"),
        ({"process": process(config=TRUE, kubeconf=cluster_at("http://external-service:1234/"))}, "plain-http"),
        ({"process": process(config=config(defaultAllow="true"))}, "wrong-type"),
        ({"process": process(files={})}, "no-file"),
    ],
)
def test_not_failing_open(scene, reason) -> None:
    seen = opened(**scene)
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, reason), seen.observed
    assert seen.expected
    assert seen.observed
    assert seen.command


@pytest.mark.parametrize(
    "after", [metrics(passed=4), metrics(passed=1), Answer("", 500), metrics(passed=4, rejected=9)]
)
def test_an_admission_that_the_metrics_do_not_show_says_nothing_yet(after) -> None:
    with pytest.raises(NotYet):
        opened(after=after)


@pytest.mark.parametrize(
    "answer",
    [
        AWAY,
        Answer('{"message": "namespaces \\"default\\" not found"}', 404),
        Answer('{"message": "pods is forbidden: User \\"x\\" cannot create resource"}', 403),
        refusal("error looking up service account default/default: serviceaccount \\ not found"),
        Answer('{"message": "etcdserver: request timed out"}', 500),
    ],
)
def test_what_is_no_word_about_admission_is_no_fail(answer) -> None:
    for judge in (closed, opened):
        with pytest.raises(CouldNotTell):
            judge(probe=answer)


@pytest.mark.parametrize(
    "scene",
    [
        {"reach": Unknown("hung")},
        {"reach": Answer("curl: not found", 127)},
        {"process": Unknown("hung")},
        {"process": process(state="stopped"), "probe": AWAY},
    ],
)
def test_a_node_or_an_api_server_that_does_not_answer_is_no_fail(scene) -> None:
    for judge in (closed, opened):
        with pytest.raises(CouldNotTell):
            judge(**scene)


@pytest.mark.parametrize(
    ("text", "answers"),
    [("unresolved 6 0", False), ("192.0.2.7 7 0.000000", False), ("192.0.2.7 28 0.000000", False),
     ("192.0.2.7 28 0.000412", True), ("192.0.2.7 35 0.000412", True), ("[::1] 0 0.1", True)],
)  # fmt: skip
def test_reach(text, answers) -> None:
    assert image_policy_probe.reach(Answer(text)).answers is answers


def test_no_two_probes_are_alike_for_the_plugins_cache() -> None:
    asks = {image_policy_probe.probe("default", "nginx", nonce).body for nonce in ("a", "b")}
    assert len(asks) == 2
    assert all(".image-policy.k8s.io/" in body for body in asks)
