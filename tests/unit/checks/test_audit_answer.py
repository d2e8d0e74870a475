"""The audit: whether it is of what there is now, and what a learner wrote down of it. And dryrun, which it counts."""

import json
from datetime import timedelta

import pytest
from gatekeeper_scene import POLICY, TRUSTED, Scene, admit_all, object_answer, stale

from lab.checks.asks import CouldNotTell, NotYet
from lab.checks.support.gatekeeper_audit import last_change, time_of
from lab.checks.support.node_file import NodeFile
from lab.model import Verdict

FILE = "/root/opa-whitelist/violating-pods"
PLANTED = {"storefront": "docker.io/nginx", "app": "nginx", "test-*": "quay.io/acme/reports:1.4"}
ANSWER = {**POLICY, "namespace": "supply-chain", "file": FILE, "trusted": TRUSTED, "planted": PLANTED}
RECORDED = Scene()
PODS = [
    entry["name"]
    for entry in RECORDED.body("constraint")["status"]["violations"]
    if entry["namespace"] == "supply-chain"
]
NAMES = {name for name in PODS if name != "pod"}  # a word of every sentence
DRYRUN = {**POLICY, "namespace": "supply-chain", "image": "nginx"}


def judge(text=None, **changes):
    file = NodeFile("file", ("\n".join(PODS) if text is None else text).encode())
    return Scene(**({"file": file} | changes)).judge("audit-answer", **ANSWER)


def audit(change, name="constraint"):
    """The recorded constraint, with an audit long after the last change, and something else in it."""
    body = RECORDED.body(name)
    began(30)(body["status"])
    change(body["status"])
    return object_answer(body)


def without(pod):
    def change(status):
        status["violations"] = [entry for entry in status["violations"] if entry["name"] != pod]
        status["totalViolations"] = len(status["violations"])

    return audit(change)


def also(pod, kind="Pod"):
    def change(status):
        status["violations"].append(
            {"kind": kind, "name": pod, "namespace": "supply-chain", "enforcementAction": "deny"}
        )
        status["totalViolations"] += 1

    return audit(change)


def began(seconds):
    """The recorded audit, begun so long after the last change."""
    body = RECORDED.body("constraint")
    every = [body, RECORDED.body("template"), *RECORDED.body("pods")["items"]]
    changed = max(map(last_change, every))
    return lambda status: status.update(auditTimestamp=(changed + timedelta(seconds=seconds)).isoformat())


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(PODS),
        " ".join(reversed(PODS)) + " " + PODS[0],
        ", ".join(PODS),
        "# from kubectl describe\r\n" + "\r\n".join(PODS),
        "\n".join(f"supply-chain/{name}" for name in PODS),
        "\n".join(f"pod/{name}" for name in PODS),
    ],
)
def test_ways_of_writing_it_down(text) -> None:
    found = judge(text)
    assert (found.verdict, found.reason) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty-answer"),
        ("# nobody\n\n", "empty-answer"),
        ("\n".join(PODS[1:]), "missing-pods"),
        ("\n".join([*PODS, "storefront"]), "extra-pods"),
        ("\n".join([*PODS, "gatekeeper-system/gatekeeper-audit"]), "extra-pods"),
        ("\n".join(["test", *PODS]), "extra-pods"),
        ("\n".join(f"default/{name}" for name in PODS), "extra-pods"),
    ],
)
def test_wrong_answers(text, reason) -> None:
    found = judge(text)
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    assert FILE in found.command
    assert found.expected.startswith(FILE)


def test_a_missing_name_is_not_given_away() -> None:
    assert PODS[0] not in judge("\n".join(PODS[1:])).observed


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"file": NodeFile("missing")}, "no-answer"),
        ({"template": "absent", "constraint": "absent-kind"}, "no-template"),
        ({"constraint": "absent", "known": "known-none"}, "no-constraint"),
        ({"deployments": "deployments-scaled-down"}, "scaled-down"),
        ({"template": "template-parse-error"}, "template-error"),
        ({"constraint": without("metrics")}, "audit-too-few"),
        ({"constraint": also("storefront")}, "audit-too-many"),
    ],
)
def test_what_else_is_wrong(changes, reason) -> None:
    found = judge(**changes)
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    assert found.command


def test_of_wrongly_audited_pods_only_the_names_of_trusted_ones_are_told() -> None:
    assert "storefront" in judge(constraint=also("storefront")).observed
    few = judge(constraint=without("metrics")).observed
    assert f"1 of the {len(PODS)} pods" in few
    assert not NAMES & set(few.split())


def test_a_constraint_that_looks_at_no_pod_is_told_and_no_name() -> None:
    def empty(status):
        status.update(violations=[], totalViolations=0)

    none, of_deployments = audit(empty), json.loads(audit(empty).text)
    of_deployments["spec"]["match"]["kinds"] = [{"apiGroups": ["apps"], "kinds": ["Deployment"]}]
    made, spec = (
        {"creationTimestamp": "2026-11-01T00:00:00Z"},
        {"excludedNamespaces": ["supply-*"], "processes": ["audit"]},
    )
    config = object_answer({"metadata": made, "spec": {"match": [spec]}})
    for changes, reason in (
        ({"constraint": none}, "audit-too-few"),
        ({"constraint": object_answer(of_deployments)}, "kinds"),
        ({"constraint": none, "config": config}, "config"),
    ):
        found = judge(**changes)
        assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
        assert not NAMES & set(found.observed.split())


