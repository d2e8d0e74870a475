"""Every way in which a whitelist is wrong, by what becomes of the probes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from gatekeeper_scene import POLICY, TRUSTED, Scene, admit_all, object_answer, stale, whitelist

from lab.catalog.decode import Decoder, Document, Problem
from lab.checks.asks import CouldNotTell, NotYet
from lab.checks.base import Facts
from lab.checks.support.admission_table_rows import Params
from lab.checks.support.gatekeeper_audit import last_change
from lab.model import Verdict

REFUSED = (
    "nginx",
    "quay.io/acme/reports:1.4",
    "docker.io.example.com/library/nginx",
    "quay.io/docker.io/nginx",
)
TABLE: dict[str, Any] = {
    **POLICY,
    "namespaces": ("supply-chain", "default"),
    "pod": "storefront",
    "containers": "containers",
    "trusted": TRUSTED,
    "refused": REFUSED,
    "admitted": ("docker.io/nginx", "registry.k8s.io/pause:3.10"),
    "varied": ("refused", "admitted"),
}


def judge(scene, **changes):
    return scene.judge("admission-table", **(TABLE | changes))


def policy(trusts):
    """What becomes of a probe under a policy that trusts an image where `trusts(image)`."""
    return lambda namespace, where, images: "admitted" if all(map(trusts, images)) else "refused"


@pytest.mark.parametrize("where", ["containers", "initContainers", "ephemeralContainers"])
def test_the_right_policy_passes(where) -> None:
    found = judge(Scene(), containers=where)
    assert (found.verdict, found.reason) == (Verdict.PASS, "")
    assert found.command.startswith("kubectl ")


def test_gatekeepers_own_policy_is_the_constraint() -> None:
    def decide(namespace, where, images):
        refused = whitelist(namespace, where, images) == "refused"
        return "refused-by-gatekeepers-policy" if refused else "admitted"

    scene = Scene(decide, constraint="constraint-cel", template="template-cel", binding="binding")
    assert judge(scene).verdict is Verdict.PASS
    assert judge(Scene(decide, binding="absent")).reason == "other-policy"


@pytest.mark.parametrize(
    ("trusts", "reason", "told"),
    [
        (lambda image: True, "admits-everything", "nginx"),
        (lambda image: image.startswith(("docker.io", "registry.k8s.io")), "prefix-without-slash", "example.com"),
        (lambda image: "docker.io/" in image or "registry.k8s.io/" in image, "contains", "quay.io/docker.io"),
        (lambda image: "docker.io" in image or "registry.k8s.io" in image, "contains", "example.com"),
        (lambda image: image.startswith((*TRUSTED, "quay.io/")), "admits-untrusted", "quay.io/acme"),
        (lambda image: image == "nginx" or image.startswith(TRUSTED), "admits-untrusted", "nginx"),
        (lambda image: False, "refuses-everything", "docker.io/nginx"),
        (lambda image: image.startswith("docker.io/"), "refuses-trusted", "registry.k8s.io/pause"),
    ],
)
def test_what_a_policy_trusts(trusts, reason, told) -> None:
    found = judge(Scene(policy(trusts)))
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    assert told in found.observed
    assert "kubectl" in found.command
    assert "pod-trusted-images" in found.expected


def test_each_list_has_its_hole() -> None:
    for where, reason in (("initContainers", "init-containers"), ("ephemeralContainers", "ephemeral-containers")):
        found = judge(Scene(admit_all), containers=where)
        assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
        partly = judge(
            Scene(policy(lambda image: image.startswith(("docker.io", "registry.k8s.io")))), containers=where
        )
        assert partly.reason == "prefix-without-slash"


def test_only_one_container_is_looked_at() -> None:
    def any_trusted(namespace, where, images):
        return "admitted" if any(image.startswith(TRUSTED) for image in images) else "refused"

    assert judge(Scene(any_trusted)).reason == "other-containers"


def test_only_one_namespace_is_looked_at() -> None:
    def in_first(namespace, where, images):
        return whitelist(namespace, where, images) if namespace == "supply-chain" else "admitted"

    scene = Scene(in_first)
    assert judge(scene).reason == "scope"  # the policy's own doing
    body = scene.body("constraint")
    body["spec"]["match"]["namespaces"] = ["supply-chain"]
    found = judge(Scene(in_first, constraint=object_answer(body)))
    assert (found.reason, "match" in found.observed) == ("scope", True)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"template": "absent", "constraint": "absent-kind", "known": "known-none"}, "no-template"),
        ({"template": "absent-kind", "constraint": "absent-kind", "deployments": "none"}, "no-gatekeeper"),
        ({"constraint": "absent", "known": "known-none"}, "no-constraint"),
        ({"constraint": "absent", "known": "known-other-kind"}, "other-kind"),
        ({"constraint": "absent", "template": "template-parse-error"}, "template-error"),
        ({"constraint": "absent", "template": "template-kind"}, "template-kind"),
        ({"template": "template-parse-error"}, "template-error"),
        ({"constraint": "constraint-dryrun"}, "dryrun"),
        ({"constraint": "constraint-warn"}, "warn"),
        ({"constraint": "constraint-scoped"}, "not-deny"),
        ({"constraint": "constraint-kinds"}, "kinds"),
        ({"constraint": "constraint-api-group"}, "kinds"),
        ({"constraint": "constraint-labels"}, "scope"),
        ({"deployments": "deployments-scaled-down"}, "scaled-down"),
        ({"webhooks": "absent"}, "webhook-gone"),
        ({"webhooks": "webhooks-without-pods"}, "webhook-changed"),
    ],
)
@pytest.mark.parametrize("varied", [("refused", "admitted"), ("refused",), ()])
def test_why_everything_is_admitted(changes, reason, varied) -> None:
    found = judge(Scene(admit_all, **changes), varied=varied)
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    assert found.command.startswith("kubectl ")


@pytest.mark.parametrize(
    "changes",
    [
        {"constraint": "constraint-dryrun"},
        {"deployments": "deployments-scaled-down"},
        {"template": "template-parse-error"},
        {"webhooks": "absent"},
    ],
)
def test_what_behaves_passes_whatever_it_says(changes) -> None:
    assert judge(Scene(**changes)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("refused-by-own-policy", "other-policy"),
        ("refused-by-other-constraint", "other-constraint"),
        ("refused-by-quota", "other-admission"),
    ],
)
def test_somebody_else_refuses(answer, reason) -> None:
    found = judge(Scene(lambda *probe: answer if whitelist(*probe) == "refused" else "admitted"))
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    trusted_too = judge(Scene(lambda *probe: answer if whitelist(*probe) == "admitted" else "refused"))
    assert (trusted_too.verdict, trusted_too.reason) == (Verdict.FAIL, reason)


def test_two_kinds_have_a_constraint_of_that_name() -> None:
    assert judge(Scene(known="known-same-name")).reason == "same-name"


@pytest.mark.parametrize("decide", [admit_all, whitelist])
def test_an_admission_says_nothing_while_the_webhook_fails_open(decide) -> None:
    with pytest.raises(NotYet):
        judge(Scene(decide, metrics_after="metrics-moved"))


def test_refusals_count_also_while_the_webhook_fails_open() -> None:
    found = judge(Scene(metrics_after="metrics-moved"), admitted=(), varied=("refused",))
    assert found.verdict is Verdict.PASS


@pytest.mark.parametrize(
    "changes",
    [
        {"constraint": "constraint-new"},
        {"constraint": stale("constraint")},
        {"template": stale("template")},
        {"deployments": "deployments-starting"},
    ],
)
def test_what_is_not_taken_in_yet_is_not_wrong(changes) -> None:
    with pytest.raises(NotYet):
        judge(Scene(admit_all, **changes))


def test_the_pod_for_ephemeral_containers_must_be_there_and_be_trusted() -> None:
    for pod in ("absent", object_answer({"spec": {"containers": [{"image": "nginx"}]}})):
        with pytest.raises(CouldNotTell, match="make it again: kubectl"):
            judge(Scene(pod=pod), containers="ephemeralContainers")


@pytest.mark.parametrize(
    "change",
    [{"containers": "sidecars"}, {"namespaces": []}, {"refused": []}, {"admitted": []}, {"varied": ["images"]}],
)
def test_data_that_makes_no_table(change) -> None:
    problems: list[Problem] = []
    assert Decoder(Document(Path(), TABLE), problems).decode(Params, TABLE)
    assert Decoder(Document(Path(), TABLE), problems).decode(Params, TABLE | change) is None
    assert len(problems) == 1


@pytest.mark.parametrize(("age", "told"), [(3, False), (9, False), (60, True), (-3600, True), (86400, True)])
def test_what_is_wrong_right_after_a_change_is_looked_at_again(age, told) -> None:
    scene = Scene(admit_all)
    changed = max(last_change(scene.body(name)) for name in ("template", "constraint"))
    scene.facts = Facts("v1.36.4", (), now=changed + timedelta(seconds=age))
    if told:
        assert judge(scene).verdict is Verdict.FAIL
    else:
        with pytest.raises(NotYet, match="a moment ago"):
            judge(scene)
    right = Scene()
    right.facts = scene.facts
    assert judge(right).verdict is Verdict.PASS  # what is right already need not wait
