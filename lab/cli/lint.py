"""lab lint: the rules for exercise data."""

import sys

import click

from lab.cli.options import name_option
from lab.exit_codes import ExitCode


@click.command()
@name_option
def lint() -> None:
    """Check all exercise data; every problem at once, with file and line."""
    from lab.exercises import problems

    found = problems()
    for problem in found:
        click.echo(str(problem))
    if found:
        click.echo(f"{len(found)} problems", err=True)
        sys.exit(ExitCode.BAD_DATA)
    click.echo("The exercise data is in order.")
