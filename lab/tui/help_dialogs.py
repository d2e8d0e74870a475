"""Dialogs that help a learner at a step: hints, its solution, the lab's own commands, and an exercise's end."""

from collections.abc import Mapping, Sequence
from typing import Any

from textual.app import App
from textual.widgets import Static

from lab.advice import bare
from lab.course import Course
from lab.host_commands import HOST_COMMANDS
from lab.model import Exercise, Report, Step
from lab.report.words import by_probe, earned
from lab.tui.dialogs import ask, carry_out, failed, finished
from lab.tui.failures import Failure, attempted
from lab.tui.modals.choice import Answer, SolutionWay
from lab.tui.modals.hint import HintModal
from lab.tui.modals.page import Page
from lab.tui.modals.solution import SolutionPage
from lab.tui.observation import Observation
from lab.tui.session import Session
from lab.tui.step_checker import Verified
from lab.tui.widgets.fence import Sent


def tell(app: App[Any], verified: Verified) -> None:
    """Tell which steps pass as of a look, and what came of one that was asked for."""
    if isinstance(verified.asked, Failure):
        app.push_screen(failed(verified.asked))
    elif isinstance(verified.asked, Report):
        said = ", ".join(earned(exercise) for exercise in verified.asked.exercises)
        app.notify(said, title="Looked at the cluster", markup=False)
    for step in verified.passed:
        number = [each.id for each in verified.seen.exercise.steps].index(step.id) + 1
        app.notify(step.title, title=f"✓ Step {number} passes{by_probe(step)}", timeout=4, markup=False)


async def show_hints(app: App[Any], course: Course, exercise: Exercise, step: Step) -> Sent | None:
    """Show the hints of a step; returns the command of them that is to go into the terminal, if any."""
    return await app.push_screen_wait(HintModal(course, exercise.id, step))


async def offer_solution(app: App[Any], session: Session, exercise: Exercise, step: Step) -> Sent | None:
    """Show the solution of a step or type it, after two questions; returns a command for the terminal, if any."""
    question = "That you took the solution of this step is recorded. Hints (h) tell less."
    if not await ask(app, f"Solution: {step.title}", question, "Take it"):
        return None
    text = Static("See the commands with the reasons, and type them yourself? Or have the lab type them?", markup=False)
    answers = Answer("show", "Show me (w)"), Answer("do", "Do it for me (d)"), Answer("neither", "Neither (n)")
    way = await app.push_screen_wait(SolutionWay(f"Solution: {step.title}", text, answers))
    if way == "show":
        script = await attempted(lambda: session.course.solution(exercise.id, step.id))
        if isinstance(script, Failure):
            app.push_screen(failed(script))
            return None
        return await app.push_screen_wait(SolutionPage(step, script, done=False))
    selector = f"{exercise.id}/{step.id}"
    if way == "do" and await carry_out(app, session, f"Solving: {step.title}", lambda: session.course.solve(selector)):
        return await app.push_screen_wait(SolutionPage(step, step.solution, done=True))
    return None


async def do_own_command(app: App[Any], session: Session, command: str) -> None:
    """Do what is typed on one's own machine elsewhere: `lab webhook` with up, down or logs."""
    command = bare(command)
    if command not in HOST_COMMANDS:
        app.notify("y copies it, for a terminal of your own machine.", markup=False)
        return
    title, call = HOST_COMMANDS[command]
    said: list[str | None] = []
    if not await carry_out(app, session, title, lambda: said.append(call(session.course))):
        return
    if said[0] is None:
        app.notify(f"Done: {command}", markup=False)
    else:
        app.push_screen(Page(command, f"~~~~\n{said[0]}\n~~~~"))


async def congratulate(app: App[Any], course: Course, seen: Observation) -> Exercise | None:
    """Tell that all steps pass, with the help that was taken; returns the next exercise if the learner wants it."""
    exercise, earned, following = seen.exercise, seen.earned, seen.then
    help_taken = await attempted(lambda: _help_in(course, exercise))
    known = ({}, ()) if isinstance(help_taken, Failure) else help_taken
    answer = await app.push_screen_wait(finished(exercise, earned, known, following))
    return following if answer == "next" else None


def _help_in(course: Course, exercise: Exercise) -> tuple[Mapping[str, int], Sequence[str]]:
    hints = {step.id: len(course.hints_taken(exercise.id, step.id)) for step in exercise.steps}
    return hints, course.solutions_taken(exercise.id)
