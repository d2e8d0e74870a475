"""How states are said. A mark and a word always go together, so that no state is told by colour alone."""

from textual.content import Content

from lab.model import CheckResult, Exercise, ExerciseProgress, Finding, Holds, StepResult, Verdict
from lab.phases import seconds
from lab.report.words import VERDICTS, aside, clock, points, score
from lab.tui.session import Look, Session

STALE = 8.0
"""Seconds after which what was seen is said to be old."""
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


def _said(result: CheckResult | StepResult | None) -> tuple[str, str, str]:
    """Mark, word and colour."""
    return (*VERDICTS[result.verdict], _COLOURS[result.verdict]) if result else _UNSEEN


def check_state(result: CheckResult | None, old: bool = False) -> Content:
    """The verdict of a check; an old one says so."""
    mark, word, colour = _said(result)
    if result and result.waits_for:
        word = "not yet"
    return Content.styled(f"{mark} {word}{_OLD if old else ''}", colour)


def step_state(result: StepResult | None, old: bool = False) -> Content:
    """The state of a step; a step that has to hold once says when it was seen, an old one that it is old."""
    if result and result.holds is Holds.ONCE and result.seen_at:
        return Content.styled(
            f"✓ seen at {clock(result.seen_at)}{' by probe' if result.probed else ''}", "$text-success"
        )
    mark, word, colour = _said(result)
    return Content.styled(f"{mark} {word}{_OLD if old else ''}", colour)


def check_counts(result: StepResult | None) -> str:
    """How many checks of a step have which verdict: `✓2 ✗1`."""
    found = [check.verdict for check in result.checks] if result else []
    counts = ((mark, found.count(verdict)) for verdict, (mark, _) in VERDICTS.items())
    return " ".join(f"{mark}{count}" for mark, count in counts if count) or "·"


def exercise_state(exercise: Exercise, progress: ExerciseProgress | None, old: bool = False) -> Content:
    """Whether an exercise is started, with its score; where it is `old`, as it cannot be told now, with its time."""
    asks = f"{exercise.difficulty.value} · about {exercise.minutes} min"
    if progress is None or not progress.started:
        worth = points(exercise.points)
        return Content.styled(f"· not started · {worth} · {asks}", "$text-muted")
    at = f" as of {clock(progress.scored_at)}" if old and progress.scored_at else ""
    said = f"{score(progress.earned, progress.possible)}{at} · {asks}"
    if progress.possible and progress.earned == progress.possible:
        return Content.styled(f"✓ complete{aside(progress)} · {said}", "$text-success")
    return Content.styled(f"~ started{aside(progress)} · {said}", "$text-warning")


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
        return Content.assemble(f"{name} · API server: ", ready, f"{version}{age}")
    why = status.api_server.partition(":")[2].strip()
    since = now - look.since
    mark, word, colour = ("~", "restarting", "$text-warning") if since < RESTART else ("✗", "away", "$text-error")
    state = Content.styled(f"{mark} {word} for {seconds(since)}", colour)
    return Content.assemble(f"{name} · API server: ", state, f" ({why}){age}" if why else age)


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
