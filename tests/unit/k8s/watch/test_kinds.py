from typing import Any

import pytest

from lab.exercises import load
from lab.grading.watch_list import interest_of
from lab.k8s.watch.kinds import Kind, digest, kinds_of


def test_kinds_from_requests() -> None:
    requests = (
        "/api/v1/namespaces/default/pods?dryRun=All",
        "/api/v1/namespaces/shop/pods/web/ephemeralcontainers?dryRun=All",
        "/apis/apps/v1/deployments",
        "/apis/apps/v1/namespaces/default/deployments/shop",
        "/apis/templates.gatekeeper.sh/v1/constrainttemplates/k8s",
        "/api/v1/nodes/x",
        "/readyz",
        "/metrics?lab=after",
        "/version",
    )
    assert kinds_of(requests) == (
        Kind("/api/v1/nodes"),
        Kind("/api/v1/pods", frozenset({"default", "shop"})),
        Kind("/apis/apps/v1/deployments"),
        Kind("/apis/templates.gatekeeper.sh/v1/constrainttemplates"),
    )
    assert Kind("/apis/apps/v1/deployments").name == "deployments"


def test_a_kind_minds_its_namespaces() -> None:
    pods = Kind("/api/v1/pods", frozenset({"default"}))
    assert pods.minds({"metadata": {"namespace": "default"}})
    assert not pods.minds({"metadata": {"namespace": "kube-system"}})
    assert Kind("/api/v1/nodes").minds({"metadata": {"name": "n"}})


OBJECT: dict[str, Any] = {
    "metadata": {"uid": "u", "resourceVersion": "1", "managedFields": [{"time": "1"}], "labels": {"a": "b"}},
    "spec": {"match": {"kinds": [1, 2]}},
    "status": {"auditTimestamp": "12:00", "totalViolations": 2},
}


def changed(part: str, **content: object) -> dict:
    return {**OBJECT, part: {**OBJECT[part], **content}}


@pytest.mark.parametrize("noise", [{"resourceVersion": "2"}, {"managedFields": []}])
def test_noise_is_no_change(noise) -> None:
    assert digest(changed("metadata", **noise)) == digest(OBJECT)


@pytest.mark.parametrize(
    "other",
    [
        changed("metadata", labels={}),
        changed("metadata", deletionTimestamp="now"),
        changed("spec", match={"kinds": [2, 1]}),
        changed("status", totalViolations=3),
    ],
)
def test_what_counts_as_a_change(other) -> None:
    assert digest(other).loud != digest(OBJECT).loud


def test_an_audit_without_news_is_noise() -> None:
    other = digest(changed("status", auditTimestamp="12:01"))
    assert other != digest(OBJECT)
    assert other.loud == digest(OBJECT).loud


def test_the_interest_of_the_exercises() -> None:
    interest = interest_of(load().exercises)
    names = {kind.name for kind in kinds_of(interest.requests)}
    assert {"pods", "deployments", "constrainttemplates", "k8strustedimages"} <= names
    assert len(names) <= 10  # a connection each
    assert "/etc/kubernetes/admission/kubeconf" in interest.files
    assert "/check-image" not in interest.files  # of a URL
