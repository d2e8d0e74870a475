"""From the body of a request to the decision and the body of its answer. Pure, and total: nothing makes it raise.

The form is `ImageReview` of `imagepolicy.k8s.io/v1alpha1`. Whatever is not understood is denied, never passed over,
because an HTTP error would let the API server apply its `defaultAllow`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NoReturn

from lab.webhook.policy import Judge, quoted

API_VERSION = "imagepolicy.k8s.io/v1alpha1"
KIND = "ImageReview"
MOST_CONTAINERS = 1024
"""More than any pod has that etcd would take in practice; a bound on the time that one request can cost."""
_NAMED = 10
_LONGEST_REASON = 4096


@dataclass(frozen=True, slots=True)
class Decision:
    """What is answered, and what it was about.

    `understood` is false when the request was denied for its form. `answer` is the body to send.
    """

    allowed: bool
    understood: bool
    reason: str
    answer: bytes
    images: tuple[str, ...] = ()
    namespace: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)


class _NotUnderstood(ValueError):
    """What is wrong with a request, as a sentence without its end."""


def decide(body: bytes, judge: Judge) -> Decision:
    """Decide about the body of a request."""
    try:
        return _judged(body, judge)
    except _NotUnderstood as problem:
        return refuse(str(problem), judge)


def refuse(problem: str, judge: Judge) -> Decision:
    """The denial of a request that is not understood, which tells what is wrong with it."""
    reason = f"the request was not understood: {problem}"
    return Decision(False, False, reason, _denied(reason, judge.policy.digest))


def _judged(body: bytes, judge: Judge) -> Decision:
    spec = _spec(body)
    images = _images(spec.get("containers"))
    namespace = spec.get("namespace", "")
    if not isinstance(namespace, str):
        raise _NotUnderstood("spec.namespace is not text")
    annotations = _annotations(spec.get("annotations"))
    refusals = [refusal for image in dict.fromkeys(images) if (refusal := judge.refusal(image))]
    if not refusals:
        return Decision(True, True, "", _allowed(judge.policy.digest), images, namespace, annotations)
    reason = _reason(refusals)
    return Decision(False, True, reason, _denied(reason, judge.policy.digest), images, namespace, annotations)


def _spec(body: bytes) -> dict[str, Any]:
    review = _json(body)
    if not isinstance(review, dict):
        raise _NotUnderstood("it is no JSON object")
    for key, wanted in (("apiVersion", API_VERSION), ("kind", KIND)):
        if (seen := review.get(key)) != wanted:
            shown = quoted(seen) if isinstance(seen, str) else "missing or no text"
            raise _NotUnderstood(f'{key} is {shown}, not "{wanted}"')
    spec = review.get("spec")
    if not isinstance(spec, dict):
        raise _NotUnderstood("spec is missing or no object")
    return spec


def _images(containers: object) -> tuple[str, ...]:
    if not isinstance(containers, list) or not containers:
        raise _NotUnderstood("spec.containers is missing, empty or no list")
    if len(containers) > MOST_CONTAINERS:
        raise _NotUnderstood(f"it has {len(containers)} containers, more than {MOST_CONTAINERS}")
    images = []
    for position, container in enumerate(containers, start=1):
        image = container.get("image") if isinstance(container, dict) else None
        if not isinstance(image, str) or not image:
            raise _NotUnderstood(f"container {position} of spec.containers has no image")
        images.append(image)
    return tuple(images)


def _annotations(annotations: object) -> dict[str, str]:
    if annotations is None:
        return {}
    if not isinstance(annotations, dict) or not all(isinstance(value, str) for value in annotations.values()):
        raise _NotUnderstood("spec.annotations is no object of texts")
    return annotations


def _reason(refusals: list[str]) -> str:
    more = len(refusals) - _NAMED
    reason = "; ".join(refusals[:_NAMED])
    if len(reason) > _LONGEST_REASON:
        reason = reason[:_LONGEST_REASON] + "..."
    return f"{reason}; and {more} more" if more > 0 else reason


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):  # readers differ in which of the two they take
        raise _NotUnderstood("an object has the same key twice")
    return result


def _no_constant(name: str) -> NoReturn:
    raise _NotUnderstood(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_object)


def _json(body: bytes) -> Any:
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except _NotUnderstood:
        raise
    except RecursionError:
        raise _NotUnderstood("it is nested too deeply") from None
    except ValueError:  # not UTF-8, not JSON, or a number of thousands of digits
        raise _NotUnderstood("it is no JSON in UTF-8") from None


@lru_cache(maxsize=1)
def _allowed(policy: str) -> bytes:
    return _answer({"allowed": True, "auditAnnotations": {"decision": "allowed", "policy": policy}})


@lru_cache(maxsize=1024)
def _denied(reason: str, policy: str) -> bytes:
    audit = {"decision": "denied", "policy": policy}
    return _answer({"allowed": False, "reason": reason, "auditAnnotations": audit})


def _answer(status: dict[str, Any]) -> bytes:
    # the API server puts its own prefix before the keys of auditAnnotations
    return json.dumps({"apiVersion": API_VERSION, "kind": KIND, "status": status}).encode("ascii")
