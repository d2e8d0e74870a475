"""Bodies that are no proper request, each with the reason that the denial must give: data for several tests."""

import json

from .serving import review

MANY = review(*["nginx:1"] * 40_000)
GOOD = review("nginx:1")


def without(*path: str) -> dict[str, object]:
    """A good request without one of its parts."""
    request = json.loads(json.dumps(GOOD))
    within = request
    for key in path[:-1]:
        within = within[key]
    del within[path[-1]]
    return dict(request)


def with_spec(spec: object) -> dict[str, object]:
    return {**GOOD, "spec": spec}


def text(value: object) -> bytes:
    return json.dumps(value).encode()


BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "it is no JSON in UTF-8"),
    "no JSON": (b"allowed: true", "it is no JSON in UTF-8"),
    "two values": (text(GOOD) * 2, "it is no JSON in UTF-8"),
    "cut short": (text(GOOD)[:-1], "it is no JSON in UTF-8"),
    "UTF-16": (json.dumps(GOOD).encode("utf-16"), "it is no JSON in UTF-8"),
    "invalid UTF-8": (text(GOOD).replace(b"nginx:1", b"nginx:\xff"), "it is no JSON in UTF-8"),
    "byte order mark": (b"\xef\xbb\xbf" + text(GOOD), "it is no JSON in UTF-8"),
    "protobuf": (b"k8s\x00\n\x10", "it is no JSON in UTF-8"),
    "a number of many digits": (b'{"a": ' + b"9" * 100_000 + b"}", "it is no JSON in UTF-8"),
    "NaN": (b'{"a": NaN}', "NaN is not JSON"),
    "infinity": (b"[-Infinity]", "-Infinity is not JSON"),
    "deep lists": (b"[" * 100_000, "it is nested too deeply"),
    "deep objects": (b'{"a":' * 100_000, "it is nested too deeply"),
    "the same key twice": (text(GOOD).replace(b'"image"', b'"image": "x.io/a:1", "image"'), "the same key twice"),
    "null": (b"null", "it is no JSON object"),
    "a list": (text([GOOD]), "it is no JSON object"),
    "a text": (b'"\\ud800"', "it is no JSON object"),
    "no version": (text(without("apiVersion")), "apiVersion is missing or no text"),
    "another version": (text({**GOOD, "apiVersion": "imagepolicy.k8s.io/v1"}), 'apiVersion is "imagepolicy.k8s.io/v1"'),
    "a version that is no text": (text({**GOOD, "apiVersion": []}), "apiVersion is missing or no text"),
    "no kind": (text(without("kind")), "kind is missing or no text"),
    "another kind": (text({**GOOD, "kind": "AdmissionReview\n"}), r'kind is "AdmissionReview\n"'),
    "no spec": (text(without("spec")), "spec is missing or no object"),
    "a spec that is a list": (text(with_spec([])), "spec is missing or no object"),
    "no containers": (text(without("spec", "containers")), "spec.containers is missing, empty or no list"),
    "empty containers": (text(review()), "spec.containers is missing, empty or no list"),
    "null containers": (text(review(containers=None)), "spec.containers is missing, empty or no list"),
    "containers in an object": (text(review(containers={"image": "nginx:1"})), "spec.containers is missing, empty"),
    "a container that is text": (text(review(containers=["nginx:1"])), "container 1 of spec.containers has no image"),
    "a container without image": (
        text(review(containers=[{"image": "nginx:1"}, {}])),
        "container 2 of spec.containers has no image",
    ),
    "an empty image": (text(review("nginx:1", "")), "container 2 of spec.containers has no image"),
    "an image that is no text": (text(review(containers=[{"image": 1}])), "container 1 of spec.containers has no"),
    "a key in other case": (text(review(containers=[{"Image": "nginx:1"}])), "container 1 of spec.containers has no"),
    "many containers": (text(MANY), "it has 40000 containers, more than 1024"),
    "a namespace that is no text": (text(review("nginx:1", namespace=1)), "spec.namespace is not text"),
    "annotations in a list": (text(review("nginx:1", annotations=["a"])), "spec.annotations is no object of texts"),
    "an annotation that is no text": (text(review("nginx:1", annotations={"a": 1})), "spec.annotations is no object"),
}
"""Understood as no request. Each is answered with status 200 and a denial that has this in its reason."""

NO_NAMES = [
    "Nginx",
    "a b",
    "sha256:0123",
    "nginx@sha256:0",
    "../etc",
    "\ud800",
    "ä",
    "\x00",
    "{}",
    "x" * 100_000,
    "<b>",
]
"""Images that are no image references: denied, with the text in the reason."""
