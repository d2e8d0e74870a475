import io
import json
from dataclasses import replace

from lab.model import Report
from lab.report import FORMATS


def test_the_keys_of_the_contract(report: Report) -> None:
    stream = io.StringIO()
    FORMATS["json"](report, stream)
    assert stream.getvalue().endswith("}\n")
    written = json.loads(stream.getvalue())
    assert list(written) == [
        "format_version",
        "lab_version",
        "begun_at",
        "at",
        "learner",
        "cluster",
        "no_help",
        "exercises",
        "score",
        "verdict",
    ]
    assert written["format_version"] == 1
    assert written["cluster"] == {
        "name": "cks-lab",
        "kubernetes_version": "v1.36.4",
        "node_image": "kindest/node:v1.36.4",
        "provider": "kind",
        "uid": "",
        "node_image_digest": "",
    }
    assert written["score"] == {"earned": 5, "possible": 14}
    assert written["verdict"] == "error"
    assert [exercise["id"] for exercise in written["exercises"]] == [
        "image-digest",
        "image-policy-webhook",
        "opa",
    ]
    assert written["exercises"][2] == {
        "id": "opa",
        "title": "Trust few",
        "verdict": "skip",
        "note": "Not started. Start it with: lab start opa",
        "started_at": "",
        "last_score": None,
        "steps": [],
    }
    assert written["exercises"][0]["last_score"] == {"earned": 7, "possible": 10, "at": "2026-01-31T11:00:00Z"}


def test_a_step_and_a_check(report: Report) -> None:
    stream = io.StringIO()
    FORMATS["json"](report, stream)
    step = json.loads(stream.getvalue())["exercises"][1]["steps"][0]
    assert step == {
        "id": "denied",
        "title": "See it refused",
        "holds": "once",
        "verdict": "pass",
        "earned": 2,
        "possible": 2,
        "points_note": "",
        "seen_at": "2026-01-31T12:00:00Z",
        "passed_at": "",
        "probed": False,
        "hints_taken": 0,
        "solution_taken": False,
        "checks": [
            {
                "id": "refused",
                "title": "The refused is right",
                "verdict": "fail",
                "expected": "what refused expects",
                "observed": "what refused saw",
                "command": "look-at refused",
                "points": 2,
                "reason": "",
                "guard": False,
            }
        ],
    }


def test_what_keeps_something_from_counting_is_there_where_there_is_such(report: Report) -> None:
    stream = io.StringIO()
    FORMATS["json"](replace(report, note="It was changed.", reason="broken-journal"), stream)
    written = json.loads(stream.getvalue())
    assert (written["note"], written["reason"]) == ("It was changed.", "broken-journal")
