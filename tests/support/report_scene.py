"""Reports of an exercise with one or two steps, with the journals that they rest on."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lab.journal.journal import Journal
from lab.model import CheckResult, ClusterInfo, Evidence, ExerciseResult, Holds, Learner, Report, StepResult, Verdict
from lab.report import as_json, evidence

AT = "2026-01-31T12:00:00Z"
FAILING = CheckResult("manifest", "The manifest is right", Verdict.FAIL, "a digest", "a tag", "cat", 4, reason="tag")


def journal_of(folder: Path, uid: str = "uid-1") -> Journal:
    """A journal of a cluster, whose clock stands still at noon."""
    return Journal.load(folder / f"{uid}.jsonl", uid, print, lambda: datetime(2026, 1, 31, 12, tzinfo=UTC), "k")


def report_of(journal: Journal, who: str = "ada", uid: str = "uid-1", earned: int = 3, at: str = AT) -> dict[str, Any]:
    """A report of an exercise with a step that is earned, whose hint and solution were taken."""
    journal.start("pin")
    if not journal.hints_taken("pin", "run"):
        journal.take_hint("pin", "run", 3)
    journal.mark_solved("pin", "run")
    journal.earn("pin", "run", "it ran")
    journal.record_scores("pin", {"run": (earned, 4)})
    seen = journal.earned("pin")["run"].at
    step = StepResult("run", "Run", Holds.ONCE, (), Verdict.PASS, earned, 4, seen, hints_taken=1, solution_taken=True)
    return written(journal, step, who, uid, at)


def open_report(journal: Journal, who: str, uid: str, earned: int = 0, at: str = AT) -> dict[str, Any]:
    """A report of the same exercise by somebody who took no help; the step passes where it earns all of 4 points."""
    journal.start("pin")
    journal.record_scores("pin", {"run": (earned, 4)})
    checks, verdict = ((), Verdict.PASS) if earned == 4 else ((FAILING,), Verdict.FAIL)
    return written(journal, StepResult("run", "Run", Holds.NOW, checks, verdict, earned, 4), who, uid, at)


def written(journal: Journal, step: StepResult, who: str, uid: str, at: str) -> dict[str, Any]:
    step = replace(step, passed_at=journal.passed_at("pin", step.id))
    exercise = ExerciseResult("pin", "Pin", (step,), step.verdict, started_at=AT)
    info = ClusterInfo("cks-lab", "v1", "image", "kind", uid)
    told = Report(info, (exercise,), step.verdict, at=at, learner=Learner(who, "Ada Lovelace" if who == "ada" else ""))
    content = journal.content()
    return as_json.as_object(replace(told, evidence=lambda: Evidence("k", content), begun_at=journal.began_at))


def changed(written: dict[str, Any], sealed: bool, **step: Any) -> dict[str, Any]:
    """With other values in its one step; `sealed`: by somebody who knows how the digest is made."""
    copy = json.loads(json.dumps(written))
    copy["exercises"][0]["steps"][0].update(step)
    return evidence.seal(copy) if sealed else copy
