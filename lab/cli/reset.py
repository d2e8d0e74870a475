"""lab reset: an exercise, or the whole cluster."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab.cli.options import name_option, pass_course
from lab.errors import UsageError

if TYPE_CHECKING:
    from lab.course import Course


@click.command()
@click.argument("exercise", required=False)
@click.option("--all", "everything", is_flag=True, help="Put the whole cluster back to just after `lab up`.")
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Copy what is deleted on the node into this folder first.",
)
@name_option
@pass_course
def reset(course: "Course", exercise: str | None, everything: bool, keep: Path | None) -> None:
    """Put an exercise back to just after its start, or with --all the whole cluster."""
    if everything == (exercise is not None):
        raise UsageError("Name one exercise, or say --all.", "lab reset EXERCISE | lab reset --all")
    if exercise is None:
        course.reset_all(keep)
    else:
        course.reset(exercise, keep)
