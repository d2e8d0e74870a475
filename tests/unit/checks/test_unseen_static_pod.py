import json

import pytest
from gatekeeper_scene import POLICY, TRUSTED, Scene, admit_all, object_answer, whitelist

from lab.checks.asks import Answer, CouldNotTell, Unknown
from lab.model import Verdict

STATIC = {**POLICY, "namespace": "default", "pod": "static-shop", "trusted": TRUSTED}


RECORDED = Scene()


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
