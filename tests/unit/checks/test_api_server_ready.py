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
