"""By whom a pod was stopped, told from words of the API server."""

import json

import path_scene as scene
import pytest

from lab.checks.asks import Answer, CouldNotTell
from lab.request_path import refusal

GATEKEEPER, POLICY_NAME = "validation.gatekeeper.sh", "gatekeeper-k8strustedimages"
WEBHOOKS, POLICIES = "validating/ValidatingAdmissionWebhook", "validating/ValidatingAdmissionPolicy"
IMAGE_POLICY, CALLING = "validating/ImagePolicyWebhook", "Internal error occurred: failed calling webhook"
LOOKUP = 'Post "https://external-service:1234/check-image?timeout=30s": dial tcp: lookup external-service: no such host'


@pytest.mark.parametrize(
    ("said", "station", "part", "asked"),
    [
        ("image policy webhook backend denied one or more images: not trusted", IMAGE_POLICY, "service", True),
        ("one or more images rejected by webhook backend", IMAGE_POLICY, "service", True),
        (LOOKUP, IMAGE_POLICY, "service", False),
        ("0-length response with status code: 200", IMAGE_POLICY, "service", False),
        ('violates PodSecurity "restricted:latest": allowPrivilegeEscalation', "validating/PodSecurity", "", True),
        ("exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1", "validating/ResourceQuota", "", True),
        ("failed quota: few: must specify limits.cpu for: x", "validating/ResourceQuota", "", True),
        ("maximum cpu usage per Container is 1, but limit is 2", "validating/LimitRanger", "", True),
        ("error looking up service account x/default: not found", "mutating/ServiceAccount", "", True),
        ("unable to create new content in namespace x because", "mutating/NamespaceLifecycle", "", True),
        ("no PriorityClass with name high was found", "mutating/Priority", "", True),
        ("admission control is denying all modifications", "mutating/AlwaysDeny", "", True),
        ("I am of a plugin that nobody knows", refusal.OTHER, "", True),
    ],
)  # fmt: skip
def test_a_plugin_is_told_from_its_words(said: str, station: str, part: str, asked: bool) -> None:
    assert refusal.read(scene.forbidden(said)) == refusal.Decision(station, part, said, asked)


@pytest.mark.parametrize(
    ("answer", "station", "part", "asked", "said"),
    [
        (scene.GATEKEEPER.answer("refused"), WEBHOOKS, f"webhook/{GATEKEEPER}", True, "[pod-trusted-images] nginx"),
        (
            scene.refusal(f'{CALLING} "{GATEKEEPER}": failed to call: no endpoints', 500),
            WEBHOOKS, f"webhook/{GATEKEEPER}", False, "failed to call: no endpoints",
        ),
        (
            scene.refusal('admission webhook "other" does not support dry run', 400),
            WEBHOOKS, "webhook/other", False, 'admission webhook "other" does not',
        ),
        (
            scene.forbidden("ValidatingAdmissionPolicy 'digests' with binding 'all' denied request: no digest"),
            POLICIES, "policy/digests/all", True, "no digest",
        ),
        (
            scene.GATEKEEPER.answer("refused-by-gatekeepers-policy"),
            POLICIES, f"policy/{POLICY_NAME}/{POLICY_NAME}-pod-trusted-images", True, "",
        ),
        (scene.GATEKEEPER.answer("refused-by-quota"), "validating/ResourceQuota", "", True, "exceeded quota"),
        (scene.refusal("Unauthorized", 401), "authentication", "", True, "Unauthorized"),
        (
            scene.refusal('pods is forbidden: User "eve" cannot create resource "pods" in API group ""'),
            "authorization", "", True, 'User "eve" cannot create',
        ),
        (scene.refusal('namespaces "nowhere" not found', 404), "mutating/NamespaceLifecycle", "", True, "namespaces"),
        (
            scene.refusal('Pod "x" is invalid: spec.containers[0].image: Invalid value: " a"', 422),
            "fields", "", True, 'Pod "x" is invalid',
        ),
    ],
)  # fmt: skip
def test_others_are_told_too(answer: Answer, station: str, part: str, asked: bool, said: str) -> None:
    found = refusal.read(answer)
    assert (found.station, found.part, found.asked) == (station, part, asked)
    assert found.said.startswith(said)


def test_a_webhook_that_may_change_pods_stops_them_in_its_own_phase() -> None:
    answer = scene.refusal('admission webhook "changer" denied the request: no')
    assert refusal.read(answer, frozenset({"changer"})).station == "mutating/MutatingAdmissionWebhook"


@pytest.mark.parametrize("answer", [Answer("{}", 201), scene.refusal("pods already exists", 409)])
def test_what_went_through_was_stopped_by_nobody(answer: Answer) -> None:
    assert refusal.read(answer) == refusal.Decision()


@pytest.mark.parametrize("code", [429, 500, 503, 504])
def test_an_error_of_the_server_is_no_refusal(code: int) -> None:
    for text in (json.dumps({"message": "etcdserver: request timed out"}), "gateway", "[]"):
        with pytest.raises(CouldNotTell):
            refusal.read(Answer(text, code))
