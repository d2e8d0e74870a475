"""The command line. Results go to standard output, progress and errors to standard error."""

import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from lab import __version__
from lab.cli.cluster import down, say_next, shell_command, status, up
from lab.cli.doctor import doctor
from lab.cli.endings import code_of, ending_signals, interrupted, let_go, open_streams
from lab.cli.exercises import hint, list_exercises, show, start
from lab.cli.lint import lint
from lab.cli.options import Group, course_of, may_make
from lab.cli.path import path
from lab.cli.practice import practice, walk, why_plain
from lab.cli.report import report
from lab.cli.rescue import rescue
from lab.cli.reset import reset
from lab.cli.verify import solve, verify
from lab.cli.webhook import webhook
from lab.cli.why import why
from lab.errors import DEFAULT_NAME
from lab.exit_codes import ExitCode


@click.group(cls=Group, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lab")
@click.option("--name", default=DEFAULT_NAME, metavar="NAME", show_default=True, help="The cluster's name.")
@click.pass_context
def cli(ctx: click.Context, name: str) -> None:
    """Practise Kubernetes supply-chain security on a real control plane.

    Without a command: the TUI, which makes the cluster first when there is none.
    """
    alone = ctx.invoked_subcommand is None
    if alone and name != DEFAULT_NAME:
        may_make(course_of(name).name)
    if alone and sys.stdin.isatty() and sys.stdout.isatty():
        if why := why_plain():
            ctx.exit(walk(course_of(name), None, why))
        from lab import tui  # Textual is loaded for the TUI alone

        ctx.exit(tui.run(name, course_of))
    ctx.obj = course_of(name)
    if not alone:
        return
    ctx.obj.up()
    say_next(ctx.obj)


for _command in (doctor, up, down, status, shell_command, list_exercises, show, start, hint, verify, solve, reset):
    cli.add_command(_command)
for _command in (why, rescue, path, practice, report, webhook, lint):
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit. No stack trace reaches a learner: an unforeseen one goes to a log."""
    open_streams()
    with ending_signals() as received:
        try:
            code = cli.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
            sys.exit(code if isinstance(code, int) else ExitCode.OK)
        except BaseException as error:
            if received:  # whatever became of the exception on its way here
                sys.exit(interrupted(ExitCode(128 + received[0])))
            sys.exit(code_of(error))
        finally:
            let_go()
