from dataclasses import replace
from datetime import timedelta

import pytest
from gatekeeper_scene import POLICY, Scene, admit_all, object_answer, stale, whitelist

from lab.checks.asks import CouldNotTell, NotYet, Unknown
from lab.checks.support.gatekeeper_audit import last_change
from lab.model import Verdict

SUPPLY_CHAIN_LEFT_OUT = object_answer(
    {"spec": {"match": [{"excludedNamespaces": ["supply-*"], "processes": ["webhook"]}]}}
)


TRIED = {**POLICY, "namespace": "supply-chain", "images": ("nginx", "docker.io/nginx")}


TEMPLATE = {"template": POLICY["template"], "kind": POLICY["kind"]}


def reason(judgement) -> tuple[Verdict, str]:
    assert judgement.command.startswith("kubectl ")
    assert judgement.observed
    return judgement.verdict, judgement.reason


@pytest.mark.parametrize("constraint", ["constraint", "constraint-cel", "constraint-scoped-deny"])
def test_constraints_that_are_enforced(constraint) -> None:
    found = Scene(constraint=constraint).judge("constraint-enforced", **TRIED)
    assert reason(found) == (Verdict.PASS, "")
    assert "nginx" in found.observed


@pytest.mark.parametrize("changes", [{"constraint": "constraint-scoped"}, {"template": stale("template")}])
def test_what_refuses_is_enforced_whatever_it_says(changes) -> None:
    assert Scene(**changes).judge("constraint-enforced", **TRIED).verdict is Verdict.PASS
    inverted = Scene(lambda *probe: "refused" if whitelist(*probe) == "admitted" else "admitted", **changes)
    assert inverted.judge("constraint-enforced", **TRIED).verdict is Verdict.PASS


def test_a_rule_that_finds_nothing() -> None:
    found = Scene(admit_all).judge("constraint-enforced", **TRIED)
    assert reason(found) == (Verdict.FAIL, "refuses-nothing")
    with pytest.raises(NotYet, match="in time"):
        Scene(admit_all, metrics_after="metrics-moved").judge("constraint-enforced", **TRIED)


def left_to_a_policy(**source):
    """The constraint's deny left to a ValidatingAdmissionPolicy, and the template in CEL."""
    scene = Scene()
    constraint, template = scene.body("constraint"), scene.body("template")
    points = [{"name": "vap.k8s.io"}, {"name": "audit.gatekeeper.sh"}]
    constraint["spec"]["enforcementAction"] = "scoped"
    constraint["spec"]["scopedEnforcementActions"] = [{"action": "deny", "enforcementPoints": points}]
    template["spec"]["targets"][0] = {"code": [{"engine": "K8sNativeValidation", "source": source}]} if source else {}
    return {"constraint": object_answer(constraint), "template": object_answer(template)}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (left_to_a_policy(), "its template is in Rego"),
        (left_to_a_policy(generateVAP=False), "generateVAP: false"),
        (left_to_a_policy(generateVAP=True), "has made none of it"),
    ],
)
def test_deny_that_is_left_to_a_policy_that_is_not_there(changes, why) -> None:
    found = Scene(admit_all, binding="absent", **changes).judge("constraint-enforced", **TRIED)
    assert reason(found) == (Verdict.FAIL, "not-deny")
    assert why in found.observed


def test_a_policy_that_gatekeeper_makes_later_is_waited_for() -> None:
    scene = Scene(admit_all, binding="absent", **left_to_a_policy(generateVAP=True))
    changed = max(last_change(scene.body(name)) for name in ("template", "constraint"))
    scene.facts = replace(scene.facts, now=changed + timedelta(seconds=40))
    with pytest.raises(NotYet):
        scene.judge("constraint-enforced", **TRIED)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"template": "absent", "constraint": "absent-kind"}, "no-template"),
        ({"constraint": "absent", "known": "known-none"}, "no-constraint"),
        ({"constraint": "absent", "known": "known-other-kind"}, "other-kind"),
        ({"constraint": "absent-kind", "template": "template-parse-error"}, "template-error"),
        ({"template": "template-parse-error"}, "template-error"),
        ({"constraint": "constraint-dryrun"}, "dryrun"),
        ({"constraint": "constraint-warn"}, "warn"),
        ({"constraint": "constraint-scoped"}, "not-deny"),
        ({"constraint": "constraint-kinds"}, "kinds"),
        ({"config": SUPPLY_CHAIN_LEFT_OUT}, "config"),
        ({"deployments": "deployments-scaled-down"}, "scaled-down"),
        ({"deployments": "deployments-scaled-down", "metrics_after": "metrics-moved"}, "scaled-down"),
    ],
)
def test_constraints_that_are_not(changes, wanted) -> None:
    found = Scene(admit_all, **changes).judge("constraint-enforced", **TRIED)
    assert reason(found) == (Verdict.FAIL, wanted)


def test_an_error_of_the_constraint() -> None:
    body = Scene().body("constraint")
    body["status"]["byPod"][0]["errors"] = [{"code": "adding_constraint", "message": "invalid\n match"}]
    found = Scene(admit_all, constraint=object_answer(body)).judge("constraint-enforced", **TRIED)
    assert reason(found) == (Verdict.FAIL, "constraint-error")
    assert "invalid match" in found.observed


def test_an_action_that_gatekeeper_does_not_know() -> None:
    body = Scene().body("constraint")
    body["spec"]["enforcementAction"] = "refuse"
    found = Scene(admit_all, constraint=object_answer(body)).judge("constraint-enforced", **TRIED)
    assert reason(found) == (Verdict.FAIL, "not-deny")


@pytest.mark.parametrize(
    "changes",
    [
        {"constraint": "constraint-new"},
        {"constraint": stale("constraint")},
        {"template": stale("template")},
        {"deployments": "deployments-starting"},
        {"constraint": "absent-kind", "template": "template-new", "known": "known-none"},
    ],
)
def test_a_constraint_that_is_not_enforced_yet(changes) -> None:
    with pytest.raises(NotYet):
        Scene(admit_all, **changes).judge("constraint-enforced", **TRIED)


def test_the_report_of_a_constraint_that_was_made_anew_does_not_count() -> None:
    body = Scene().body("constraint")
    body["metadata"]["uid"] = "another"
    with pytest.raises(NotYet):
        Scene(admit_all, constraint=object_answer(body)).judge("constraint-enforced", **TRIED)


def test_an_api_server_that_does_not_answer_is_no_fail() -> None:
    for answer in (Unknown("connection refused"), object_answer({}, 503)):
        for kind, params in (("constraint-template", TEMPLATE), ("constraint-enforced", TRIED)):
            with pytest.raises(CouldNotTell):
                Scene(template=answer).judge(kind, **params)
