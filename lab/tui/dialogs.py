"""Questions, failures, and work on the cluster with its progress shown; for the asynchronous workers of all screens."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from textual.app import App
from textual.containers import VerticalScroll

from lab.model import Exercise
from lab.report.words import score
from lab.tui.failures import Failure
from lab.tui.modals.choice import Answer, Choice, Confirm, ErrorModal, Finished
from lab.tui.modals.working import Working
from lab.tui.session import Session
from lab.tui.widgets.error_panel import ErrorPanel
from lab.tui.widgets.prose import Prose
from lab.tui.widgets.text import Text
from lab.tui.words import starting


def failed(failure: Failure) -> Choice:
    """A page that says what failed and what to do next."""
    return ErrorModal("", ErrorPanel(failure), [Answer("close", "Close (esc)")], unasked=True)


def finished(
    exercise: Exercise, earned: int, help_taken: tuple[Mapping[str, int], Sequence[str]], following: Exercise | None
) -> Choice:
    """A page for the end of an exercise.

    Args:
        exercise: the one that is finished.
        earned: its points.
        help_taken: how many hints were taken, by step, and the steps whose solution was taken.
        following: the next exercise; None after the last.
    """
    lines = [f"Every step passes: **{score(earned, exercise.points)}**.", ""]
    taken = [_help(step.id, *help_taken) for step in exercise.steps]
    for number, (step, help_) in enumerate(zip(exercise.steps, taken, strict=True), 1):
        lines.append(f"{number}. ✓ {step.title}{help_}")
    if not any(taken):
        lines += ["", "No hint and no solution was taken."]
    if following:
        lines += ["", f"Next: **{following.title}**, about {following.minutes} minutes."]
    else:
        lines += ["", "This was the last exercise."]
    answers = [Answer("next", "Next exercise (n)", "primary")] if following else []
    body = VerticalScroll(Prose("\n".join(lines)), classes="page")
    answers.append(Answer("stay", "Stay here (esc)"))
    return Finished(f"✓ Complete: {exercise.title}", body, answers, unasked=True)


def _help(step_id: str, hints: Mapping[str, int], solutions: Sequence[str]) -> str:
    number = hints.get(step_id, 0)
    words = [f"{number} hint{'s' if number > 1 else ''}"] if number else []
    words += ["solution"] if step_id in solutions else []
    return f" ({', '.join(words)} taken)" if words else ""


async def ask(app: App[Any], title: str, question: str, yes: str, harmless: bool = False) -> bool:
    """Whether the learner says yes, which Enter means only when it takes nothing away."""
    answers = Answer("no", "No (n)"), Answer("yes", f"{yes} (y)", "primary" if harmless else "warning")
    page = Confirm(title, Text(question), answers, focused="yes" if harmless else "no")
    return bool(await app.push_screen_wait(page) == "yes")


async def carry_out(app: App[Any], session: Session, title: str, call: Callable[[], object]) -> bool:
    """Do something to the cluster; a failure is shown. Returns whether it went well."""
    failure = await app.push_screen_wait(Working(session, title, call))
    if failure:
        await app.push_screen_wait(failed(failure))
    return failure is None


async def start(app: App[Any], session: Session, exercise: Exercise) -> bool:
    """Start an exercise or take it up again, after a question. Returns whether that was done, and went well."""
    course, question = session.course, starting(exercise, session)
    return await ask(app, f"Start: {exercise.title}", question, "Start", harmless=True) and await carry_out(
        app, session, f"Starting: {exercise.title}", lambda: course.start(exercise.id)
    )


async def reset(app: App[Any], session: Session, exercise: Exercise) -> bool:
    """Reset an exercise, after a question. Returns whether that was done, and went well."""
    question = "What you did in this exercise is undone and its points are cleared. Others keep theirs."
    if not await ask(app, f"Reset: {exercise.title}", question, "Reset"):
        return False
    course, place = session.course, session.resume
    well = await carry_out(app, session, f"Resetting: {exercise.title}", lambda: course.reset(exercise.id))
    if well and place and place.exercise_id == exercise.id:
        session.remember(exercise.id)  # no step: it begins anew
    return well
