"""Words for states in the walk: a mark and a word always go together."""

from collections.abc import Iterator, Mapping

from lab.model import CheckResult, Exercise, ExerciseProgress, LabStatus, StepResult, Verdict
from lab.report import text
from lab.report.text import folded
from lab.report.words import VERDICTS, by_probe, clock, points, standing

HERE = {
    "check": "look now, and say what each check found (Enter alone does that too)",
    "wait": "look until something changes; Ctrl-C ends that, and wait 60 ends after 60 s",
    "hint": "the next hint; it is recorded",
    "solution": "show the solution of the step; it is recorded",
    "do": "let the lab type the solution; it is recorded",
    "text": "the text of the step again",
    "task": "the task of the exercise again",
    "path": "who judges an image where; path IMAGE tries one, path POD tells of a pod",
    "why": "what is wrong with the control plane, where it shows, and what to type",
    "shell": "root's shell on the node; exit or Ctrl-D comes back",
    "next": "the next step, or after the last one the next exercise",
    "back": "the step before",
    "list": "leave this exercise as it is, and choose one",
    "rescue": "the control plane's last good files back in place, if an edit broke it; yours are kept",
    "reset": "put this exercise back to its start",
    "help": "these words",
    "quit": "leave; the cluster and your progress stay (so does Ctrl-D)",
}
"""The words within an exercise."""

ABROAD = {
    "a number": "take that exercise; its id does too",
    "about": "what this lab is about",
    "list": "the exercises",
    "help": "these words",
    "quit": "leave; the cluster and your progress stay (so does Ctrl-D)",
}
"""The words where an exercise is chosen."""

_INDENT = " " * 4


def verdict(result: StepResult | CheckResult) -> str:
    """The verdict of a step or check; of a step that was seen to hold once, when that was."""
    mark, word = VERDICTS[result.verdict]
    if isinstance(result, CheckResult) or result.verdict is not Verdict.PASS:
        return f"{mark} {word}"
    return f"{mark} {word}{by_probe(result)}" + (f" (seen at {clock(result.seen_at)})" if result.seen_at else "")


def check(result: CheckResult, width: int, details: bool) -> Iterator[str]:
    """A check's verdict; with `details`, also why, when it does not pass."""
    worth = "" if result.guard else f" ({points(result.points)})"
    yield from folded("", f"{verdict(result)}: {result.title}{worth}", "", width)
    if details:
        yield from text.details(result, _INDENT, width)


def exercise(number: int, shown: Exercise, progress: ExerciseProgress | None) -> str:
    """An exercise and how far it is, in one line."""
    return f"{number}. {shown.id}: {shown.title}. {_state(shown, progress)}"


def api_server(status: LabStatus) -> str:
    """What keeps the lab from telling all, in a sentence; empty when nothing is known to."""
    if not status.engine_ok:
        return f"The engine does not answer: {status.engine}"
    if status.cluster != "running":
        return f"The cluster is {status.cluster}."
    if status.api_server == "ready":
        return ""
    return f"The API server is {status.api_server or 'not answering'}."


def table(rows: Mapping[str, str], width: int) -> Iterator[str]:
    """Words and what they do, in two columns."""
    column = max(map(len, rows)) + 2
    for word, purpose in rows.items():
        yield from folded("  ", purpose, f"{word:{column}}", width)


def _state(shown: Exercise, progress: ExerciseProgress | None) -> str:
    if progress is None or not progress.started:
        return f"· not started, {shown.difficulty.value}, about {shown.minutes} min"
    state = "✓ complete" if progress.earned == progress.possible else "~ started"
    return f"{state}, {standing(progress)}"
