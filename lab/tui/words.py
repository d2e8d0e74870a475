"""Words for states in the TUI. A mark and a word always go together, so that no state is told by colour alone."""

from textual.content import Content

from lab.model import CheckResult, Exercise, ExerciseProgress, Finding, Holds, StepResult, Verdict
from lab.phases import seconds
from lab.report.words import VERDICTS, aside, clock, points, score
from lab.rescue.restart import USUAL
from lab.tui.session import Look, Session

STALE = 8.0
"""Seconds after which a screen calls what it shows old."""
RESTART = 90.0
"""Seconds that an API server may be on its way back; from then on it is away."""

_COLOURS = {
    Verdict.PASS: "$text-success",
    Verdict.FAIL: "$text-error",
    Verdict.SKIP: "$text-muted",
    Verdict.ERROR: "$text-warning",
}
_UNSEEN = ("·", "not checked", "$text-muted")
_OLD = " (old)"
_OPEN = ("○", "open", "$text-muted")
_BEGUN = ("◐", "begun", "$text-warning")
_CELLS = 10


def _said(result: CheckResult | StepResult | None) -> tuple[str, str, str]:
    """Mark, word and colour."""
    return (*VERDICTS[result.verdict], _COLOURS[result.verdict]) if result else _UNSEEN


def check_state(result: CheckResult | None, old: bool = False, earned: bool = False) -> Content:
    """The verdict of a check; an old one says so, and so does one of a step that was earned before it changed."""
    mark, word, colour = _said(result)
    if result and result.waits_for:
        word = "not yet"
    elif result and earned and result.verdict is not Verdict.PASS:
        mark, word, colour = "·", "not now", "$text-muted"
    return Content.styled(f"{mark} {word}{_OLD if old else ''}", colour)


def step_state(result: StepResult | None, old: bool = False) -> Content:
    """The state of a step, never red: one that fails is open, or begun.

    A step that was seen says when, and how it is now where that differs; an old state says that it is old.
    """
    if result and earned_once(result):
        probe = " by probe" if result.probed else ""
        now = "" if all(check.verdict is Verdict.PASS for check in result.checks) else "; now: not so"
        return Content.styled(f"✓ seen at {clock(result.seen_at)}{probe}{now}", "$text-success")
    mark, word, colour = _said(result)
    if result and result.verdict is Verdict.FAIL:
        begun = any(check.verdict is Verdict.PASS and not check.guard for check in result.checks)
        mark, word, colour = _BEGUN if begun else _OPEN
    return Content.styled(f"{mark} {word}{_OLD if old else ''}", colour)


def earned_once(result: StepResult) -> bool:
    """Whether a step is earned for good, as it was seen once."""
    return result.holds is Holds.ONCE and bool(result.seen_at)


def score_bar(earned: int, possible: int, at: str = "") -> Content:
    """The score with a drawn bar; `at` is when it could last be told (ISO 8601, UTC), where it cannot be told now."""
    full = _CELLS * earned // possible if possible else 0
    colour = "$text-success" if earned == possible else "$text-primary"
    words = f" {score(earned, possible)}{f' as of {clock(at)}' if at else ''}"
    return Content.assemble((("█" * full), colour), ("░" * (_CELLS - full), "$text-muted"), words)


def step_marks(exercise: Exercise, progress: ExerciseProgress | None, titles: bool = False) -> Content:
    """A mark for each step: earned, in part, or open; with the steps' titles and points, a line each, or all in one."""
    marks = []
    for step in exercise.steps:
        known = progress.steps.get(step.id) if progress and progress.started else None
        if known and known.possible and known.earned == known.possible:
            marks.append(("✓", "$text-success"))
        elif known and known.earned:
            marks.append((_BEGUN[0], _BEGUN[2]))
        else:
            marks.append((_OPEN[0], _OPEN[2]))
    drawn = [Content.styled(*mark) for mark in marks]
    if not titles:
        return Content(" ").join(drawn)
    rows = [
        Content.assemble(mark, f" {number} {step.title}", (f" · {points(step.points)}", "$text-muted"))
        for number, (mark, step) in enumerate(zip(drawn, exercise.steps, strict=True), 1)
    ]
    return Content("\n    ").join(rows)


