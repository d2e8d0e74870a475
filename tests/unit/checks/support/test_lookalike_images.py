"""Images that a policy cannot have been told of."""

import re

import pytest
from gatekeeper_scene import TRUSTED

from lab.checks.support import lookalike_images

IMAGE = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*(:\d+)?(/[a-z0-9]+([._-][a-z0-9]+)*)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?")


@pytest.mark.parametrize("nonce", ["", "a", "0123456789abcdef"])
def test_they_are_images_and_never_trusted(nonce) -> None:
    made = (*lookalike_images.lookalikes(TRUSTED, nonce), *lookalike_images.unheard(nonce))
    assert len(set(made)) == len(made)
    for image in (*made, *lookalike_images.few_lookalikes(TRUSTED, nonce)):
        assert IMAGE.fullmatch(image), image
        assert not image.startswith(TRUSTED)
    for image in lookalike_images.welcome(TRUSTED, nonce):
        assert IMAGE.fullmatch(image)
        assert image.startswith(TRUSTED)


def test_they_are_made_anew() -> None:
    for make in (lookalike_images.lookalikes, lookalike_images.few_lookalikes, lookalike_images.welcome):
        assert not set(make(TRUSTED, "a")) & set(make(TRUSTED, "b"))
        assert make(TRUSTED, "a") == make(TRUSTED, "a")
    assert not set(lookalike_images.unheard("a")) & set(lookalike_images.unheard("b"))


@pytest.mark.parametrize(
    "trusts",
    [
        re.compile(r"^(docker.io|registry\.k8s\.io)/"),
        re.compile(r"^(docker\.io|registry.k8s\.io)/"),
        re.compile(r"^(docker\.io|registry\.k8s.io)/"),
        re.compile(r"^(docker-?\.?io|registry\.k8s\.io)/"),
        re.compile(r"^(docker\.io|registry\.k8s\.io)"),
        re.compile(r"^(docker\.io|registry\.k8s\.io).*/"),
        re.compile(r"^.?(docker\.io|registry\.k8s\.io)/"),
        re.compile(r"^([^/]+\.)?docker\.io/"),
        re.compile(r"^[^/]*registry\.k8s\.io/"),
        re.compile(r"/docker\.io/"),
        re.compile(r"^registry\.k8s\.io-"),
    ],
)
@pytest.mark.parametrize("nonce", ["a", "b"])
def test_each_way_to_trust_too_much_is_found(trusts, nonce) -> None:
    assert any(trusts.search(image) for image in lookalike_images.lookalikes(TRUSTED, nonce))


@pytest.mark.parametrize(
    ("image", "has"),
    [
        ("docker.io.example.com/nginx", lookalike_images.BEGINS),
        ("docker.iox/nginx", lookalike_images.BEGINS),
        ("quay.io/docker.io/nginx", lookalike_images.HAS),
        ("xdocker.io/nginx", lookalike_images.HAS),
        ("docker-io/nginx", lookalike_images.DOT),
        ("registryxk8s.io/pause", lookalike_images.DOT),
        ("dockerio/nginx", lookalike_images.DOT),
        ("registryk8sio/pause", lookalike_images.DOT),
        ("nginx", ""),
        ("docker", ""),
        ("quay.io/acme", ""),
    ],
)
def test_what_is_alike(image, has) -> None:
    assert lookalike_images.likeness(image, TRUSTED) == has


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ('not startswith(image, "gcr.io/")', ["gcr.io"]),
        (r"not regex.match(`^(docker\.io|mcr\.microsoft\.com|localhost:5000)/`, image)", ["mcr.microsoft.com"]),
        ('startswith(image, "docker.io/")', []),
        ("harbor.corp.example:8443/proxy/", ["harbor.corp.example:8443/proxy"]),
        ('["k8s.gcr.io/", "quay.io/acme/"]', ["quay.io/acme"]),
        ("image := input.review.object.spec.containers[_].image", []),
    ],
)
def test_registries_that_a_policy_names(text, hosts) -> None:
    made = lookalike_images.named_in([text], (*TRUSTED, "k8s.gcr.io/"), "a")
    assert [image.rpartition("/")[0] for image in made] == hosts
    assert all(IMAGE.fullmatch(image) for image in made)
