"""How a node is put back that does not answer."""

from types import SimpleNamespace
from typing import Any

import pytest
from stand_in import StandIn

from lab.k8s import lifecycle
from lab.shell import Completed


@pytest.mark.parametrize("answers", ["at once", "after a restart", "never"])
def test_a_systemd_that_does_not_answer_is_started_anew_once(monkeypatch, answers) -> None:
    asked: list[tuple[str, ...]] = []

    class Helper(StandIn):
        def run(self, script, *, check=True):
            answered = answers == "at once" or (answers == "after a restart" and asked)
            return Completed((), 0 if answered else 1, b"", b"")

    monkeypatch.setattr(lifecycle, "docker", lambda *words, **_: asked.append(words))
    monkeypatch.setattr(lifecycle, "_SYSTEMD", 0.0)
    cluster: Any = SimpleNamespace(helper=Helper(), node=SimpleNamespace(container="node"))
    lifecycle._wait_for_systemd(cluster)
    assert asked == ([] if answers == "at once" else [("restart", "-t", "0", "node")])
