"""Real objects under the constraint: a pod that runs, a Deployment without pods, a static pod that nobody sees."""

import pytest
from gatekeeper_scene import POLICY, Scene, admit_all, changed, pod, stale, whitelist

from lab.checks.asks import NotYet
from lab.model import Verdict

POD = {**POLICY, "namespace": "default", "pod": "nginx", "prefix": "docker.io/", "refused": "nginx"}


RECORDED = Scene()


def judge_pod(answer="nginx-pod", **changes):
    return Scene(pod=answer, **changes).judge("trusted-pod-running", **POD)


def test_a_pod_that_runs() -> None:
    assert judge_pod().verdict is Verdict.PASS


WAITING = {"containerStatuses": [{"state": {"waiting": {"reason": "ImagePullBackOff"}}}], "conditions": []}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("absent", "no-pod"),
        (changed("nginx-pod", lambda body: body["spec"]["containers"][0].update(image="nginx")), "other-image"),
        (changed("nginx-pod", lambda body: body["spec"].update(initContainers=[{"image": "nginx"}])), "other-image"),
        (
            changed("nginx-pod", lambda body: body["metadata"].update(creationTimestamp="2020-01-01T00:00:00Z")),
            "before-constraint",
        ),
        (pod(phase="Pending", **WAITING), "not-running"),
        (pod(phase="Failed", conditions=[], containerStatuses=[{"state": {"terminated": {}}}]), "not-running"),
        ("pod-not-pulled", "not-running"),
    ],
)
def test_a_pod_that_is_not_it(answer, reason) -> None:
    found = judge_pod(answer)
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    assert found.command.startswith("kubectl -n default ")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"constraint": "absent", "known": "known-none"}, "no-constraint"),
        ({"constraint": "constraint-dryrun"}, "dryrun"),
        ({"constraint": "constraint-kinds"}, "kinds"),
        ({"deployments": "deployments-scaled-down"}, "scaled-down"),
        ({"webhooks": "absent"}, "webhook-gone"),
    ],
)
def test_a_pod_counts_only_under_the_constraint(changes, reason) -> None:
    assert Scene(admit_all, pod="nginx-pod", **changes).judge("trusted-pod-running", **POD).reason == reason


@pytest.mark.parametrize(
    ("answer", "changes"),
    [
        (pod(phase="Pending", conditions=[], containerStatuses=[]), {}),
        ("nginx-pod", {"constraint": stale("constraint")}),
    ],
)
def test_a_pod_that_is_starting(answer, changes) -> None:
    with pytest.raises(NotYet):
        Scene(admit_all if changes else whitelist, pod=answer, **changes).judge("trusted-pod-running", **POD)
