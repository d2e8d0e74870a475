import json
from typing import Any

import pytest

from lab.webhook.policy import Judge
from lab.webhook.policy_file import read
from lab.webhook.review import Decision, decide

from .bad_input import BAD, NO_NAMES
from .serving import POLICY, review, status_of


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(read(POLICY.encode()))


def decided(judge: Judge, request: dict[str, Any]) -> tuple[Decision, dict[str, Any]]:
    decision = decide(json.dumps(request).encode(), judge)
    return decision, status_of(decision.answer)


def test_allowed(judge: Judge) -> None:
    decision, status = decided(judge, review("nginx:1", "registry.k8s.io/pause:3.10"))
    assert status["allowed"] is True
    assert status["auditAnnotations"] == {"decision": "allowed", "policy": judge.policy.digest}
    assert decision.images == ("nginx:1", "registry.k8s.io/pause:3.10")
    assert decision.namespace == "default"


@pytest.mark.parametrize("position", [0, 1, 2])
def test_one_denied_container_denies_the_pod(judge: Judge, position: int) -> None:
    images = ["nginx:1", "registry.k8s.io/pause:3.10"]
    images.insert(position, "evil.io/x:1")
    _, status = decided(judge, review(*images))
    assert status["allowed"] is False
    assert status["reason"] == 'evil.io/x:1: "evil.io/x" is not trusted: ask the platform team'
    assert status["auditAnnotations"]["decision"] == "denied"


def test_each_denied_image_is_named_once(judge: Judge) -> None:
    _, status = decided(judge, review("evil.io/x:1", "nginx", "evil.io/x:1"))
    assert status["reason"] == (
        'evil.io/x:1: "evil.io/x" is not trusted: ask the platform team; '
        'nginx (docker.io/library/nginx:latest): the tag "latest" is forbidden: it moves'
    )


def test_a_reason_has_an_end(judge: Judge) -> None:
    _, status = decided(judge, review(*[f"evil.io/{'x' * 200}{number}:1" for number in range(1000)]))
    assert len(status["reason"]) < 5000
    assert status["reason"].endswith("and 990 more")


def test_what_the_plugin_may_leave_out(judge: Judge) -> None:
    """Every field of the request's spec but an image is `omitempty`."""
    request = {"kind": "ImageReview", "apiVersion": "imagepolicy.k8s.io/v1alpha1"}
    assert decided(judge, {**request, "spec": {"containers": [{"image": "nginx:1"}]}})[1]["allowed"]


def test_fields_of_later_versions_are_passed_over(judge: Judge) -> None:
    request = review("nginx:1", more={"x": [1.5, None, True]})
    assert decided(judge, {**request, "more": {}})[1]["allowed"]


def test_annotations_are_kept_for_the_log(judge: Judge) -> None:
    decision, _ = decided(judge, review("nginx:1", annotations={"lab.image-policy.k8s.io/nonce": "1-2"}))
    assert decision.annotations == {"lab.image-policy.k8s.io/nonce": "1-2"}


@pytest.mark.parametrize("name", BAD)
def test_not_understood(judge: Judge, name: str) -> None:
    body, reason = BAD[name]
    decision = decide(body, judge)
    assert not decision.understood
    status = status_of(decision.answer)
    assert status["reason"].startswith("the request was not understood: ")
    assert reason in status["reason"]


@pytest.mark.parametrize("image", NO_NAMES, ids=lambda image: ascii(image[:20]))
def test_no_image_reference(judge: Judge, image: str) -> None:
    decision, status = decided(judge, review("nginx:1", image))
    assert decision.understood
    assert status["allowed"] is False
    assert len(status["reason"]) < 300
    assert status["reason"].isprintable()
