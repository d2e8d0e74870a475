"""lab list, show, start and hint: the exercises, and what a learner reads of them."""

from typing import TYPE_CHECKING, Any

import click

from lab.cli import printing
from lab.cli.options import advise, json_option, name_option, pass_course
from lab.model import Exercise, Step

if TYPE_CHECKING:
    from lab.course import Course


@click.command("list")
@json_option
@name_option
@pass_course
def list_exercises(course: "Course", as_json: bool) -> None:
    """The exercises, with minutes, difficulty and CKS domain."""
    exercises = course.catalog.exercises
    if as_json:
        printing.json([_summary(exercise) for exercise in exercises])
        return
    headings = ("Exercise", "Minutes", "Difficulty", "What you do")
    if printing.table(headings, [(each.id, str(each.minutes), each.difficulty, each.title) for each in exercises]):
        return
    for exercise in exercises:
        click.echo(f"{exercise.id:24}{exercise.minutes:3} min  {exercise.difficulty:8}{exercise.domain}")
        click.echo(f"{'':4}{exercise.title}")


@click.command()
@click.argument("exercise", required=False)
@click.argument("step", required=False)
@name_option
@pass_course
def show(course: "Course", exercise: str | None, step: str | None) -> None:
    """The opening page, an exercise's task, or a step's text (Markdown)."""
    if exercise is None:
        printing.markdown(course.catalog.overview)
        return
    exercise, step = _split(exercise, step)
    [(found, steps)] = course.catalog.select([f"{exercise}/{step}" if step else exercise])
    if step:
        _show_step(course, found, steps[0])
        return
    steps_of = [f"- {found.id}/{each.id}: {each.title} ({each.points} points)" for each in found.steps]
    about = f"{found.minutes} minutes, {found.difficulty}, {found.domain}"
    printing.markdown("\n".join([f"# {found.title}\n\n{about}\n\n{found.brief}\n", *steps_of]))
    click.echo("\nWhat next:")
    advise(
        course,
        (f"start {found.id}", "put its starting state in place"),
        (f"show {found.id} {found.steps[0].id}", "read the first step"),
    )


@click.command()
@click.argument("exercise")
@name_option
@pass_course
def start(course: "Course", exercise: str) -> None:
    """Put an exercise's own starting state in place."""
    course.start(exercise)
    first = course.catalog.find(exercise).steps[0]
    click.echo(f"{exercise} is started. What next:")
    advise(course, (f"show {exercise} {first.id}", "read the first step"), ("shell", "work on the node"))


@click.command()
@click.argument("selector", metavar="EXERCISE[/STEP]")
@name_option
@pass_course
def hint(course: "Course", selector: str) -> None:
    """The next hint of a step (without one: of the first that does not pass); it is recorded as taken."""
    exercise, _, step = selector.partition("/")
    given = course.hint(exercise, step or course.current_step(exercise))
    printing.markdown(f"Hint {given.number} of {given.total} for {exercise}/{given.step}:\n\n{given.text}")


def _show_step(course: "Course", exercise: Exercise, step: Step) -> None:
    printing.markdown("\n".join([f"# {step.title}\n\n{step.text}\n", *(each.item for each in step.references)]))
    rows = [
        ("shell", "work on the node"),
        (f"verify {exercise.id}/{step.id}", "check it"),
        (f"hint {exercise.id}/{step.id}", "the next hint"),
    ]
    after = exercise.steps[exercise.steps.index(step) + 1 :]
    rows += [(f"show {exercise.id} {after[0].id}", "read the next step")] if after else []
    click.echo("\nWhat next:")
    advise(course, *rows)


def _split(exercise: str, step: str | None) -> tuple[str, str | None]:
    if step is None and "/" in exercise:
        exercise, _, step = exercise.partition("/")
    return exercise, step


def _summary(exercise: Exercise) -> dict[str, Any]:
    keys = ("id", "title", "summary", "minutes", "difficulty", "domain")
    steps = [{"id": step.id, "title": step.title, "points": step.points} for step in exercise.steps]
    return {key: getattr(exercise, key) for key in keys} | {"steps": steps}