def other_pods(change):
    body = RECORDED.body("pods")
    body["items"] = [pod for pod in body["items"] if change(pod) is not None]
    return object_answer(body)


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        (lambda pod: None if pod["metadata"]["name"] == "app" else pod, "app"),
        (lambda pod: None if pod["metadata"]["name"].startswith("test-") else pod, "test"),
        (lambda pod: pod["spec"].update(containers=[{"image": "docker.io/nginx"}]) or pod, "app"),
    ],
)
def test_what_the_exercise_planted_must_be_there(change, gone) -> None:
    found = judge("heartbeat", pods=other_pods(change))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "planted-gone")
    assert gone in found.observed.split(":")[1]


def test_only_pods_count() -> None:
    assert judge(constraint=also("test", kind="Deployment")).verdict is Verdict.PASS


def test_untrusted_init_containers_may_be_found_or_not() -> None:
    body = RECORDED.body("pods")
    pod = next(entry for entry in body["items"] if entry["metadata"]["name"] == "storefront")
    pod["spec"]["initContainers"] = [{"name": "init", "image": "nginx"}]
    assert judge(pods=object_answer(body)).verdict is Verdict.PASS
    found = judge("\n".join([*PODS, "storefront"]), pods=object_answer(body), constraint=also("storefront"))
    assert found.verdict is Verdict.PASS


def later(name, thing):
    """A recorded object that was written to after the audit."""
    body = RECORDED.body(thing)
    entry = body if name is None else next(pod for pod in body["items"] if pod["metadata"]["name"] == name)
    entry["metadata"].setdefault("managedFields", []).append({"time": "2099-01-01T00:00:00Z", "operation": "Update"})
    return object_answer(body)


@pytest.mark.parametrize(
    "changes",
    [
        {"constraint": "constraint-new"},
        {"constraint": stale("constraint")},
        {"constraint": later(None, "constraint")},
        {"template": later(None, "template")},
        {"pods": later("app", "pods")},
        {"constraint": audit(lambda status: status.pop("auditTimestamp"))},
        {"constraint": audit(began(0))},
        {"constraint": also("gone-by-now")},
        {"deployments": "deployments-starting"},
    ],
)
def test_an_audit_of_what_was_before_is_waited_for(changes) -> None:
    with pytest.raises(NotYet):
        judge(**changes)


def test_writing_the_status_is_no_change() -> None:
    body = RECORDED.body("constraint")
    before = last_change(body)
    body["metadata"]["managedFields"].append({"subresource": "status", "time": "2099-01-01T00:00:00Z"})
    assert last_change(body) == before
    assert time_of(body["status"]["auditTimestamp"]) > before


def test_a_surprising_audit_right_after_a_change_is_waited_for() -> None:
    def change(status):
        began(2)(status)
        status["violations"] = status["violations"][:1]
        status["totalViolations"] = 1

    with pytest.raises(NotYet):
        judge(constraint=audit(change))
    assert judge(constraint=audit(began(2))).verdict is Verdict.PASS


def test_a_list_that_was_cut_off_tells_nothing() -> None:
    with pytest.raises(CouldNotTell, match="kubectl get pods -A"):
        judge(constraint=audit(lambda status: status.update(totalViolations=21)))


def scoped(*actions):
    """The constraint in dryrun, by actions of every enforcement point."""
    body = RECORDED.body("constraint-dryrun")
    entries = [{"action": action, "enforcementPoints": [{"name": "*"}]} for action in actions]
    body["spec"].update(enforcementAction="scoped", scopedEnforcementActions=entries)
    return object_answer(body)


@pytest.mark.parametrize("constraint", ["constraint-dryrun", scoped("dryrun")])
def test_dryrun_admits_and_counts(constraint) -> None:
    found = Scene(admit_all, constraint=constraint).judge("constraint-dryrun", **DRYRUN)
    assert (found.verdict, found.reason) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("probe", "changes", "reason"),
    [
        ("refused", {}, "not-dryrun"),
        ("admitted", {"constraint": "constraint-warn"}, "not-dryrun"),
        ("admitted", {"constraint": "absent", "known": "known-none"}, "no-constraint"),
        ("admitted", {"constraint": "constraint-dryrun", "deployments": "deployments-scaled-down"}, "scaled-down"),
        ("admitted", {"constraint": "constraint-dryrun", "webhooks": "absent"}, "webhook-gone"),
        ("admitted", {"constraint": "constraint-dryrun", "template": "template-parse-error"}, "template-error"),
        ("refused-by-own-policy", {"constraint": "constraint-dryrun"}, "other-policy"),
        ("admitted", {"constraint": "constraint-dryrun-of-nothing"}, "no-violations"),
        ("admitted", {"constraint": scoped("dryrun", "deny")}, "not-dryrun"),
        ("admitted", {"constraint": scoped("warn")}, "not-dryrun"),
    ],
)
def test_dryrun_done_wrong(probe, changes, reason) -> None:
    found = Scene(lambda *_: probe, **changes).judge("constraint-dryrun", **DRYRUN)
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)


@pytest.mark.parametrize(
    ("probe", "changes"),
    [
        ("refused", {"constraint": "constraint-dryrun"}),
        ("admitted", {"constraint": "constraint-dryrun", "metrics_after": "metrics-moved"}),
        ("admitted", {"constraint": stale("constraint-dryrun")}),
        ("admitted", {"constraint": audit(lambda status: status.pop("auditTimestamp"), "constraint-dryrun")}),
    ],
)
def test_dryrun_that_is_not_in_force_yet(probe, changes) -> None:
    with pytest.raises(NotYet):
        Scene(lambda *_: probe, **changes).judge("constraint-dryrun", **DRYRUN)
