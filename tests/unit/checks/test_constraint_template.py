"""What Gatekeeper says of the template and the constraint, and whether it is asked at all."""

import pytest
from gatekeeper_scene import POLICY, Scene, object_answer, stale

from lab.checks.asks import NotYet
from lab.model import Verdict

TEMPLATE = {"template": POLICY["template"], "kind": POLICY["kind"]}


def reason(judgement) -> tuple[Verdict, str]:
    assert judgement.command.startswith("kubectl ")
    assert judgement.observed
    return judgement.verdict, judgement.reason


@pytest.mark.parametrize("template", ["template", "template-v1", "template-code", "template-cel"])
def test_templates_that_are_taken_in(template) -> None:
    found = Scene(template=template).judge("constraint-template", **TEMPLATE)
    assert reason(found) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"template": "absent"}, "no-template"),
        ({"template": "absent-kind", "deployments": "none"}, "no-gatekeeper"),
        ({"template": "template-kind"}, "template-kind"),
        ({"template": "template-parse-error"}, "template-error"),
        ({"template": "template-unsafe-variable"}, "template-error"),
        ({"template": "template-no-violation"}, "template-error"),
        ({"deployments": "deployments-scaled-down"}, "scaled-down"),
    ],
)
def test_templates_that_are_not(changes, wanted) -> None:
    found = Scene(**changes).judge("constraint-template", **TEMPLATE)
    assert reason(found) == (Verdict.FAIL, wanted)


def test_an_error_is_shown_with_its_line() -> None:
    said = Scene(template="template-unsafe-variable").judge("constraint-template", **TEMPLATE).observed
    assert "var image is unsafe" in said
    assert 'line 5 of the Rego: not startswith(image, "docker.io/")' in said
    quoted = Scene(template="template-parse-error").judge("constraint-template", **TEMPLATE).observed
    assert quoted.count('not startswith(image "docker.io/")') == 1
    assert "rego_parse_error" in quoted


def test_a_rule_that_yields_a_text_is_explained() -> None:
    body = Scene().body("template-parse-error")
    said = (  # recorded for violation[msg], where msg is a text
        "Could not ingest Rego: unable to compile modules: 2 errors occurred: hooks.hooks_builtin:20: rego_type_error: "
        "object.get: invalid argument(s) have: (string, string, object[any: any], ???) want: (object: object[any: any]"
        ", key: any, default: any, value: any) hooks.hooks_builtin:21: rego_type_error: undefined ref: r.msg"
    )
    for entry in body["status"]["byPod"]:
        entry["errors"] = [{"code": "ingest_error", "message": said}]
    found = Scene(template=object_answer(body)).judge("constraint-template", **TEMPLATE)
    assert reason(found) == (Verdict.FAIL, "template-error")
    assert 'write violation[{"msg": msg}]' in found.observed
    assert "hooks" not in found.observed


def test_errors_of_a_template_before_it_was_corrected_are_not_shown() -> None:
    with pytest.raises(NotYet):
        Scene(template=stale("template-parse-error")).judge("constraint-template", **TEMPLATE)


@pytest.mark.parametrize(
    "changes",
    [
        {"template": "template-new"},
        {"template": stale("template")},
        {"crd": "absent"},
        {"deployments": "deployments-starting"},
    ],
)
def test_a_template_that_is_not_taken_in_yet(changes) -> None:
    with pytest.raises(NotYet):
        Scene(**changes).judge("constraint-template", **TEMPLATE)
