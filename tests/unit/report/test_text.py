import io
from dataclasses import replace

from lab.model import ExerciseResult, Report, StepResult, Verdict
from lab.report import FORMATS
from lab.report.words import clock


def written(report: Report) -> str:
    stream = io.StringIO()
    FORMATS["text"](report, stream)
    return stream.getvalue()


def only(report: Report, step: StepResult) -> Report:
    return replace(report, exercises=(ExerciseResult("x", "X", (step,), step.verdict),), verdict=step.verdict)


def test_the_whole(report: Report) -> None:
    expected = f"""\
Cluster cks-lab (v1.36.4, kind)

ERROR  image-digest: Pin the image (3 of 10 points)
       The last score that could be told: 7 of 10 points as of {clock("2026-01-31T11:00:00Z")}.
  PASS   find: Find it (3 of 3 points)
    PASS   The answer is right
  FAIL   pin: Pin it (0 of 3 points)
    FAIL   The manifest is right
           expected:  image:
                      {report.exercises[0].steps[1].checks[0].expected.split()[1]}
           observed:  what manifest saw
           look with: look-at manifest
    FAIL   The one-manifest is right
           expected:  what one-manifest expects
           observed:  what one-manifest saw
           While this fails, the step earns nothing.
  ERROR  run: Run it (0 of 4 points)
    ERROR  The ready is right
           expected:  what ready expects
           observed:  what ready saw
           look with: look-at ready

FAIL   image-policy-webhook: Refuse images (2 of 4 points)
  PASS   denied: See it refused (2 of 2 points)
         seen at 2026-01-31T12:00:00Z
  FAIL   open: See it admitted (0 of 2 points)
    FAIL   The admitted is right
           expected:  what admitted expects
           observed:  what admitted saw
           look with: look-at admitted
         It is enough that this step is seen to pass once. While it is so, run:
         lab verify image-policy-webhook/open

SKIP   opa: Trust few (0 of 0 points)
       Not started. Start it with: lab start opa

The commands after "look with" are for the node: see "lab shell".
ERROR means that lab could not tell: no fail, and no points. See why above, then
verify again.
Score: 5 of 14 points. Verdict: ERROR
"""
    assert written(report) == expected


def test_lines_fit_but_for_what_must_stay_whole(report: Report) -> None:
    long = replace(report.exercises[0].steps[1].checks[0], title="word " * 60, observed="word " * 60)
    step = replace(report.exercises[0].steps[1], title="word " * 60, checks=(long,))
    lines = written(only(report, step)).splitlines()
    assert [line for line in lines if len(line) > 80 and "sha256:" not in line] == []


def test_a_command_is_never_folded(report: Report) -> None:
    command = "kubectl get pods -A -o jsonpath='{..image}' " * 4 + "x\n  | sort"
    step = report.exercises[0].steps[2]
    text = written(only(report, replace(step, checks=(replace(step.checks[0], command=command),))))
    assert f"look with: {command}\n" in text


def test_what_steers_a_terminal_is_not_written(report: Report) -> None:
    step = report.exercises[0].steps[2]
    check = replace(step.checks[0], observed="a\x1b[2Jb\x9bc\rd\te\r\nf", command="ls\x07")
    text = written(only(report, replace(step, checks=(check,))))
    assert "observed:  a?[2Jb?c?d    e\n                      f\n" in text
    assert "look with: ls?\n" in text


def test_nothing_to_say_is_said(report: Report) -> None:
    step = report.exercises[0].steps[2]
    text = written(only(report, replace(step, checks=(replace(step.checks[0], observed=""),))))
    assert "observed:  (nothing)\n" in text


def test_all_passed_is_short(report: Report) -> None:
    text = written(only(report, report.exercises[0].steps[0]))
    assert "look with" not in text
    assert "ERROR" not in text
    assert text.endswith("\nScore: 3 of 3 points. Verdict: PASS\n")


def test_a_skipped_exercise_tells_no_step_how_to_be_seen(report: Report) -> None:
    step = replace(report.exercises[1].steps[1], checks=(), verdict=Verdict.SKIP)
    exercise = ExerciseResult("x", "X", (step,), Verdict.SKIP, "Start it with: lab start x")
    text = written(replace(report, exercises=(exercise,), verdict=Verdict.SKIP))
    assert "lab start x" in text
    assert "lab verify" not in text


def test_a_step_that_the_labs_own_probe_decided_says_so(report: Report) -> None:
    denied = report.exercises[1].steps[0]
    probed = replace(report.exercises[1], steps=(replace(denied, probed=True),))
    text = written(replace(report, exercises=(probed,)))
    assert "seen at 2026-01-31T12:00:00Z by the lab's own probe\n" in text


def test_what_keeps_something_from_counting_is_said(report: Report) -> None:
    stream = io.StringIO()
    FORMATS["text"](replace(report, note="The progress journal was changed."), stream)
    assert "\nThe progress journal was changed.\n" in stream.getvalue()
