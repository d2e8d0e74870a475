"""The exercises one after another on one cluster, in different orders, and two clusters at once."""

from collections.abc import Callable

import pytest
from live_program import Lab

pytestmark = pytest.mark.long

ORDERS = (
    ("image-digest", "opa-whitelist", "image-policy-webhook"),
    ("image-policy-webhook", "opa-whitelist", "image-digest"),
)


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_one_after_another(lab: Lab, order: tuple[str, ...]) -> None:
    lab("reset", "--all")
    for exercise in order:
        lab("start", exercise)
        earned, possible = lab.verify(exercise, expect=1).score
        assert (exercise, earned) == (exercise, 0)
        lab("solve", exercise)
        assert lab.verify(exercise, expect=0).score == (possible, possible)
    everything = lab.verify(expect=0)  # what was set aside keeps what it earned
    assert everything.score[0] == everything.score[1]
    first = order[0]
    lab("start", first)  # taken up again: its effects are back, and it is judged as it is
    verified = lab.verify(first, expect=0)
    assert verified.score[0] == verified.score[1]
    [live] = verified.report["exercises"]
    assert not live.get("note")
    lab("reset", "--all")
    assert lab.verify(expect=1).score[0] == 0


def passing(lab: Lab, exercise: str) -> set[str]:
    [found] = lab.verify(exercise).report["exercises"]
    return {step["id"] for step in found["steps"] if step["verdict"] == "pass"}


def test_two_that_work_on_one_manifest_reset_their_own_part_of_it(lab: Lab) -> None:
    lab("reset", "--all")
    lab("start", "image-digest")
    lab("solve", "image-digest")
    lab("start", "image-policy-webhook")  # keeps the manifest, with its digest
    lab("solve", "image-policy-webhook/files")
    lab("solve", "image-policy-webhook/plugin")
    passed = passing(lab, "image-policy-webhook")
    assert passed >= {"files", "plugin"}
    assert "image-policy-webhook was set aside" in lab("reset", "image-digest").stderr
    assert lab.verify("image-digest", expect=1).score == (0, 10)
    assert passing(lab, "image-policy-webhook") >= passed
    lab("start", "image-policy-webhook")  # taken up again: its plugin is on, without the digest of before
    lab.verify("image-policy-webhook/plugin", expect=0)
    assert lab.verify("image-digest", expect=1).score == (0, 10)
    lab("reset", "image-policy-webhook")
    assert lab.verify("image-digest", expect=1).score == (0, 10)
    lab("solve", "image-digest")
    lab("reset", "image-policy-webhook")  # which was begun without the digest, and leaves it where it is now
    assert lab.verify("image-digest", expect=0).score == (10, 10)


def test_two_clusters_do_not_meet(lab: Lab, others: Callable[..., Lab]) -> None:
    """One has the service, the other, on a network of its own, does not find it."""
    other = others("alone")
    other("up")
    for each in (lab, other):
        each("reset", "--all")
        each("start", "image-policy-webhook")
        each("solve", "image-policy-webhook/files")
        each("solve", "image-policy-webhook/plugin")
    lab("webhook", "up")
    asked = "kubectl run test --image=quay.io/acme/reports:1.4 2>&1 || true"
    assert "image policy webhook backend denied" in lab.node(asked)
    assert "dial tcp: lookup external-service" in other.node(asked)
    assert other.verify("image-policy-webhook/closed", expect=0).score == (2, 2)
    assert lab.verify("image-policy-webhook/closed").verdict("refused") == "fail"
    lab("reset", "--all")
