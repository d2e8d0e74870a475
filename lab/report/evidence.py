"""Lets a report in JSON be checked elsewhere: by its journal, and a digest over all of it.

A file that was changed, cut or put together from others shows. It is no wall against somebody with root on the machine
where it was written: they can read the key, and write another one.
"""

import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

from lab.journal.chain import parse
from lab.journal.state import Entry, Help, State

Written = Mapping[str, Any]
"""A report as JSON has it."""
NO_REPORT = "It has not the form of a report."


def seal(written: dict[str, Any]) -> dict[str, Any]:
    """A report with the digest of all that is in it."""
    evidence = {**written["evidence"], "digest": _digest(written)}
    return {**written, "evidence": evidence}


def problems(written: object) -> list[str]:
    """What shows that a report is not as `lab verify` wrote it, a sentence each; nothing when it is.

    Args:
        written: what was read from the file, of any form.
    """
    if not isinstance(written, dict) or not isinstance(written.get("evidence"), dict):
        return ["It carries no evidence: it was not written by `lab verify --format json`, or by an older version."]
    try:
        return list(_problems(written))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return [NO_REPORT]


def _problems(written: Written) -> Iterator[str]:
    evidence = written["evidence"]
    if not hmac.compare_digest(str(evidence["digest"]), _digest(written)):
        yield "It was changed after `lab verify` wrote it: its digest is of another text."
    lines = parse(str(evidence["journal"]).encode(), str(evidence["key"]).encode())
    state = State(lines)
    if state.broken:
        yield f"Line {state.broken} of the journal in it is not as the lab wrote it."
    if lines.torn:
        yield "The journal in it is cut off."
    if not state.broken and state.began_at != written["begun_at"]:
        yield f"The work began at {written['begun_at']!r} in it, and at {state.began_at!r} in the journal."
    if state.begun and state.begun.get("cluster") != written["cluster"]["uid"]:
        yield "The journal in it is of another cluster."
    if not state.broken:
        for exercise in written["exercises"]:
            yield from _unlike(exercise, state.entry(exercise["id"]), bool(written["no_help"]))


def _unlike(exercise: Written, entry: Entry, no_help: bool) -> Iterator[str]:
    """Where an exercise of a report says something else than the journal."""
    for step in exercise["steps"]:
        earned, helped = entry.earned.get(step["id"]), entry.help.get(step["id"], Help())
        told = {
            "seen_at": (step["seen_at"], earned.at if earned else ""),
            "passed_at": (step["passed_at"], entry.passed.get(step["id"], "")),
            "hints_taken": (step["hints_taken"], helped.hints),
            "solution_taken": (step["solution_taken"], helped.solution),
        }
        score = entry.scores.get(step["id"])
        if entry.started_at and step["verdict"] != "error":
            told["earned"] = (step["earned"], score.earned if score and not (no_help and helped.solution) else 0)
        for name, (here, there) in told.items():
            if here != there and not (name == "seen_at" and not here):
                yield f"{exercise['id']}/{step['id']}: `{name}` is {here!r}, and the journal says {there!r}."


def _digest(written: Written) -> str:
    evidence = {key: value for key, value in written["evidence"].items() if key != "digest"}
    text = json.dumps({**written, "evidence": evidence}, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hmac.new(str(evidence["key"]).encode(), text.encode(), "sha256").hexdigest()
