"""The words for verdicts, points and times, wherever a learner reads them."""

from datetime import datetime

from lab.model import CheckResult, ClusterInfo, ExerciseProgress, ExerciseResult, Step, StepResult, Verdict

VERDICTS = {
    Verdict.PASS: ("✓", "passes"),
    Verdict.FAIL: ("✗", "fails"),
    Verdict.SKIP: ("-", "skipped"),
    Verdict.ERROR: ("?", "could not tell"),
}
"""A mark and a word, which always go together, so that no state is shown by colour alone."""


def cluster_title(cluster: ClusterInfo) -> str:
    """`Cluster cks-lab (v1.36.4, kind)`, as far as these are known."""
    about = ", ".join(part for part in (cluster.kubernetes_version, cluster.provider) if part)
    return f"Cluster {cluster.name} ({about})" if about else f"Cluster {cluster.name}"


def unmet(check: CheckResult) -> bool:
    """Whether a check fails or could not tell, which a report explains; others pass or were skipped."""
    return check.verdict in (Verdict.FAIL, Verdict.ERROR)


def count(number: int, what: str) -> str:
    """`1 hint`, `2 hints`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def points(number: int) -> str:
    """`1 point`, `3 points`."""
    return count(number, "point")


def score(earned: int, possible: int) -> str:
    """`0 of 1 point`, `3 of 10 points`."""
    return f"{earned} of {points(possible)}"


def points_note(step: StepResult, no_help: bool = False) -> str:
    """Why a step earned less than it can, check by check; empty when it earned all.

    Args:
        step: the step.
        no_help: whether it earns nothing where its solution was taken.
    """
    if step.earned == step.possible:
        return ""
    if no_help and step.solution_taken:
        return "its solution was shown or typed"
    guards = [
        f"{_unmet(check)}, and so the step earns nothing" for check in step.checks if check.guard and unmet(check)
    ]
    lost = [f"{_unmet(check)} ({points(check.points)})" for check in step.checks if check.points and unmet(check)]
    skipped = [check.observed for check in step.checks if check.verdict is Verdict.SKIP]
    return "; ".join(dict.fromkeys((*guards, *lost, *skipped)))


def _unmet(check: CheckResult) -> str:
    """`manifest fails: tag`, with the stable word for the way of being wrong."""
    said = f"{check.id} {VERDICTS[check.verdict][1]}"
    return f"{said}: {check.reason}" if check.reason else said


def earned(result: StepResult | ExerciseResult) -> str:
    """The score of a step or exercise; where it is not known now, the last one: `3 of 10 points as of 14:05`."""
    if result.last is None:
        return score(result.earned, result.possible)
    return f"{score(result.last.earned, result.last.possible)} as of {clock(result.last.at)}"


def by_probe(step: Step | StepResult) -> str:
    """An addition to the word that a step passes, where the lab's own dry run decides that; empty for others."""
    return " by the lab's own probe" if step.probed else ""


SEE_YOURSELF = "The lab's own probe saw this, perhaps before you did: see it yourself, with the commands of the text."
"""The advice on such a step that passes."""


def standing(progress: ExerciseProgress) -> str:
    """The score of an exercise that was started: `3 of 10 points as of 14:05, set aside`."""
    at = f" as of {clock(progress.scored_at)}" if progress.scored_at else ""
    return f"{score(progress.earned, progress.possible)}{at}{aside(progress)}"


def aside(progress: ExerciseProgress) -> str:
    """An addition to a word on an exercise whose effects are set aside; empty for others."""
    return ", set aside" if progress.aside else ""


def clock(moment: str) -> str:
    """An ISO 8601 time as the clock on the wall shows it, with its day when that is another; anything else as it is."""
    try:
        local = datetime.fromisoformat(moment).astimezone()
    except ValueError:
        return moment
    return local.strftime("%H:%M" if local.date() == datetime.now().date() else "%m-%d %H:%M")
