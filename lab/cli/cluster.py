"""lab up, down, status and shell: the cluster as a whole."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING

import click

from lab import shell
from lab.cli import printing
from lab.cli.options import ShellCommand, advise, json_option, name_option, pass_course
from lab.exit_codes import ExitCode

if TYPE_CHECKING:
    from lab.course import Course
    from lab.model import Difference


@click.command()
@click.option("--from-source", is_flag=True, help="Build the node image even where an image registry answers.")
@name_option
@pass_course
def up(course: "Course", from_source: bool) -> None:
    """Make the cluster, or adopt the one that exists. Safe to run twice."""
    course.up(from_source)
    say_next(course)


@click.command()
@click.option("--purge", is_flag=True, help="Remove the images and programs that the lab made, too.")
@name_option
@pass_course
def down(course: "Course", purge: bool) -> None:
    """Remove the cluster and everything that was made for it."""
    course.down(purge)


@click.command()
@click.option("--drift", "drifted", is_flag=True, help="List what differs from the state right after `lab up`.")
@json_option
@name_option
@pass_course
def status(course: "Course", drifted: bool, as_json: bool) -> None:
    """Engine, cluster, node, API server and progress at a glance."""
    from lab.report.words import standing

    if drifted:
        sys.exit(ExitCode.FAILED if print_drift(course.drift(), as_json) else ExitCode.OK)
    seen = course.look()
    if as_json:
        printing.json(asdict(seen))
    else:
        rows = [
            ("engine", seen.engine),
            ("cluster", f"{seen.name}: {seen.cluster}" + _in_brackets(seen.kubernetes_version)),
            ("node", seen.node or "-"),
            ("API server", (seen.api_server or "-") + _in_brackets(seen.restart)),
            *([] if seen.progress else [("exercises", "not known")]),
            *(("exercise", f"{e.id}: {standing(e) if e.started else 'not started'}") for e in seen.progress),
        ]
        if not printing.table(("Part", "State"), rows):
            for label, value in rows:
                click.echo(f"{label:12}{value}")
    sys.exit(ExitCode.OK if seen.cluster == "running" else ExitCode.COULD_NOT)


@click.command(
    "shell",
    cls=ShellCommand,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@name_option
@pass_course
def shell_command(course: "Course", command: tuple[str, ...]) -> None:
    """Root on the control-plane node: a shell, or one command in it.

    --name comes before the command, or at the end after a command that is one word ('k get pods' is one). All other
    options are the command's: lab shell crictl ps --name kube-apiserver
    """
    argv = course.shell_argv(command, tty=sys.stdin.isatty() and sys.stdout.isatty())
    sys.exit(shell.interact(argv))


def print_drift(found: "Sequence[Difference]", as_json: bool = False) -> bool:
    """Print what differs from the golden state, group by group; gives whether anything does."""
    if as_json:
        printing.json([asdict(each) for each in found])
    elif not found:
        click.echo("Nothing differs from the state right after `lab up`.")
    for group, members in groupby([] if as_json else found, lambda each: each.group):
        click.echo(group)
        for each in members:
            click.echo(f"  {each.change:8} {each.name}\n           {each.command}")
    return bool(found)


def say_next(course: "Course") -> None:
    """Say what can be typed once the cluster is ready."""
    click.echo(f'The cluster "{course.name}" is ready. What next:')
    advise(
        course,
        ("", "the TUI"),
        ("show", "what this is about"),
        (f"start {course.catalog.exercises[0].id}", "the first exercise"),
        ("shell", "root on the control-plane node"),
    )


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""
