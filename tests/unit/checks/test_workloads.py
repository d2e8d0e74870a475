"""Real objects under the constraint: a pod that runs, a Deployment without pods, a static pod that nobody sees."""

import json

import pytest
from gatekeeper_scene import POLICY, TRUSTED, Scene, object_answer, stale

from lab.checks.base import Answer, CouldNotTell, NotYet, Unknown
from lab.model import Verdict

POD = {**POLICY, "namespace": "default", "pod": "nginx", "prefix": "docker.io/"}
DEPLOYMENT = {**POLICY, "namespace": "default", "deployment": "shop", "trusted": TRUSTED}
STATIC = {**POLICY, "namespace": "default", "pod": "static-shop", "trusted": TRUSTED}
RECORDED = Scene()


def changed(name, change):
    """A recorded object with something changed."""
    body = RECORDED.body(name)
    change(body)
    return object_answer(body)


def pod(**changes):
    return changed("nginx-pod", lambda body: body["status"].update(changes))


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
    assert judge_pod(**changes).reason == reason


@pytest.mark.parametrize(
    ("answer", "changes"),
    [
        (pod(phase="Pending", conditions=[], containerStatuses=[]), {}),
        ("nginx-pod", {"constraint": stale("constraint")}),
    ],
)
def test_a_pod_that_is_starting(answer, changes) -> None:
    with pytest.raises(NotYet):
        judge_pod(answer, **changes)


def judge_deployment(**changes):
    return Scene(**changes).judge("refused-deployment", **DEPLOYMENT)


def sets(message, replicas=0):
    """The Deployment's ReplicaSet, which says that it cannot make pods."""

    def change(body):
        body["items"][0]["status"]["conditions"][0]["message"] = message
        body["items"][0]["status"]["replicas"] = replicas

    return changed("replica-sets", change)


def test_a_deployment_whose_pods_are_refused() -> None:
    assert judge_deployment().verdict is Verdict.PASS
    by_policy = judge_deployment(
        replica_sets="replica-sets-cel", constraint="constraint-cel", deployment="deployment-cel"
    )
    assert by_policy.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"deployment": "absent"}, "no-deployment"),
        ({"deployment": "deployment-trusted"}, "trusted-image"),
        ({"deployment": changed("deployment", lambda body: body["spec"].update(replicas=0))}, "no-replicas"),
        ({"replica_sets": sets("", replicas=1)}, "has-pods"),
        ({"replica_sets": sets("", replicas=1), "constraint": "constraint-dryrun"}, "dryrun"),
        ({"constraint": "absent", "known": "known-none"}, "no-constraint"),
        (
            {"replica_sets": sets('pods "shop-x" is forbidden: violates PodSecurity "restricted:latest"')},
            "other-admission",
        ),
        ({"replica_sets": "replica-sets-pod-security", "deployment": "deployment-pod-security"}, "other-admission"),
    ],
)
def test_a_deployment_that_is_not_it(changes, reason) -> None:
    found = judge_deployment(**changes)
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    assert found.command.startswith("kubectl ")


def test_a_replica_set_that_has_not_tried_yet() -> None:
    other = changed("replica-sets", lambda body: body["items"][0]["metadata"].update(ownerReferences=[]))
    silent = changed("replica-sets", lambda body: body["items"][0]["status"].pop("conditions"))
    for answer in (other, silent, "none"):
        with pytest.raises(NotYet):
            judge_deployment(replica_sets=answer)


def test_a_failure_that_is_no_refusal() -> None:
    with pytest.raises(CouldNotTell, match="who refused: unable"):
        judge_deployment(replica_sets=sets("unable to validate against any thing"))


NODE = "static-shop-cks-lab-control-plane"


def judge_static(**changes):
    return Scene(**({"pods": "none"} | changes)).judge("unseen-static-pod", **STATIC)


def log(message):
    return Answer(
        f'E1123 kubelet.go:3501] "Failed creating a mirror pod" err={json.dumps(message)} pod="default/{NODE}"\n'
    )


def running(image):
    body = RECORDED.body("running")
    body["containers"][0]["image"]["userSpecifiedImage"] = image
    return Answer(json.dumps(body))


def test_a_static_pod_that_nobody_sees() -> None:
    assert judge_static().verdict is Verdict.PASS
    assert judge_static(log="log-cel", constraint="constraint-cel").verdict is Verdict.PASS
    assert judge_static(log="log-cel").reason == "other-policy"  # the binding is of another constraint


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"running": Answer('{"containers": []}')}, "not-running"),
        ({"running": Answer('{"containers": null}'), "sandboxes": Answer('{"items": null}')}, "not-running"),
        ({"sandboxes": Answer(json.dumps(RECORDED.body("sandboxes")).replace('"file"', '"api"'))}, "not-running"),
        ({"running": running("docker.io/nginx")}, "trusted-image"),
        ({"pods": object_answer({"items": [{"metadata": {"name": NODE}}]})}, "mirror-exists"),
        ({"constraint": "absent", "known": "known-none"}, "no-constraint"),
        ({"constraint": "constraint-dryrun"}, "dryrun"),
        ({"deployments": "deployments-scaled-down"}, "scaled-down"),
        ({"log": log(f'pods "{NODE}" is forbidden: violates PodSecurity "restricted:latest"')}, "other-admission"),
        (
            {"log": log('admission webhook "validation.gatekeeper.sh" denied the request: [other] no')},
            "other-constraint",
        ),
    ],
)
def test_a_static_pod_that_is_not_it(changes, reason) -> None:
    found = judge_static(**changes)
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    assert found.command


def test_a_kubelet_that_has_not_said_who_refused() -> None:
    with pytest.raises(NotYet):
        judge_static(log=Answer(""))


@pytest.mark.parametrize(
    "changes",
    [
        {"log": log('Post "https://cks-lab-control-plane:6443/api/v1/namespaces/default/pods": connection refused')},
        {"running": Answer("FATA[0000] validate service connection", 1)},
        {"sandboxes": Unknown("the node hung")},
        {"pods": Unknown("the API server does not answer")},
    ],
)
def test_what_cannot_be_told(changes) -> None:
    with pytest.raises(CouldNotTell):
        judge_static(**changes)
