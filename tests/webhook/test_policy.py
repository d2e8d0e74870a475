import pytest

from lab.webhook.policy import DigestRule, Judge, Policy, Repositories, Scope, TagRule, Trusted, quoted

HEX = "0123456789abcdef" * 4
POLICY = Policy(
    Trusted(
        frozenset({"docker.io", "localhost:5000"}),
        Repositories.of(["ghcr.io/acme/*", "quay.io/prometheus/node-exporter"]),
        "ask the platform team",
    ),
    (
        TagRule(frozenset({"latest", "edge"}), Scope(), "it moves"),
        TagRule(frozenset({"dev"}), Scope(Repositories.of(["ghcr.io/acme/*"])), "not for production"),
    ),
    (DigestRule(Scope(Repositories.of(["ghcr.io/*"]), Repositories.of(["ghcr.io/acme/tools/*"])), "pinned"),),
)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(POLICY)


@pytest.mark.parametrize(
    "image",
    [
        "nginx:1.29",
        "docker.io/library/nginx:1.29",
        "index.docker.io/acme/app:1",
        "localhost:5000/app:1",
        "quay.io/prometheus/node-exporter:v1",
        f"ghcr.io/acme/app@sha256:{HEX}",
        f"ghcr.io/acme/app:latest@sha256:{HEX}",
        "ghcr.io/acme/tools/lint:1",
        "nginx:dev",
    ],
)
def test_may_run(judge: Judge, image: str) -> None:
    assert judge.refusal(image) == ""


@pytest.mark.parametrize(
    ("image", "why"),
    [
        ("nginx", 'nginx (docker.io/library/nginx:latest): the tag "latest" is forbidden: it moves'),
        ("nginx:edge", 'nginx:edge (docker.io/library/nginx:edge): the tag "edge" is forbidden: it moves'),
        ("evil.io/x:1", 'evil.io/x:1: "evil.io/x" is not trusted: ask the platform team'),
        ("docker.io.evil.io/x:1", 'docker.io.evil.io/x:1: "docker.io.evil.io/x" is not trusted: ask the platform team'),
        ("ghcr.io/acmex/a:1", 'ghcr.io/acmex/a:1: "ghcr.io/acmex/a" is not trusted: ask the platform team'),
        ("ghcr.io/acme:1", 'ghcr.io/acme:1: "ghcr.io/acme" is not trusted: ask the platform team'),
        (
            "quay.io/prometheus/node-exporter/x:1",
            'quay.io/prometheus/node-exporter/x:1: "quay.io/prometheus/node-exporter/x" is not trusted: '
            "ask the platform team",
        ),
        ("localhost/app:1", 'localhost/app:1: "localhost/app" is not trusted: ask the platform team'),
        ("DOCKER.IO/library/a:1", 'DOCKER.IO/library/a:1: "DOCKER.IO/library/a" is not trusted: ask the platform team'),
        (
            "ghcr.io/acme/app:dev",
            'ghcr.io/acme/app:dev: the tag "dev" is forbidden: not for production; a digest is required: pinned',
        ),
        ("Nginx", '"Nginx" has upper case in its repository'),
        (f"sha256:{HEX}", f'"sha256:{HEX}" is an image id, not a name'),
    ],
)
def test_may_not_run(judge: Judge, image: str, why: str) -> None:
    assert judge.refusal(image) == why
    assert judge.refusal(image) == why  # as it is remembered


def test_a_long_text_is_not_remembered_and_not_repeated(judge: Judge) -> None:
    refusal = judge.refusal("x" * 1_000_000)
    assert len(refusal) < 200
    assert "is longer than" in refusal


def test_a_strangers_text_is_shown_safely() -> None:
    assert quoted('a\n\x1b[2J\ud800ä"') == r'"a\n\x1b[2J\ud800\xe4""'
    assert quoted("x" * 200) == f'"{"x" * 100}..."'
