"""Results on a terminal, and plain text where that is wanted."""

import re
import sys
from io import StringIO

import pytest
from rich.console import Console

from lab.cli import printing
from lab.model import CheckResult, ClusterInfo, ExerciseResult, Holds, Report, StepResult, Verdict
from lab.report import text

COMMAND = "kubectl get pods -A -o jsonpath='{.items[*].spec.containers[*].image}' | tr ' ' '\\n' | sort -u"
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def screen_of(monkeypatch: pytest.MonkeyPatch, width: int) -> StringIO:
    """What is printed on a terminal of that width."""
    written = StringIO()
    made = Console(file=written, force_terminal=True, width=width, highlight=False, color_system="standard")
    monkeypatch.setattr(printing, "terminal", lambda: made)
    return written


def found(verdict: Verdict) -> Report:
    check = CheckResult("answer", "The answer is right", verdict, "the digest", "another one", COMMAND, 3, False)
    step = StepResult("find", "Find it", Holds.NOW, (check,), verdict, 0, 3)
    exercise = ExerciseResult("image-digest", "Pin it", (step,), verdict)
    return Report(ClusterInfo("cks-lab", "v1.36.4", "image", "kind"), (exercise,), verdict)


@pytest.mark.parametrize(
    ("tty", "environment", "coloured"),
    [
        (True, {"TERM": "xterm-256color"}, True),
        (True, {"TERM": "xterm", "NO_COLOR": ""}, True),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {}, False),
        (False, {"TERM": "xterm"}, False),
    ],
)
def test_where_colours_are_shown(monkeypatch, tty, environment, coloured) -> None:
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: tty, raising=False)
    assert (printing.terminal() is not None) is coloured


def test_a_command_in_a_text_stays_one_line(monkeypatch) -> None:
    written = screen_of(monkeypatch, 40)
    printing.markdown(f"# Title\n\nDo *this* now:\n\n```bash\n{COMMAND}\n```\n")
    lines = ESCAPE.sub("", written.getvalue()).splitlines()
    assert COMMAND in lines
    assert "Do this now:" in [line.strip() for line in lines]


def test_a_text_in_a_pipe_is_what_it_is(capsys) -> None:
    printing.markdown("# Title\n\n`code`")
    assert capsys.readouterr().out == "# Title\n\n`code`\n"
    assert not printing.table(("A",), [("b",)])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_report_has_the_words_of_the_plain_one(monkeypatch, verdict) -> None:
    plain = StringIO()
    text.write(found(verdict), plain)
    written = screen_of(monkeypatch, 80)
    printing.report(found(verdict))
    assert "\x1b[" in written.getvalue()
    assert ESCAPE.sub("", written.getvalue()) == plain.getvalue()


def test_a_wide_report_has_marks(monkeypatch) -> None:
    written = screen_of(monkeypatch, 120)
    printing.report(found(Verdict.FAIL))
    assert "✗ FAIL" in ESCAPE.sub("", written.getvalue())


def test_a_table_fits_the_width(monkeypatch) -> None:
    written = screen_of(monkeypatch, 40)
    assert printing.table(("Exercise", "What you do"), [("opa-whitelist", "Let only trusted registries in [x]")])
    lines = ESCAPE.sub("", written.getvalue()).splitlines()
    assert all(len(line) <= 40 for line in lines)
    assert "[x]" in written.getvalue()
