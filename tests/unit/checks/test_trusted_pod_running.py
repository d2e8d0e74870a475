"""Real objects under the constraint: a pod that runs, a Deployment without pods, a static pod that nobody sees."""

import json

import pytest
from gatekeeper_scene import POLICY, TRUSTED, Scene, object_answer, stale, whitelist

from lab.checks.asks import Answer, CouldNotTell, NotYet, Unknown
from lab.model import Verdict

POD = {**POLICY, "namespace": "default", "pod": "nginx", "prefix": "docker.io/", "refused": "nginx"}
DEPLOYMENT = {**POLICY, "namespace": "default", "deployment": "shop", "trusted": TRUSTED, "refused": "nginx"}
STATIC = {**POLICY, "namespace": "default", "pod": "static-shop", "trusted": TRUSTED}
RECORDED = Scene()


def changed(name, change):
    """A recorded object with something changed."""
    body = RECORDED.body(name)
    change(body)
    return object_answer(body)


def pod(**changes):
    return changed("nginx-pod", lambda body: body["status"].update(changes))


def admit_all(namespace, where, images):
    return "admitted"


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


def judge_deployment(decide=whitelist, **changes):
    return Scene(decide, **changes).judge("refused-deployment", **DEPLOYMENT)


def sets(**status):
    """The Deployment's ReplicaSet, with a status."""
    return changed("replica-sets", lambda body: body["items"][0]["status"].update(status))


def test_a_deployment_whose_pods_are_refused() -> None:
    assert judge_deployment().verdict is Verdict.PASS
    silent = changed("replica-sets", lambda body: body["items"][0]["status"].pop("conditions"))
    assert judge_deployment(replica_sets=silent).verdict is Verdict.PASS  # who refuses is tried, not read
    by_policy = judge_deployment(
        lambda *probe: "refused-by-gatekeepers-policy",
        replica_sets="replica-sets-cel",
        constraint="constraint-cel",
        deployment="deployment-cel",
    )
    assert by_policy.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("decide", "changes", "reason"),
    [
        (whitelist, {"deployment": "absent"}, "no-deployment"),
        (lambda *probe: "refused", {"deployment": "absent"}, "deployment-refused"),
        (whitelist, {"deployment": "deployment-trusted"}, "trusted-image"),
        (whitelist, {"deployment": changed("deployment", lambda body: body["spec"].update(replicas=0))}, "no-replicas"),
        (whitelist, {"replica_sets": sets(replicas=1)}, "has-pods"),
        (admit_all, {"replica_sets": sets(replicas=1), "constraint": "constraint-dryrun"}, "dryrun"),
        (admit_all, {}, "refuses-nothing"),
        (whitelist, {"constraint": "absent", "known": "known-none"}, "no-constraint"),
        (lambda *probe: "refused-by-quota", {}, "other-admission"),
        (lambda *probe: "refused-by-other-constraint", {}, "other-constraint"),
    ],
)
def test_a_deployment_that_is_not_it(decide, changes, reason) -> None:
    found = judge_deployment(decide, **changes)
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    assert found.command.startswith("kubectl ")


def test_a_deployment_that_has_no_replica_set_yet() -> None:
    other = changed("replica-sets", lambda body: body["items"][0]["metadata"].update(ownerReferences=[]))
    for answer in (other, "none"):
        with pytest.raises(NotYet):
            judge_deployment(replica_sets=answer)


NODE = "static-shop-cks-lab-control-plane"


def judge_static(decide=whitelist, **changes):
    return Scene(decide, **({"pods": "none"} | changes)).judge("unseen-static-pod", **STATIC)


def running(image):
    body = RECORDED.body("running")
    body["containers"][0]["image"]["userSpecifiedImage"] = image
    return Answer(json.dumps(body))


def test_a_static_pod_that_nobody_sees() -> None:
    assert judge_static().verdict is Verdict.PASS
    assert (
        judge_static(lambda *probe: "refused-by-gatekeepers-policy", constraint="constraint-cel").verdict
        is Verdict.PASS
    )
    by_other = judge_static(lambda *probe: "refused-by-gatekeepers-policy")  # the binding is of another constraint
    assert by_other.reason == "other-policy"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"running": Answer('{"containers": []}')}, "not-running"),
        ({"running": Answer('{"containers": null}'), "sandboxes": Answer('{"items": null}')}, "not-running"),
        ({"sandboxes": Answer(json.dumps(RECORDED.body("sandboxes")).replace('"file"', '"api"'))}, "not-running"),
        ({"running": running("docker.io/nginx")}, "trusted-image"),
        ({"pods": object_answer({"items": [{"metadata": {"name": NODE}}]})}, "mirror-exists"),
        ({"constraint": "absent", "known": "known-none"}, "no-constraint"),
        ({"decide": admit_all, "constraint": "constraint-dryrun"}, "dryrun"),
        ({"decide": admit_all, "deployments": "deployments-scaled-down"}, "scaled-down"),
        ({"decide": lambda *probe: "refused-by-quota"}, "other-admission"),
        ({"decide": lambda *probe: "refused-by-other-constraint"}, "other-constraint"),
    ],
)
def test_a_static_pod_that_is_not_it(changes, reason) -> None:
    found = judge_static(**changes)
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    assert found.command


@pytest.mark.parametrize(
    "changes",
    [
        {"running": Answer("FATA[0000] validate service connection", 1)},
        {"sandboxes": Unknown("the node hung")},
        {"pods": Unknown("the API server does not answer")},
    ],
)
def test_what_cannot_be_told(changes) -> None:
    with pytest.raises(CouldNotTell):
        judge_static(**changes)