def check_counts(result: StepResult | None) -> str:
    """How many checks of a step have which verdict: `✓2 ✗1`."""
    found = [check.verdict for check in result.checks] if result else []
    counts = ((mark, found.count(verdict)) for verdict, (mark, _) in VERDICTS.items())
    return " ".join(f"{mark}{count}" for mark, count in counts if count) or "·"


def exercise_state(exercise: Exercise, progress: ExerciseProgress | None, old: bool = False) -> Content:
    """Whether an exercise is started, with its score; where it is `old`, as it cannot be told now, with its time."""
    asks = f"{exercise.difficulty.value} · about {exercise.minutes} min"
    if progress is None or not progress.started:
        return Content.styled(f"· not started · {points(exercise.points)} · {asks}", "$text-muted")
    if progress.possible and progress.earned == progress.possible:
        state = Content.styled(f"✓ complete{aside(progress)}", "$text-success")
    else:
        state = Content.styled(f"~ started{aside(progress)}", "$text-warning")
    bar = score_bar(progress.earned, progress.possible, progress.scored_at if old else "")
    return Content.assemble(state, " · ", bar, Content.styled(f" · {asks}", "$text-muted"))


def starting(exercise: Exercise, session: Session) -> str:
    """What the start of an exercise does to the cluster, this one's effects and those of others."""
    what = "What it had in effect" if session.set_aside(exercise.id) else "Its starting state"
    words = [f"{what} is put in place on the cluster."]
    for other in session.course.catalog.exercises:
        in_effect = other.aside and session.started(other.id) and not session.set_aside(other.id)
        if in_effect and other.id != exercise.id:
            words.append(f'"{other.title}" is set aside meanwhile; what it earned stays.')
    return " ".join(words)


def gone(look: Look | None) -> Content:
    """What is to be said of a cluster that does not run, or of an engine that does not answer; else nothing."""
    if look is None or (look.status.engine_ok and look.status.cluster == "running"):
        return Content("")
    status = look.status
    what = {
        "absent": "The cluster is gone, and what you did in it: it was removed",
        "stopped": "The cluster is stopped; what you did in it is kept",
    }.get(status.cluster, f"The state of the cluster is {status.cluster}")
    text = what if status.engine_ok else "The Docker engine does not answer"
    return Content.styled(f"✗ {text}", "bold $text-error")


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
        if status.restart:
            version = f" · {status.restart}; restarts take about {seconds(USUAL)}"
        return Content.assemble(f"{name} · API server: ", ready, f"{version}{age}")
    why = status.api_server.partition(":")[2].strip()
    since = now - look.since
    mark, word, colour = ("~", "restarting", "$text-warning") if since < RESTART else ("✗", "away", "$text-error")
    state = Content.styled(f"{mark} {word} for {seconds(since)}", colour)
    where = f" (usually {seconds(USUAL)}): {status.restart}" if status.restart else ""
    return Content.assemble(f"{name} · API server: ", state, where or (f" ({why})" if why else ""), age)


def finding_state(finding: Finding) -> Content:
    """Whether a requirement is met."""
    if finding.ok:
        return Content.styled("✓ met", "$text-success")
    if finding.required:
        return Content.styled("✗ missing", "$text-error")
    return Content.styled("! could be better", "$text-warning")


def spent_of(spent: float, estimate: float) -> str:
    """The time that work has taken, with the estimate when there is one (0 for none)."""
    if not estimate:
        return seconds(spent)
    return (
        f"{seconds(spent)} of about {seconds(estimate)}"
        if spent <= estimate
        else f"{seconds(spent)}, longer than {seconds(estimate)}"
    )
