"""lab report: what others, or this machine, wrote with `lab verify --format json`."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from lab.cli.options import Group, name_option
from lab.exit_codes import ExitCode

_FILES = click.argument(
    "files", nargs=-1, required=True, metavar="FILE|DIR...", type=click.Path(exists=True, path_type=Path)
)


@click.group(cls=Group)
@name_option
def report() -> None:
    """Reports that `lab verify --format json` wrote: check them, and put a class into one table."""


@report.command()
@_FILES
def check(files: tuple[Path, ...]) -> None:
    """Was a report changed, cut or copied since `lab verify` wrote it? See docs/grading.md."""
    from lab.report import merge

    found = merge.read(files)
    for file in found:
        for problem in file.problems or ("ok",):
            click.echo(f"{file.path}: {problem}")
    sys.exit(ExitCode.FAILED if any(file.problems for file in found) else ExitCode.OK)


@report.command("merge")
@_FILES
@click.option("--format", "form", type=click.Choice(["csv", "markdown"]), default="markdown", show_default=True)
@click.option("--due", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d"]), metavar="TIME",
              help="Later reports are late: 2026-01-31T12:00+0100, or a day (its end, in UTC).")  # fmt: skip
def merge_reports(files: tuple[Path, ...], form: str, due: datetime | None) -> None:
    """One table of many learners: of each the best report that checks, and is not late."""
    from lab.report import merge

    if due and due.tzinfo is None:
        due = due.replace(hour=23, minute=59, second=59, tzinfo=UTC)
    found = merge.read(files)
    for file in found:
        if not file.written:
            click.echo(f"{file.path} is left out: {' '.join(file.problems)}", err=True)
    table = merge.rows(found, due)
    if form == "csv":
        merge.write_csv(table, due.isoformat() if due else "", sys.stdout)
    else:
        merge.write_markdown(table, sys.stdout)
