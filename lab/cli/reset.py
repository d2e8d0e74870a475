"""lab reset: an exercise, or the whole cluster."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab.cli.cluster import print_drift
from lab.cli.options import name_option, pass_course
from lab.errors import UsageError
from lab.exit_codes import ExitCode
from lab.model import Verdict

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
@click.option("--prove", is_flag=True, help="After --all: show that nothing is earned and nothing differs.")
@name_option
@pass_course
def reset(course: "Course", exercise: str | None, everything: bool, keep: Path | None, prove: bool) -> None:
    """Put an exercise back to just after its start, or with --all the whole cluster."""
    if everything == (exercise is not None):
        raise UsageError("Name one exercise, or say --all.", "lab reset EXERCISE | lab reset --all")
    if prove and not everything:
        raise UsageError("--prove is for the whole cluster.", "lab reset --all --prove")
    if exercise is None:
        course.reset_all(keep)
        if prove:
            sys.exit(_prove(course))
    else:
        course.reset(exercise, keep)


def _prove(course: "Course") -> ExitCode:
    """Print the score of each exercise, and what differs from the golden state; gives the exit code that fits."""
    report = course.verify()
    for result in report.exercises:
        click.echo(f"{result.id}: {result.earned} of {result.possible} points")
    differs = print_drift(course.drift())
    if report.earned or differs:
        return ExitCode.FAILED
    return ExitCode.COULD_NOT if report.verdict is Verdict.ERROR else ExitCode.OK
