import pytest
from gatekeeper_scene import Scene, object_answer

from lab.checks.asks import NotYet
from lab.model import Verdict


def reason(judgement) -> tuple[Verdict, str]:
    assert judgement.command.startswith("kubectl ")
    assert judgement.observed
    return judgement.verdict, judgement.reason


NAMESPACES = {"namespaces": ("supply-chain", "default")}


def test_gatekeeper_is_asked() -> None:
    assert reason(Scene().judge("gatekeeper-serving", **NAMESPACES)) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"deployments": "none"}, "no-gatekeeper"),
        ({"deployments": "absent-kind"}, "no-gatekeeper"),
        ({"deployments": "deployments-scaled-down"}, "scaled-down"),
        ({"webhooks": "absent"}, "webhook-gone"),
        ({"webhooks": object_answer({"webhooks": [{"name": "check-ignore-label.gatekeeper.sh"}]})}, "webhook-gone"),
        ({"webhooks": "webhooks-without-pods"}, "webhook-changed"),
        ({"webhooks": "webhooks-without-default"}, "webhook-changed"),
    ],
)
def test_gatekeeper_is_not_asked(changes, wanted) -> None:
    assert reason(Scene(**changes).judge("gatekeeper-serving", **NAMESPACES)) == (Verdict.FAIL, wanted)


def test_a_gatekeeper_that_starts_is_waited_for() -> None:
    with pytest.raises(NotYet):
        Scene(deployments="deployments-starting").judge("gatekeeper-serving", **NAMESPACES)
