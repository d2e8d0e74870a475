"""lab report: what others, or this machine, wrote with `lab verify --format json`."""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lab.cli.options import Group, name_option
from lab.errors import UsageError
from lab.exit_codes import ExitCode

if TYPE_CHECKING:
    from lab.report.merge import Row
    from lab.report.submission import File

_FILES = click.argument(
    "files", nargs=-1, required=True, metavar="FILE|DIR...", type=click.Path(exists=True, path_type=Path)
)


def _choosing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which reports count, and how."""
    for option in (
        click.option("--take", type=click.Choice(["best", "last", "due"]), default="best", show_default=True,
                     help="Which report of a learner counts: the best that is not late, the last, or the last before "
                     "--due."),
        click.option("--due", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d"]),
                     metavar="TIME", callback=_end_of_day,
                     help="Later reports are late: 2026-01-31T12:00+0100, or a day (its end, in UTC)."),
        click.option("--no-help", is_flag=True, help="Steps whose solution was shown or typed earn nothing."),
    ):  # fmt: skip
        command = option(command)
    return command


def _end_of_day(_: click.Context, __: click.Parameter, due: datetime | None) -> datetime | None:
    return due.replace(hour=23, minute=59, second=59, tzinfo=UTC) if due and due.tzinfo is None else due


@click.group(cls=Group)
@name_option
def report() -> None:
    """Reports that `lab verify --format json` wrote: check them, and put a class into one table or page."""


@report.command()
@_FILES
def check(files: tuple[Path, ...]) -> None:
    """Was a report changed, cut or copied since `lab verify` wrote it? See docs/grading.md."""
    from lab.report import submission

    found = submission.read(files)
    for file in found:
        for problem in file.problems or ("ok",):
            click.echo(f"{file.path}: {problem}")
    sys.exit(ExitCode.FAILED if any(file.problems for file in found) else ExitCode.OK)


@report.command("merge")
@_FILES
@click.option("--format", "form", type=click.Choice(["csv", "markdown", "html"]), default="markdown", show_default=True)
@_choosing
def merge_reports(files: tuple[Path, ...], form: str, take: str, due: datetime | None, no_help: bool) -> None:
    """One table, or one HTML page, of many learners; files that do not check are marked."""
    from lab.report import merge_tables, submission

    found = submission.read(files)
    table = _rows(found, take, due, no_help)
    for file in found:
        if file.problems:
            says = "does not check" if file.submission else "is left out"
            click.echo(f"{file.path} {says}: {' '.join(file.problems)}", err=True)
    if form == "csv":
        merge_tables.write_csv(table, due, sys.stdout)
    elif form == "markdown":
        merge_tables.write_markdown(table, sys.stdout)
    else:
        click.echo(_page(found, take, due, no_help), nl=False)


@report.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--html", "page", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Where the page is written (class.html in the folder).")  # fmt: skip
@_choosing
def watch(folder: Path, page: Path | None, take: str, due: datetime | None, no_help: bool) -> None:
    """The HTML page of a class, renewed while reports come into a folder, until Ctrl-C."""
    from lab.report.watch import PAUSE, RELOAD, Watch

    page = page or folder / "class.html"
    watching = Watch(folder, page, lambda files: _page(files, take, due, no_help, RELOAD))
    watching.look()
    click.echo(f"Open {page.absolute().as_uri()} in a browser. It is renewed while reports come; Ctrl-C ends that.")
    with suppress(KeyboardInterrupt):
        while True:
            time.sleep(PAUSE)
            if watching.look():
                click.echo(f"{datetime.now():%H:%M:%S} {len(watching.files)} files", err=True)


def _rows(files: Sequence["File"], take: str, due: datetime | None, no_help: bool) -> list["Row"]:
    from lab.report import merge

    if take == "due" and not due:
        raise UsageError("--take due needs a time.", "Say it: --due 2026-01-31T12:00+0100")
    return merge.rows(files, take, due, no_help)


def _page(files: Sequence["File"], take: str, due: datetime | None, no_help: bool, reload: int = 0) -> str:
    from lab.report import class_page, class_words

    table, about = _rows(files, take, due, no_help), class_words.about(take, due, no_help)
    return class_page.page(files, table, about, datetime.now(UTC), reload)
