"""What the admission table tries beyond the images of its data, and what is said of what gets in."""

import json
from dataclasses import replace
from typing import Any

import pytest
from asking import asked, asks_of
from gatekeeper_scene import POLICY, TRUSTED, Scene, object_answer, whitelist

from lab.checks.admission_table import AdmissionTable
from lab.checks.asks import ApiAsk, CouldNotTell, CreateAsk, NotYet, Observation
from lab.checks.support.admission_table_rows import Params, rows
from lab.model import Verdict

TABLE: dict[str, Any] = {
    **POLICY,
    "namespaces": ("supply-chain", "default"),
    "pod": "storefront",
    "containers": "containers",
    "trusted": TRUSTED,
    "refused": ("nginx", "quay.io/acme/reports:1.4"),
    "varied": ("refused",),
}


def judge(scene, **changes):
    return scene.judge("admission-table", **(TABLE | changes))


def table(scene=None, **changes):
    scene, params = scene or Scene(), Params(**(TABLE | changes))
    seen = asked(AdmissionTable(), params, scene.facts, scene._answer)
    return rows(params, scene.facts, seen)


def labels(pod):
    return pod["metadata"].get("labels", {})


def exempt(pod, dry_run):
    return "run" in labels(pod)


@pytest.mark.parametrize(
    ("lets_in", "reason", "told"),
    [
        (lambda pod, dry_run: not dry_run, "dry-run-only", "really to be made"),
        (lambda pod, dry_run: "run" in labels(pod), "exempt-pods", "kubectl run"),
        (lambda pod, dry_run: "ownerReferences" in pod["metadata"], "exempt-pods", "a ReplicaSet"),
        (lambda pod, dry_run: "job-name" in labels(pod), "exempt-pods", "a Job"),
    ],
)
def test_pods_that_are_let_in(lets_in, reason, told) -> None:
    found = judge(Scene(lets_in=lets_in))
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    assert told in found.observed
    assert found.command.startswith("kubectl ")


@pytest.mark.parametrize("where", ["containers", "initContainers", "ephemeralContainers"])
@pytest.mark.parametrize(("looked_at", "told"), [((0,), "last"), ((0, 3), "second"), ((1, 3), "first")])
def test_every_place_is_tried(where, looked_at, told) -> None:
    def some(pod, dry_run):
        images = [entry["image"] for entry in pod["spec"][where]] if pod["spec"].get(where) else []
        return len(images) > 1 and all(images[number].startswith(TRUSTED) for number in looked_at)

    found = judge(Scene(lets_in=some), containers=where)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "other-containers")
    assert told in found.observed
    assert where in found.observed


def test_an_init_container_that_stays_is_tried() -> None:
    def stays(pod, dry_run):
        return any(entry.get("restartPolicy") == "Always" for entry in pod["spec"].get("initContainers") or [])

    found = judge(Scene(lets_in=stays), containers="initContainers")
    assert (found.verdict, found.reason) == (Verdict.FAIL, "other-containers")
    assert "restartPolicy Always" in found.observed


def test_another_registry_that_the_policy_names_is_tried() -> None:
    scene = Scene(lambda where, name, images: "admitted" if all(map(trusted_too, images)) else "refused")
    body = scene.body("template")
    body["spec"]["targets"][0]["rego"] += 'trusted { startswith(image, "mcr.microsoft.com/") }'
    scene.changes = {"template": object_answer(body)}
    found = judge(scene)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "admits-untrusted")
    assert "mcr.microsoft.com/" in found.observed
    assert judge(scene, tolerated=("mcr.microsoft.com/",)).verdict is Verdict.PASS


def trusted_too(image):
    return image.startswith((*TRUSTED, "mcr.microsoft.com/"))


def test_a_match_by_name_is_told() -> None:
    scene = Scene(lets_in=lambda pod, dry_run: not pod["metadata"].get("name", "").startswith("nginx"))
    body = scene.body("constraint")
    body["spec"]["match"]["name"] = "nginx*"
    scene.changes = {"constraint": object_answer(body)}
    found = judge(scene)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "scope")
    assert "nginx*" in found.observed


@pytest.mark.parametrize(
    ("namespaces", "told"),
    [(("supply-chain", "default"), "team-maple42"), (("supply-chain", "default", "team-maple42"), "prod1")],
)
def test_namespaces_that_the_policy_does_not_name(namespaces, told) -> None:
    scene = Scene(lambda where, *rest: whitelist(where, *rest) if where in namespaces else "admitted")
    body = scene.body("namespaces")
    body["items"].append({"metadata": {"name": "prod1", "labels": {}}})
    scene.changes = {"namespaces": object_answer(body)}
    found = judge(scene)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "scope")
    assert told in found.observed


def test_names_that_no_namespace_has_yet() -> None:
    scene = Scene()
    body = scene.body("constraint")
    body["spec"]["match"]["excludedNamespaces"] = ["prod*", "kube-*"]
    found = judge(Scene(constraint=object_answer(body)))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "scope")
    assert "prod*" in found.observed
    assert "kube-" not in found.observed


