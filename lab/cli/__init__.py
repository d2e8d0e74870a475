"""The command line. Results go to standard output, progress and errors to standard error."""

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from lab import __version__, shell
from lab.cli import printing
from lab.cli.endings import code_of, ending_signals, interrupted, let_go, open_streams
from lab.cli.options import Group, ShellCommand, advise, course_of, json_option, may_make, name_option, pass_course
from lab.cli.path import path
from lab.cli.practice import practice
from lab.cli.webhook import webhook
from lab.errors import DEFAULT_NAME, LabError, UsageError
from lab.exit_codes import ExitCode
from lab.model import Exercise, Finding, Report, Step, Verdict

if TYPE_CHECKING:
    from lab.course import Course

_CODE = {Verdict.PASS: ExitCode.OK, Verdict.ERROR: ExitCode.COULD_NOT}


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
        from lab import tui  # Textual is loaded for the TUI alone

        ctx.exit(tui.run(name, course_of))
    ctx.obj = course_of(name)
    if not alone:
        return
    ctx.obj.up()
    _next(ctx.obj)


@cli.command()
@click.option("--fix", is_flag=True, help="Install and start what can be.")
@json_option
@name_option
@pass_course
def doctor(course: "Course", fix: bool, as_json: bool) -> None:
    """Is this host fit? Says for each requirement what was seen and what to do."""
    if fix:
        course.fix()
    findings = course.doctor()
    if as_json:
        _print_json([asdict(finding) for finding in findings])
    elif not printing.table(
        ("", "Requirement", "Seen", "What to do"),
        [(_word(each), each.name, each.seen, "" if each.ok else each.advice) for each in findings],
    ):
        for finding in findings:
            click.echo(f"{_word(finding):8}{finding.name:16}{finding.seen}")
            if not finding.ok and finding.advice:
                click.echo(f"{'':24}-> {finding.advice}")
    unmet = any(finding.required and not finding.ok for finding in findings)
    sys.exit(ExitCode.FAILED if unmet else ExitCode.OK)


@cli.command()
@click.option("--from-source", is_flag=True, help="Build the node image even where an image registry answers.")
@name_option
@pass_course
def up(course: "Course", from_source: bool) -> None:
    """Make the cluster, or adopt the one that exists. Safe to run twice."""
    course.up(from_source)
    _next(course)


@cli.command()
@click.option("--purge", is_flag=True, help="Remove the images and programs that the lab made, too.")
@name_option
@pass_course
def down(course: "Course", purge: bool) -> None:
    """Remove the cluster and everything that was made for it."""
    course.down(purge)


@cli.command()
@json_option
@name_option
@pass_course
def status(course: "Course", as_json: bool) -> None:
    """Engine, cluster, node, API server and progress at a glance."""
    from lab.report.words import standing

    seen = course.look()
    if as_json:
        _print_json(asdict(seen))
    else:
        rows = [
            ("engine", seen.engine),
            ("cluster", f"{seen.name}: {seen.cluster}" + _in_brackets(seen.kubernetes_version)),
            ("node", seen.node or "-"),
            ("API server", seen.api_server or "-"),
            *([] if seen.progress else [("exercises", "not known")]),
            *(("exercise", f"{e.id}: {standing(e) if e.started else 'not started'}") for e in seen.progress),
        ]
        if not printing.table(("Part", "State"), rows):
            for label, value in rows:
                click.echo(f"{label:12}{value}")
    sys.exit(ExitCode.OK if seen.cluster == "running" else ExitCode.COULD_NOT)


@cli.command("list")
@json_option
@name_option
@pass_course
def list_exercises(course: "Course", as_json: bool) -> None:
    """The exercises, with minutes, difficulty and CKS domain."""
    exercises = course.catalog.exercises
    if as_json:
        _print_json([_summary(exercise) for exercise in exercises])
        return
    headings = ("Exercise", "Minutes", "Difficulty", "What you do")
    if printing.table(headings, [(each.id, str(each.minutes), each.difficulty, each.title) for each in exercises]):
        return
    for exercise in exercises:
        click.echo(f"{exercise.id:24}{exercise.minutes:3} min  {exercise.difficulty:8}{exercise.domain}")
        click.echo(f"{'':4}{exercise.title}")


@cli.command()
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


@cli.command()
@click.argument("exercise")
@name_option
@pass_course
def start(course: "Course", exercise: str) -> None:
    """Put an exercise's own starting state in place."""
    course.start(exercise)
    first = course.catalog.find(exercise).steps[0]
    click.echo(f"{exercise} is started. What next:")
    advise(course, (f"show {exercise} {first.id}", "read the first step"), ("shell", "work on the node"))


@cli.command()
@click.argument("selectors", nargs=-1, metavar="[EXERCISE[/STEP]]...")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file instead.")
@name_option
@pass_course
def verify(course: "Course", selectors: tuple[str, ...], form: str, output: Path | None) -> None:
    """Check exercises or steps against the live cluster; everything when none is named."""
    from lab.course import VERIFY_WAIT

    if output:
        _see_writable(output)
    _report(course.verify(selectors, VERIFY_WAIT), form, output)


@cli.command()
@click.argument("selector", metavar="EXERCISE[/STEP]")
@name_option
@pass_course
def hint(course: "Course", selector: str) -> None:
    """The next hint of a step (without one: of the first that does not pass); it is recorded as taken."""
    exercise, _, step = selector.partition("/")
    given = course.hint(exercise, step or course.current_step(exercise))
    printing.markdown(f"Hint {given.number} of {given.total} for {exercise}/{given.step}:\n\n{given.text}")


@cli.command()
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
    _report(report, form, None)


@cli.command()
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


@cli.command(
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


cli.add_command(path)
cli.add_command(practice)
cli.add_command(webhook)


@cli.command()
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


def _report(report: Report, form: str, output: Path | None) -> NoReturn:
    from lab.report import FORMATS

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


def _next(course: "Course") -> None:
    click.echo(f'The cluster "{course.name}" is ready. What next:')
    advise(
        course,
        ("", "the TUI"),
        ("show", "what this is about"),
        (f"start {course.catalog.exercises[0].id}", "the first exercise"),
        ("shell", "root on the control-plane node"),
    )


def _word(finding: Finding) -> str:
    return "ok" if finding.ok else "MISSING" if finding.required else "note"


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2))
