"""Which pods a constraint's match and a webhook's configuration speak of."""

import pytest
from gatekeeper_scene import Scene

from lab.checks.support import matching

BOTH = {name: {matching.NAME_LABEL: name} for name in ("supply-chain", "default")}


@pytest.mark.parametrize(
    ("selector", "taken"),
    [
        (None, True),
        ({}, True),
        ({"matchLabels": {"app": "shop"}}, True),
        ({"matchLabels": {"app": "other"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["shop"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["other"]}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["shop"]}]}, False),
        ({"matchExpressions": [{"key": "none", "operator": "NotIn", "values": ["shop"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "none", "operator": "Exists"}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "none", "operator": "DoesNotExist"}]}, True),
    ],
)
def test_selectors(selector, taken) -> None:
    assert matching.selects(selector, {"app": "shop"}) is taken


@pytest.mark.parametrize(
    ("kinds", "why"),
    [
        (None, ""),
        ([], ""),
        ([{"apiGroups": [""], "kinds": ["Pod"]}], ""),
        ([{"apiGroups": ["*"], "kinds": ["*"]}], ""),
        ([{"kinds": ["Pod"]}], ""),
        ([{"apiGroups": ["apps"], "kinds": ["Deployment"]}, {"apiGroups": [""], "kinds": ["Pod"]}], ""),
        ([{"apiGroups": ["apps"], "kinds": ["Deployment"]}], "Deployment, and not Pod"),
        ([{"apiGroups": ["v1"], "kinds": ["Pod"]}], 'API group "v1"'),
        ([{"apiGroups": [""], "kinds": ["pod"]}], "the kinds pod, and not Pod"),
    ],
)
def test_kinds(kinds, why) -> None:
    said = matching.kinds_without_pods({"kinds": kinds})
    assert (why in said) if why else said == ""


@pytest.mark.parametrize(
    ("match", "why"),
    [
        ({}, ""),
        ({"namespaces": ["supply-*", "default"]}, ""),
        ({"namespaces": ["supply-chain"]}, "pods in default get in"),
        ({"excludedNamespaces": ["kube-*"]}, ""),
        ({"excludedNamespaces": ["def*"]}, "leaves out the namespace default"),
        ({"namespaceSelector": {"matchLabels": {"team": "a"}}}, "namespaceSelector"),
        ({"labelSelector": {"matchLabels": {"team": "a"}}}, "labelSelector"),
        ({"labelSelector": {"matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]}}, ""),
        ({"name": "nginx"}, "the name nginx"),
        ({"scope": "Namespaced"}, ""),
        ({"scope": "Cluster"}, "scope Cluster"),
        ({"source": "All"}, ""),
        ({"source": "Generated"}, "source Generated"),
    ],
)
def test_scope(match, why) -> None:
    said = matching.out_of_scope(match, BOTH)
    assert (why in said) if why else said == ""


def test_namespaces_are_taken_with_their_labels() -> None:
    match = {"namespaceSelector": {"matchLabels": {"images": "on"}}}
    labelled = {name: {**labels, "images": "on"} for name, labels in BOTH.items()}
    assert matching.out_of_scope(match, labelled) == ""
    said = matching.out_of_scope(match, {**labelled, "team-maple42": {}})
    assert "team-maple42" in said
    assert "default" not in said


def test_names_that_no_namespace_has_yet() -> None:
    excluded = {"excludedNamespaces": ["prod*", "kube-*", "gatekeeper-system", "*-system", "*"]}
    assert matching.left_out_by_name(excluded) == ["prod*", "*"]
    by_label = {"key": matching.NAME_LABEL, "operator": "NotIn", "values": ["kube-system", "billing"]}
    assert matching.left_out_by_name({"namespaceSelector": {"matchExpressions": [by_label]}}) == ["billing"]
    assert matching.left_out_by_name({}) == []


def test_gatekeepers_config() -> None:
    config = Scene().body("config-default-left-out")
    assert matching.excluded_by(config, "webhook", ["supply-chain", "default"]) == ["default"]
    config["spec"]["match"][0]["processes"] = ["audit"]
    assert matching.excluded_by(config, "webhook", ["default"]) == []
    assert matching.excluded_by_name(config, "audit") == ["default"]
    assert matching.excluded_by({}, "webhook", ["default"]) == []


def released():
    return Scene().body("webhooks")["webhooks"][0]


def test_the_webhook_as_released_is_sent_pods() -> None:
    assert matching.unsent(released(), BOTH) == ""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"rules": []}, "no pods that are created"),
        (
            {"rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["*"]}]},
            "created",
        ),
        ({"rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["*"]}]}, "ephemeral"),
        ({"rules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*/*"]}]}, ""),
        ({"objectSelector": {"matchLabels": {"gated": "yes"}}}, "objectSelector"),
        ({"namespaceSelector": {"matchLabels": {"gated": "yes"}}}, "the namespace supply-chain"),
        ({"matchConditions": [{"name": "never", "expression": "false"}]}, "matchConditions"),
    ],
)
def test_a_webhook_that_was_changed(change, why) -> None:
    said = matching.unsent(released() | change, BOTH)
    assert (why in said) if why else said == ""
