import pytest
from gatekeeper_scene import POLICY, TRUSTED, Scene, admit_all, changed, whitelist

from lab.checks.asks import NotYet
from lab.model import Verdict

DEPLOYMENT = {**POLICY, "namespace": "default", "deployment": "shop", "trusted": TRUSTED, "refused": "nginx"}


RECORDED = Scene()


def judge_deployment(decide=whitelist, **changes):
    return Scene(decide, **changes).judge("refused-deployment", **DEPLOYMENT)


def sets(**status):
    """The Deployment's ReplicaSet, with a status."""
    return changed("replica-sets", lambda body: body["items"][0]["status"].update(status))


def test_a_deployment_whose_pods_are_refused() -> None:
    assert judge_deployment().verdict is Verdict.PASS
    silent = changed("replica-sets", lambda body: body["items"][0]["status"].pop("conditions"))
    assert judge_deployment(replica_sets=silent).verdict is Verdict.PASS  # who refuses is tried, not read
    by_policy = judge_deployment(
        lambda *probe: "refused-by-gatekeepers-policy",
        replica_sets="replica-sets-cel",
        constraint="constraint-cel",
        deployment="deployment-cel",
    )
    assert by_policy.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("decide", "changes", "reason"),
    [
        (whitelist, {"deployment": "absent"}, "no-deployment"),
        (lambda *probe: "refused", {"deployment": "absent"}, "deployment-refused"),
        (whitelist, {"deployment": "deployment-trusted"}, "trusted-image"),
        (whitelist, {"deployment": changed("deployment", lambda body: body["spec"].update(replicas=0))}, "no-replicas"),
        (whitelist, {"replica_sets": sets(replicas=1)}, "has-pods"),
        (admit_all, {"replica_sets": sets(replicas=1), "constraint": "constraint-dryrun"}, "dryrun"),
        (admit_all, {}, "refuses-nothing"),
        (whitelist, {"constraint": "absent", "known": "known-none"}, "no-constraint"),
        (lambda *probe: "refused-by-quota", {}, "other-admission"),
        (lambda *probe: "refused-by-other-constraint", {}, "other-constraint"),
    ],
)
def test_a_deployment_that_is_not_it(decide, changes, reason) -> None:
    found = judge_deployment(decide, **changes)
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    assert found.command.startswith("kubectl ")


def test_a_deployment_that_has_no_replica_set_yet() -> None:
    other = changed("replica-sets", lambda body: body["items"][0]["metadata"].update(ownerReferences=[]))
    for answer in (other, "none"):
        with pytest.raises(NotYet):
            judge_deployment(replica_sets=answer)
