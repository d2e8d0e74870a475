"""lab verify and solve: reports, and the exit codes that go with them."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from lab.cli import printing
from lab.cli.options import name_option, pass_course
from lab.errors import LabError, UsageError
from lab.exit_codes import ExitCode
from lab.model import Learner, Report, Verdict
from lab.report import FORMATS

if TYPE_CHECKING:
    from lab.course import Course

_CODE = {Verdict.PASS: ExitCode.OK, Verdict.ERROR: ExitCode.COULD_NOT}


@click.command()
@click.argument("selectors", nargs=-1, metavar="[EXERCISE[/STEP]]...")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file instead.")
@click.option("--learner", metavar="ID", help="Who works here: an id, or 'NAME <ID>'. It is kept for the next time.")
@click.option("--no-help", is_flag=True, help="Steps whose solution was shown or typed earn nothing.")
@name_option
@pass_course
def verify(
    course: "Course", selectors: tuple[str, ...], form: str, output: Path | None, learner: str | None, no_help: bool
) -> None:
    """Check exercises or steps against the live cluster; everything when none is named."""
    from lab.course import VERIFY_WAIT
    from lab.report.no_help import without_help

    _learner(learner, form)
    if output:
        _see_writable(output)
    report = course.verify(selectors, VERIFY_WAIT)
    report = without_help(report) if no_help else report
    _write(report, form, output)
    course.rescue.keep()
    _end(report)


@click.command()
@click.argument("selector", metavar="EXERCISE[/STEP]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@name_option
@pass_course
def solve(course: "Course", selector: str, form: str) -> None:
    """Type the solution on the node, step by step, check each, and say why it works."""
    report = course.solve(selector)
    if form == "text":
        for _, steps in course.catalog.select([selector]):
            for step in steps:
                printing.markdown(f"# {step.title}\n\n{step.why}\n")
    _write(report, form, None)
    _end(report)


def _learner(told: str | None, form: str) -> None:
    """Keep who works here; where that was never said, ask before a report that names them, once, on a terminal."""
    from lab.report.learner import asked, keep, parse

    if told is None and form == "json" and not asked() and sys.stdin and sys.stdin.isatty():
        click.echo("Who works here? An id, or NAME <ID>, for the reports that are written here from now on.", err=True)

        def read(text: str) -> Learner:
            try:
                return parse(text) if text.strip() else Learner()
            except UsageError as error:
                raise click.BadParameter(str(error)) from error  # asks again

        keep(click.prompt("Learner (Enter: nobody)", default="", show_default=False, value_proc=read, err=True))
    elif told:
        keep(parse(told))


def _write(report: Report, form: str, output: Path | None) -> None:
    if output is None:
        with suppress(BrokenPipeError):  # a reader that leaves does not change the verdict
            if form == "text":
                printing.report(report)
            else:
                FORMATS[form](report, sys.stdout)
            sys.stdout.flush()
    else:
        try:
            with output.open("w") as stream:
                FORMATS[form](report, stream)
        except OSError as error:
            raise _unwritable(output, error) from error


def _end(report: Report) -> NoReturn:
    sys.exit(_CODE.get(report.verdict, ExitCode.FAILED))


def _see_writable(output: Path) -> None:
    """Fail before the work where its result cannot be written; a report that is there stays as it is."""
    try:
        there = output.exists()
        output.open("a").close()
        if not there:
            output.unlink()
    except OSError as error:
        raise _unwritable(output, error) from error


def _unwritable(output: Path, error: OSError) -> LabError:
    return LabError(f"{output} cannot be written: {error.strerror}.", "Name another file: --output")