def test_a_namespace_selector_is_judged_by_the_labels_that_there_are() -> None:
    scene = Scene(lambda where, *rest: "admitted" if where == "team-maple42" else whitelist(where, *rest))
    body, namespaces = scene.body("constraint"), scene.body("namespaces")
    body["spec"]["match"]["namespaceSelector"] = {"matchLabels": {"images": "on"}}
    for entry in namespaces["items"]:
        if entry["metadata"]["name"] in TABLE["namespaces"]:
            entry["metadata"]["labels"]["images"] = "on"
    scene.changes = {"constraint": object_answer(body), "namespaces": object_answer(namespaces)}
    found = judge(scene)
    assert found.reason == "scope"
    assert "team-maple42" in found.observed
    assert "default" not in found.observed


def test_gatekeepers_config_is_named() -> None:
    scene = Scene(lambda where, *rest: "admitted" if where == "default" else whitelist(where, *rest))
    scene.changes = {"config": "config-default-left-out"}
    found = judge(scene)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "config")
    assert "default" in found.observed


def test_a_rule_that_is_the_wrong_way_round() -> None:
    found = judge(Scene(lambda *probe: "refused" if whitelist(*probe) == "admitted" else "admitted"))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "inverted")


def test_registries_that_nobody_has_heard_of() -> None:
    bad = ("quay.io/", "localhost", "docker.io.", "registry.k8s.io.")

    def listed(image):
        return image.startswith(bad) or "/" not in image or "docker" in image or "k8s" in image

    def blacklist(namespace, where, images):
        return "refused" if any(listed(image) and not image.startswith(TRUSTED) for image in images) else "admitted"

    found = judge(Scene(blacklist))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "admits-unknown")


def test_an_image_that_was_changed_on_its_way() -> None:
    scene = Scene()
    given = scene._probe

    def mutated(ask):
        pod = json.loads(ask.body)
        for entry in pod["spec"].get("containers", []):
            entry["image"] = f"docker.io/{entry['image']}"
        return object_answer(pod, 201) if given(ask) == scene.answer("refused") else given(ask)

    scene._probe = mutated  # type: ignore[method-assign]
    found = judge(scene)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "mutated")
    assert "AssignImage default-domain" in found.observed
    assert "docker.io/nginx" in found.observed


def test_a_rule_whose_result_gatekeeper_cannot_use() -> None:
    said = 'admission webhook "validation.gatekeeper.sh" denied the request: rule yields no text'
    scene = Scene()
    scene._probe = lambda ask: object_answer({"message": said, "reason": "InternalError"}, 500)  # type: ignore[method-assign]
    found = judge(scene)
    assert (found.verdict, found.reason) == (Verdict.FAIL, "broken-rule")
    assert "rule yields no text" in found.observed


def test_what_is_tried_is_made_anew_and_bounded() -> None:
    first, again = Scene(), Scene()
    again.facts = replace(first.facts, nonce="another")
    made = {row.image for row in table(first)}
    assert made & {row.image for row in table(again)} == set(TABLE["refused"])
    assert len(table(first)) < 60
    assert sum(isinstance(row.ask, CreateAsk) for row in table(first)) == 1
    for containers in ("initContainers", "ephemeralContainers"):
        assert len(table(containers=containers)) < 20
        assert not any(isinstance(row.ask, CreateAsk) for row in table(containers=containers))


def test_state_is_seen_before_the_probes_and_metrics_on_both_sides() -> None:
    check, params, scene = AdmissionTable(), Params(**TABLE), Scene()
    first = asks_of(check, params, scene.facts, Observation())
    assert first
    assert all(isinstance(ask, ApiAsk) and (ask.method, ask.order) == ("GET", -1) for ask in first)
    seen = asked(check, params, scene.facts, scene._answer)
    late = [ask for ask in seen.answers if isinstance(ask, ApiAsk) and ask.order > 0]
    assert [ask.path for ask in late] == ["/metrics?lab=after"]


def test_the_creation_takes_the_name_of_a_pod_that_runs_and_could_not_run_itself() -> None:
    [row] = [row for row in table() if isinstance(row.ask, CreateAsk)]
    pod = json.loads(row.ask.body)
    assert pod["metadata"]["name"] in {entry["metadata"]["name"] for entry in Scene().body("pods")["items"]}
    assert pod["spec"]["schedulingGates"]
    ended = Scene().body("pods")
    for entry in ended["items"]:
        entry["status"]["phase"] = "Succeeded"
    for pods in ("none", object_answer(ended)):
        with pytest.raises(CouldNotTell, match="make one again: kubectl"):
            judge(Scene(pods=pods))


def test_probes_fit_the_restricted_profile() -> None:
    for row in table():
        spec = json.loads(row.ask.body)["spec"]
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in spec["containers"]:
            security = container["securityContext"]
            assert security["runAsNonRoot"]
            assert not security["allowPrivilegeEscalation"]
            assert security["capabilities"] == {"drop": ["ALL"]}


def test_a_pod_that_could_not_be_tried_is_no_ground_where_it_is_spare() -> None:
    scene = Scene()
    body = scene.body("constraint")
    body["spec"]["match"]["labelSelector"] = {"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}
    scene = Scene(constraint=object_answer(body))
    given = scene._probe
    strange = object_answer({"message": "labels: Invalid value", "reason": "Invalid"}, 422)
    scene._probe = lambda ask: strange if '"a": "true"' in ask.body else given(ask)  # type: ignore[method-assign]
    assert judge(scene).verdict is Verdict.PASS
    with pytest.raises(NotYet):
        judge(Scene(lets_in=exempt, metrics_after="metrics-moved"))
