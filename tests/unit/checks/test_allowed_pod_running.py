import copy
import json

import pytest
from image_policy_scene import RECORDED, UNTOUCHED, Scene, config, process

from lab.checks.asks import Answer, CouldNotTell, NotYet, Unknown
from lab.model import Verdict

ALLOWED = "nginx:stable"
UID = "6d9a1c52-61a4-4f53-9a70-a1c6f6b0c0de"
AWAY = Unknown("The API server does not answer: connection refused")
POD = {"namespace": "default", "pod": "test", "image": ALLOWED}


def running(**scene):
    return Scene(**scene).judge("allowed-pod-running", **POD)


def pod(**status):
    body = copy.deepcopy(RECORDED["pod"]["body"])
    body["status"].update(status)
    return Answer(json.dumps(body), 200)


def pod_with(*images):
    body = copy.deepcopy(RECORDED["pod"]["body"])
    body["spec"]["containers"] = [{"image": image} for image in images]
    return Answer(json.dumps(body), 200)


NOT_READY = [{"type": "Ready", "status": "False"}]


@pytest.mark.parametrize(
    "images",
    [["nginx:stable"], ["docker.io/library/nginx:stable"], ["docker.io/nginx:stable", "index.docker.io/nginx:stable"]],
)
def test_the_pod_runs(images) -> None:
    assert running().verdict is Verdict.PASS
    assert running(pod=pod_with(*images)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("scene", "reason"),
    [
        ({"process": process(UNTOUCHED, files={})}, "not-enabled"),
        ({"pod": Answer('{"kind": "Status"}', 404)}, "no-pod"),
        ({"pod": pod_with("nginx")}, "other-image"),
        ({"pod": pod_with("nginx:stable", "busybox")}, "other-image"),
        ({"pod": pod_with("registry.k8s.io/nginx:stable")}, "other-image"),
        ({"pod": pod_with("Not An Image")}, "other-image"),
        ({"pod": pod(conditions=NOT_READY, phase="Failed", containerStatuses=[])}, "not-running"),
        ({"pod": pod(conditions=NOT_READY, phase="Pending",
                     containerStatuses=[{"state": {"waiting": {"reason": "ErrImagePull"}}}])}, "not-running"),
    ],
)  # fmt: skip
def test_the_pod_does_not_run(scene, reason) -> None:
    seen = running(**scene)
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, reason)
    assert seen.command


@pytest.mark.parametrize("statuses", [[], [{"state": {"waiting": {"reason": "ContainerCreating"}}}], [{"state": {}}]])
def test_a_pod_that_is_starting_says_nothing_yet(statuses) -> None:
    with pytest.raises(NotYet):
        running(pod=pod(conditions=NOT_READY, phase="Pending", containerStatuses=statuses))


def test_an_api_server_that_is_away_is_no_fail() -> None:
    with pytest.raises(CouldNotTell):
        running(pod=AWAY)


def test_what_is_remembered_is_the_pod() -> None:
    assert running().remember == {"uid": UID}
    assert "was made while ImagePolicyWebhook was on" in running().observed


def older(created="2027-01-15T07:59:58Z"):
    body = copy.deepcopy(RECORDED["pod"]["body"])
    body["metadata"]["creationTimestamp"] = created
    return Answer(json.dumps(body), 200)


def test_a_pod_that_is_older_than_the_process_was_not_asked_about_by_it() -> None:
    seen = running(pod=older())
    assert (seen.verdict, seen.reason) == (Verdict.FAIL, "not-decided")
    assert "older than the API server's process" in seen.observed
    assert seen.remember == {}


def test_a_pod_of_the_same_second_counts() -> None:
    assert running(pod=older("2027-01-15T08:00:00Z")).verdict is Verdict.PASS


def test_a_pod_that_was_seen_to_be_decided_about_counts_after_a_restart() -> None:
    assert running(pod=older(), remembered={"uid": UID}).verdict is Verdict.PASS
    assert running(pod=older(), remembered={"uid": "another"}).reason == "not-decided"


def test_a_pod_that_may_have_come_in_because_nobody_answered() -> None:
    fails_open = process(config=config(defaultAllow=True))
    assert running(process=fails_open).reason == "default-allow"
    assert running(process=fails_open, remembered={"uid": UID}).verdict is Verdict.PASS
    assert running(process=process(config=config(defaultAllow="x"))).reason == "wrong-type"
