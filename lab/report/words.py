"""How verdicts, points and times are said to a learner, wherever they are shown."""

from datetime import datetime

from lab.model import ExerciseProgress, Verdict

VERDICTS = {
    Verdict.PASS: ("✓", "passes"),
    Verdict.FAIL: ("✗", "fails"),
    Verdict.SKIP: ("-", "skipped"),
    Verdict.ERROR: ("?", "could not tell"),
}
"""A mark and a word, which always go together, so that no state is told by colour alone."""


def points(number: int) -> str:
    """`1 point`, `3 points`."""
    return f"{number} point" if number == 1 else f"{number} points"


def score(earned: int, possible: int) -> str:
    """`0 of 1 point`, `3 of 10 points`."""
    return f"{earned} of {points(possible)}"


def standing(progress: ExerciseProgress) -> str:
    """The score of an exercise that was started: `3 of 10 points, set aside`."""
    return score(progress.earned, progress.possible) + aside(progress)


def aside(progress: ExerciseProgress) -> str:
    """What is added to a word on an exercise whose effects are set aside; empty for others."""
    return ", set aside" if progress.aside else ""


def clock(moment: str) -> str:
    """An ISO 8601 time as the clock on the wall shows it; anything else as it is."""
    try:
        return datetime.fromisoformat(moment).astimezone().strftime("%H:%M")
    except ValueError:
        return moment
