"""Pods that look as somebody makes them, or as a policy speaks of."""

import json

import pytest

from lab.checks.support import pod_metadata


def template(rego):
    return {"spec": {"targets": [{"rego": rego}]}}


def constraint(**spec):
    return {"spec": spec}


def test_pods_as_they_are_usually_made() -> None:
    by_run, by_replica_set, by_job = (json.loads(look.metadata) for look in pod_metadata.usual("a"))
    assert by_run["labels"] == {"run": by_run["name"]}
    assert by_replica_set["ownerReferences"][0]["kind"] == "ReplicaSet"
    assert by_replica_set["labels"].keys() == {"app", "pod-template-hash"}
    assert by_replica_set["generateName"].startswith(by_replica_set["labels"]["app"])
    assert by_job["ownerReferences"][0]["kind"] == "Job"
    assert pod_metadata.usual("a") != pod_metadata.usual("b")


EXEMPT = """
violation[{"msg": msg}] {
  image := input.review.object.spec.containers[_].image
  not startswith(image, "docker.io/")
  not exempt
  msg := "not trusted image!"
}
"""


@pytest.mark.parametrize(
    ("rule", "labels"),
    [
        (
            'exempt { input.review.object.metadata.labels["acme.example/exempt"] == "true" }',
            {"acme.example/exempt": "true"},
        ),
        ('exempt { input.review.object.metadata.labels.tier == "break-glass" }', {"tier": "break-glass"}),
        ("exempt { input.review.object.metadata.labels.debug }", {"debug": "true"}),
        ('exempt { l := input.review.object.metadata.labels; l["a"] == "1"; l["b"] == "2" }', {"a": "1", "b": "2"}),
        ('exempt { object.get(input.review.object.metadata.labels, "x", "") == `on` }', {"x": "on"}),
        (
            'exempt {\n  l := input.review.object.metadata.labels\n  l.team == "platform"\n  l.tier == "infra"\n}',
            {"team": "platform", "tier": "infra"},
        ),
        ("exempt { 'app.kubernetes.io/part-of' in object.metadata.labels }", {"app.kubernetes.io/part-of": "true"}),
    ],
)
def test_labels_that_a_rule_speaks_of(rule, labels) -> None:
    made = pod_metadata.named_in(template(EXEMPT + rule), constraint())
    assert any(labels.items() <= look.labels.items() for look in made)
    assert len(made) <= 9


def test_annotations_and_names_that_a_rule_speaks_of() -> None:
    rule = 'exempt { startswith(input.review.object.metadata.name, "debug-") }'
    made = [json.loads(look.metadata) for look in pod_metadata.named_in(template(EXEMPT + rule), constraint())]
    assert any(entry.get("name") == "debug-x" for entry in made)
    rule = 'exempt { input.review.object.metadata.annotations["scan"] == "passed" }'
    made = [json.loads(look.metadata) for look in pod_metadata.named_in(template(EXEMPT + rule), constraint())]
    assert any(entry["annotations"].get("scan") == "passed" for entry in made)


def test_labels_that_are_parameters() -> None:
    rule = "exempt { input.review.object.metadata.labels[input.parameters.label] == input.parameters.value }"
    given = constraint(parameters={"label": "acme.example/team", "value": "platform"})
    made = pod_metadata.named_in(template(EXEMPT + rule), given)
    assert any(look.labels.get("acme.example/team") == "platform" for look in made)


@pytest.mark.parametrize(
    ("entry", "labels"),
    [
        ({"key": "run", "operator": "DoesNotExist"}, {"run": "true"}),
        ({"key": "env", "operator": "NotIn", "values": ["test", "dev"]}, {"env": "test"}),
    ],
)
def test_labels_that_a_selector_leaves_out(entry, labels) -> None:
    given = constraint(match={"labelSelector": {"matchExpressions": [entry]}})
    assert [look.labels for look in pod_metadata.named_in(template(EXEMPT), given)] == [labels]


def test_a_rule_about_images_alone_has_none() -> None:
    assert (
        pod_metadata.named_in(template(EXEMPT.replace("  not exempt\n", "")), constraint(parameters={"a": ["b"]})) == ()
    )
