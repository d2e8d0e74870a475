import pytest

from lab.checks.asks import Answer, CouldNotTell
from lab.model import Verdict


def test_version(world) -> None:
    assert world.judge("api-server-version", [Answer('{"gitVersion": "v1.36.4"}', 200)]).verdict is Verdict.PASS
    found = world.judge("api-server-version", [Answer('{"gitVersion": "v1.35.0"}', 200)])
    assert (found.verdict, found.reason) == (Verdict.FAIL, "other-version")
    assert "v1.35.0" in found.observed


@pytest.mark.parametrize("text", ["", "not json", "[]", "{}", "null", '{"kind": "Status", "code": 403}'])
def test_no_version_in_the_answer_is_no_fail(world, text) -> None:
    with pytest.raises(CouldNotTell, match="no version"):
        world.judge("api-server-version", [Answer(text, 403)])
