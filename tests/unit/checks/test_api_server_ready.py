import pytest

from lab.checks.asks import Answer, CouldNotTell, Unknown
from lab.model import Verdict


@pytest.mark.parametrize(
    ("code", "verdict", "reason"),
    [(200, Verdict.PASS, ""), (500, Verdict.FAIL, "not-ready"), (503, Verdict.FAIL, "not-ready")],
)
def test_ready(world, code, verdict, reason) -> None:
    found = world.judge("api-server-ready", [Answer("ok", code)])
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize("name", ["api-server-ready", "api-server-version"])
def test_no_api_server_is_no_fail(world, name) -> None:
    with pytest.raises(CouldNotTell, match="refused"):
        world.judge(name, [Unknown("connection refused")])


def test_version(world) -> None:
    assert world.judge("api-server-version", [Answer('{"gitVersion": "v1.36.4"}', 200)]).verdict is Verdict.PASS
    found = world.judge("api-server-version", [Answer('{"gitVersion": "v1.35.0"}', 200)])
    assert (found.verdict, found.reason) == (Verdict.FAIL, "other-version")
    assert "v1.35.0" in found.observed


@pytest.mark.parametrize("text", ["", "not json", "[]", "{}", "null", '{"kind": "Status", "code": 403}'])
def test_no_version_in_the_answer_is_no_fail(world, text) -> None:
    with pytest.raises(CouldNotTell, match="no version"):
        world.judge("api-server-version", [Answer(text, 403)])
