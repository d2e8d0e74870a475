"""A report with every verdict in it."""

from dataclasses import replace
from typing import Any

import pytest

from lab.model import CheckResult, ClusterInfo, ExerciseResult, Holds, Report, Score, StepResult, Verdict

DIGEST = "registry.k8s.io/kube-apiserver@sha256:" + "0123456789abcdef" * 4


def check(id: str, verdict: Verdict, points: int = 0, **more: Any) -> CheckResult:
    texts = {"expected": f"what {id} expects", "observed": f"what {id} saw", "command": f"look-at {id}"}
    return CheckResult(id=id, title=f"The {id} is right", verdict=verdict, points=points, **{**texts, **more})


@pytest.fixture
def report() -> Report:
    find = StepResult(
        "find", "Find it", Holds.NOW, (check("answer", Verdict.PASS, 3),), Verdict.PASS, earned=3, possible=3
    )
    manifest = check("manifest", Verdict.FAIL, 3, expected=f"image: {DIGEST}", reason="tag")
    guard = check("one-manifest", Verdict.FAIL, guard=True, command="")
    pin = StepResult("pin", "Pin it", Holds.NOW, (manifest, guard), Verdict.FAIL, 0, 3)
    run = StepResult("run", "Run it", Holds.NOW, (check("ready", Verdict.ERROR, 4),), Verdict.ERROR, 0, 4)
    run = replace(run, last=Score(4, 4, "2026-01-31T11:00:00Z"))
    seen = StepResult(
        "denied",
        "See it refused",
        Holds.ONCE,
        (check("refused", Verdict.FAIL, 2),),
        Verdict.PASS,
        2,
        2,
        seen_at="2026-01-31T12:00:00Z",
    )
    missed = StepResult(
        "open", "See it admitted", Holds.ONCE, (check("admitted", Verdict.FAIL, 2),), Verdict.FAIL, 0, 2
    )
    return Report(
        ClusterInfo("cks-lab", "v1.36.4", "kindest/node:v1.36.4", "kind"),
        (
            ExerciseResult("image-digest", "Pin the image", (find, pin, run), Verdict.ERROR),
            ExerciseResult("image-policy-webhook", "Refuse images", (seen, missed), Verdict.FAIL),
            ExerciseResult("opa", "Trust few", (), Verdict.SKIP, "Not started. Start it with: lab start opa"),
        ),
        Verdict.ERROR,
    )
