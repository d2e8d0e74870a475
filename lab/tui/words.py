"""How states are said. A mark and a word always go together, so that no state is told by colour alone."""

from datetime import datetime

from textual.content import Content

from lab.model import CheckResult, Exercise, Holds, StepResult, Verdict
from lab.status import seconds
from lab.tui.ports import ExerciseProgress
from lab.tui.session import Look

STALE = 8.0
"""Seconds after which what was seen is said to be old."""

_VERDICTS = {
    Verdict.PASS: ("✓", "passes", "$text-success"),
    Verdict.FAIL: ("✗", "fails", "$text-error"),
    Verdict.SKIP: ("-", "skipped", "$text-muted"),
    Verdict.ERROR: ("?", "could not tell", "$text-warning"),
}
_UNSEEN = ("·", "not checked", "$text-muted")


def points(number: int) -> str:
    """`1 point`, `3 points`."""
    return f"{number} point" if number == 1 else f"{number} points"


def check_state(result: CheckResult | None) -> Content:
    """The verdict of a check."""
    mark, word, colour = _VERDICTS[result.verdict] if result else _UNSEEN
    return Content.styled(f"{mark} {word}", colour)


def step_state(result: StepResult | None) -> Content:
    """The state of a step; a step that has to hold once says when it was seen."""
    if result and result.holds is Holds.ONCE and result.seen_at:
        return Content.styled(f"✓ seen at {clock(result.seen_at)}", "$text-success")
    mark, word, colour = _VERDICTS[result.verdict] if result else _UNSEEN
    return Content.styled(f"{mark} {word}", colour)


def clock(moment: str) -> str:
    """An ISO 8601 time as the clock on the wall shows it."""
    try:
        return datetime.fromisoformat(moment).astimezone().strftime("%H:%M")
    except ValueError:
        return moment


def exercise_state(exercise: Exercise, progress: ExerciseProgress | None) -> Content:
    """Whether an exercise is started, with its score."""
    if progress is None or not progress.started:
        asks = f" · {exercise.difficulty.value} · about {exercise.minutes} min"
        return Content.styled(f"· not started{asks}", "$text-muted")
    score = f"{progress.earned} of {points(progress.possible)}"
    if progress.possible and progress.earned == progress.possible:
        return Content.styled(f"✓ complete · {score}", "$text-success")
    return Content.styled(f"~ started · {score}", "$text-warning")


def cluster_state(name: str, look: Look | None, now: float) -> Content:
    """The API server's state in one line, with what stands in its way."""
    if look is None:
        return Content(f"{name}: looking ...")
    status = look.status
    old = now - look.at
    age = f" (as of {seconds(old)} ago)" if old > STALE else ""
    if not status.engine_ok:
        return Content.styled(f"{name}: ✗ the engine does not answer: {status.engine}{age}", "$text-error")
    if status.cluster != "running":
        return Content.styled(f"{name}: ✗ the cluster is {status.cluster}{age}", "$text-error")
    if status.api_server == "ready":
        ready = Content.styled("✓ ready", "$text-success")
        version = f" · Kubernetes {status.kubernetes_version}" if status.kubernetes_version else ""
        return Content.assemble(f"{name} · API server: ", ready, f"{version}{age}")
    word, _, why = status.api_server.partition(":")
    bad = f"✗ {word or 'no answer'} for {seconds(now - look.since)}"
    return Content.assemble(
        f"{name} · API server: ", Content.styled(bad, "$text-error"), f" ·{why}{age}" if why else age
    )
