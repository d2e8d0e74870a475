"""The command line. Results go to standard output, progress and errors to standard error."""

import json
import os
import re
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import click

from lab import __version__, paths, shell
from lab.course import VERIFY_WAIT, Course
from lab.errors import LabError, UsageError
from lab.exit_codes import ExitCode
from lab.k8s.kind import node_container
from lab.model import Exercise, Report, Step, Verdict
from lab.status import Console

_CODE = {Verdict.PASS: ExitCode.OK, Verdict.ERROR: ExitCode.COULD_NOT}
_HOST_LIMIT = 63  # characters of the node's name: it is a host name too (RFC 1123, and the kernel's 64)
_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_TAKEN = ("bridge", "default", "host", "ingress", "kind", "none")  # networks that are Docker's and kind's own
pass_course = click.make_pass_decorator(Course)


class _Group(click.Group):
    """Takes `--name` and `--json` after the command too, where people type them."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = args[0]
        if name not in self.commands:
            from lab.decode import did_you_mean

            ctx.fail(f'There is no command "{name}"{did_you_mean(name, sorted(self.commands))}')
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would end with 1, which says that a check failed
            _nobody_reads()
            ctx.exit(ExitCode.OK)


def _named(ctx: click.Context, _: click.Parameter, name: str | None) -> None:
    if name is not None:
        ctx.obj = _course(name)


def _course(name: str) -> Course:
    """The use cases for a cluster; its name becomes that of a container, of a host and of a Docker network.

    Raises:
        UsageError: it cannot be the name of one of these.
    """
    node, limit = node_container(name), _HOST_LIMIT - len(node_container(""))
    wrong = ""
    if not re.fullmatch(rf"{_LABEL}(\.{_LABEL})*", node):
        wrong = 'lower-case letters, digits, "-" and ".", with a letter or digit first and on both sides of each "."'
    elif len(name) > limit:
        wrong = f"it has {len(name)} characters, and {limit} is the limit (the node is called {node_container('NAME')})"
    elif name in _TAKEN:
        wrong = "Docker or kind has a network of that name"
    if wrong:
        shown = name if len(name) <= _HOST_LIMIT else f"{name[:_HOST_LIMIT]}..."
        raise UsageError(f'"{shown}" is no cluster name: {wrong}.', f"Choose another: --name {paths.DEFAULT_NAME}-2")
    return Course(name, Console(), _ask)


def _ask(question: str) -> bool:
    return sys.stdin.isatty() and click.confirm(question, err=True)


_name = click.option(
    "--name",
    metavar="NAME",
    expose_value=False,
    callback=_named,
    help=f"The cluster's name ({paths.DEFAULT_NAME}).",
)
_json = click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")


@click.group(cls=_Group, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lab")
@click.option("--name", default=paths.DEFAULT_NAME, metavar="NAME", show_default=True, help="The cluster's name.")
@click.pass_context
def cli(ctx: click.Context, name: str) -> None:
    """Practise Kubernetes supply-chain security on a real control plane.

    Without a command: the TUI, which makes the cluster first when there is none.
    """
    ctx.obj = _course(name)
    if ctx.invoked_subcommand is not None:
        return
    if sys.stdin.isatty() and sys.stdout.isatty():
        from lab import tui  # Textual is loaded for the TUI alone

        ctx.exit(tui.run(ctx.obj))
    ctx.obj.up()
    _next(ctx.obj)


@cli.command()
@click.option("--fix", is_flag=True, help="Install and start what can be.")
@_json
@_name
@pass_course
def doctor(course: Course, fix: bool, as_json: bool) -> None:
    """Is this host fit? Says for each requirement what was seen and what to do."""
    if fix:
        course.fix()
    findings = course.doctor()
    if as_json:
        _print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            word = "ok" if finding.ok else "MISSING" if finding.required else "note"
            click.echo(f"{word:8}{finding.name:16}{finding.seen}")
            if not finding.ok and finding.advice:
                click.echo(f"{'':24}-> {finding.advice}")
    unmet = any(finding.required and not finding.ok for finding in findings)
    sys.exit(ExitCode.FAILED if unmet else ExitCode.OK)


@cli.command()
@click.option("--from-source", is_flag=True, help="Build the node image even where an image registry answers.")
@_name
@pass_course
def up(course: Course, from_source: bool) -> None:
    """Make the cluster, or adopt the one that exists. Safe to run twice."""
    course.up(from_source)
    _next(course)


@cli.command()
@click.option("--purge", is_flag=True, help="Remove the images and programs that the lab made, too.")
@_name
@pass_course
def down(course: Course, purge: bool) -> None:
    """Remove the cluster and everything that was made for it."""
    course.down(purge)


@cli.command()
@_json
@_name
@pass_course
def status(course: Course, as_json: bool) -> None:
    """Engine, cluster, node, API server and progress at a glance."""
    seen = course.look()
    if as_json:
        _print_json(asdict(seen))
    else:
        click.echo(f"engine      {seen.engine}")
        click.echo(f"cluster     {seen.name}: {seen.cluster}" + _in_brackets(seen.kubernetes_version))
        click.echo(f"node        {seen.node or '-'}")
        click.echo(f"API server  {seen.api_server or '-'}")
        for each in seen.progress:
            state = f"{each.earned} of {each.possible} points" if each.started else "not started"
            click.echo(f"exercise    {each.id}: {state}")
    sys.exit(ExitCode.OK if seen.cluster == "running" else ExitCode.COULD_NOT)


@cli.command("list")
@_json
@_name
@pass_course
def list_exercises(course: Course, as_json: bool) -> None:
    """The exercises, with minutes, difficulty and CKS domain."""
    exercises = course.catalog.exercises
    if as_json:
        _print_json([_summary(exercise) for exercise in exercises])
        return
    for exercise in exercises:
        click.echo(f"{exercise.id:24}{exercise.minutes:3} min  {exercise.difficulty:8}{exercise.domain}")
        click.echo(f"{'':4}{exercise.title}")


@cli.command()
@click.argument("exercise", required=False)
@click.argument("step", required=False)
@_name
@pass_course
def show(course: Course, exercise: str | None, step: str | None) -> None:
    """The opening page, an exercise's task, or a step's text (Markdown)."""
    if exercise is None:
        click.echo(course.catalog.overview)
        return
    exercise, step = _split(exercise, step)
    [(found, steps)] = course.catalog.select([f"{exercise}/{step}" if step else exercise])
    if step:
        _show_step(course, found, steps[0])
        return
    click.echo(f"# {found.title}\n\n{found.minutes} minutes, {found.difficulty}, {found.domain}\n\n{found.brief}\n")
    for each in found.steps:
        click.echo(f"- {found.id}/{each.id}: {each.title} ({each.points} points)")
    click.echo("\nWhat next:")
    _advise(
        course,
        (f"start {found.id}", "put its starting state in place"),
        (f"show {found.id} {found.steps[0].id}", "read the first step"),
    )


@cli.command()
@click.argument("exercise")
@_name
@pass_course
def start(course: Course, exercise: str) -> None:
    """Put an exercise's own starting state in place."""
    course.start(exercise)
    first = course.catalog.find(exercise).steps[0]
    click.echo(f"{exercise} is started. What next:")
    _advise(course, (f"show {exercise} {first.id}", "read the first step"), ("shell", "work on the node"))


@cli.command()
@click.argument("selectors", nargs=-1, metavar="[EXERCISE[/STEP]]...")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file instead.")
@_name
@pass_course
def verify(course: Course, selectors: tuple[str, ...], form: str, output: Path | None) -> None:
    """Check exercises or steps against the live cluster; everything when none is named."""
    _report(course.verify(selectors, VERIFY_WAIT), form, output)


@cli.command()
@click.argument("selector", metavar="EXERCISE[/STEP]")
@_name
@pass_course
def hint(course: Course, selector: str) -> None:
    """The next hint of a step (without one: of the first that does not pass); it is recorded as taken."""
    exercise, _, step = selector.partition("/")
    given = course.hint(exercise, step or course.current_step(exercise))
    click.echo(f"Hint {given.number} of {given.total} for {exercise}/{given.step}:\n\n{given.text}")


@cli.command()
@click.argument("selector", metavar="EXERCISE[/STEP]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_name
@pass_course
def solve(course: Course, selector: str, form: str) -> None:
    """Type the solution on the node, step by step, check each, and say why it works."""
    report = course.solve(selector)
    if form == "text":
        for _, steps in course.catalog.select([selector]):
            for step in steps:
                click.echo(f"# {step.title}\n\n{step.why}\n")
    _report(report, form, None)


@cli.command()
@click.argument("exercise", required=False)
@click.option("--all", "everything", is_flag=True, help="Put the whole cluster back to just after `lab up`.")
@_name
@pass_course
def reset(course: Course, exercise: str | None, everything: bool) -> None:
    """Put an exercise back to just after its start, or with --all the whole cluster."""
    if everything == (exercise is not None):
        raise UsageError("Name one exercise, or say --all.", "lab reset EXERCISE | lab reset --all")
    if exercise is None:
        course.reset_all()
    else:
        course.reset(exercise)


@cli.command("shell", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@_name
@pass_course
def shell_command(course: Course, command: tuple[str, ...]) -> None:
    """Root on the control-plane node: a shell, or one command in it."""
    argv = course.shell_argv(command, tty=sys.stdin.isatty() and sys.stdout.isatty())
    sys.exit(shell.interact(argv))


@cli.group(cls=_Group)
@_name
def webhook() -> None:
    """The reference image policy webhook: beside the cluster, or anywhere (docs/webhook.md)."""


_file = click.Path(dir_okay=False, path_type=Path)


@webhook.command()
@click.option("--listen", required=True, metavar="HOST:PORT", help="Where it is asked, over mutual TLS.")
@click.option("--cert", required=True, type=_file, metavar="FILE", help="Its certificate, PEM.")
@click.option("--key", required=True, type=_file, metavar="FILE", help="The certificate's private key, PEM.")
@click.option("--client-ca", required=True, type=_file, metavar="FILE", help="Whom it believes a client, PEM.")
@click.option("--policy", required=True, type=_file, metavar="FILE", help="What it lets in, YAML.")
@click.option("--health-listen", default="", metavar="HOST:PORT", help="Health and metrics, without TLS.")
@click.option("--check", is_flag=True, help="Only check the files.")
def serve(listen: str, cert: Path, key: Path, client_ca: Path, policy: Path, health_listen: str, check: bool) -> None:
    """Run the webhook until it is stopped."""
    from lab.webhook.options import Options
    from lab.webhook.server import serve as run  # aiohttp is loaded for this alone

    sys.exit(run(Options(listen, cert, key, client_ca, policy, health_listen, check)))


@webhook.command("up")
@_name
@pass_course
def webhook_up(course: Course) -> None:
    """Start it beside the cluster, under the name external-service."""
    course.webhook_up()
    click.echo("The webhook runs; the API server finds it as external-service:1234. What next:")
    _advise(course, ("webhook logs", "what it decided"), ("webhook down", "remove it"))


@webhook.command("down")
@_name
@pass_course
def webhook_down(course: Course) -> None:
    """Remove it."""
    course.webhook_down()


@webhook.command("logs")
@click.option("-f", "--follow", is_flag=True, help="Go on until Ctrl-C.")
@_name
@pass_course
def webhook_logs(course: Course, follow: bool) -> None:
    """Print what it logged: one JSON object a decision."""
    sys.exit(shell.interact(course.webhook_logs_argv(follow)))


@cli.command()
@_name
def lint() -> None:
    """Check all exercise data; every problem at once, with file and line."""
    from lab.lint import lint as find_problems

    problems = find_problems(paths.data("exercises"), paths.data("solutions"))
    for problem in problems:
        click.echo(str(problem))
    if problems:
        click.echo(f"{len(problems)} problems", err=True)
        sys.exit(ExitCode.BAD_DATA)
    click.echo("The exercise data is in order.")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit. No stack trace reaches a learner: an unforeseen one goes to a log."""
    with _ending_signals() as received:
        try:
            code = cli.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
            sys.exit(code if isinstance(code, int) else ExitCode.OK)
        except BaseException as error:
            if received:  # whatever became of the exception on its way here
                sys.exit(_interrupted(ExitCode(128 + received[0])))
            sys.exit(_code_of(error))


@contextmanager
def _ending_signals() -> Iterator[list[int]]:
    """Within, SIGTERM and SIGHUP raise KeyboardInterrupt, once, wherever the main thread is; gives the list that
    takes the signal's number. A signal that is ignored, as `nohup` has it, stays so.
    """
    received: list[int] = []

    def take(number: int, _: object) -> None:
        if not received:  # a terminal that closes may send two
            received.append(number)
            raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    for number in (signal.SIGTERM, signal.SIGHUP):
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, take)
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def _code_of(error: BaseException) -> ExitCode:
    """Say what an exception means for a learner; gives the exit code. SystemExit goes on its way."""
    match error:
        case SystemExit():
            raise error
        case click.ClickException():
            error.show()
            return ExitCode.USAGE
        case LabError():
            click.echo(f"Error: {error}", err=True)
            return error.exit_code
        case KeyboardInterrupt() | click.Abort():
            return _interrupted(ExitCode.INTERRUPTED)
    log = paths.log_file("crash")
    log.write_text("".join(traceback.format_exception(error)))
    click.echo(f"Error: lab met something it did not foresee; the details are in {log}", err=True)
    return ExitCode.COULD_NOT


def _interrupted(code: ExitCode) -> ExitCode:
    signal.signal(signal.SIGINT, lambda *_: None)  # a second Ctrl-C comes too late to hurry this
    shell.stop_all()
    with suppress(OSError):  # the terminal may be gone
        click.echo("\nInterrupted. Nothing is lost: type the same command again to go on.", err=True)
    return code


def _report(report: Report, form: str, output: Path | None) -> NoReturn:
    from lab.report import FORMATS

    if output is None:
        try:
            FORMATS[form](report, sys.stdout)
            sys.stdout.flush()
        except BrokenPipeError:
            _nobody_reads()
    else:
        try:
            with output.open("w") as stream:
                FORMATS[form](report, stream)
        except OSError as error:
            raise LabError(f"{output} cannot be written: {error.strerror}.", "Name another file: --output") from error
    sys.exit(_CODE.get(report.verdict, ExitCode.FAILED))


def _show_step(course: Course, exercise: Exercise, step: Step) -> None:
    click.echo(f"# {step.title}\n\n{step.text}\n")
    for reference in step.references:
        click.echo(f"- {reference.title}: {reference.url}")
    rows = [
        ("shell", "work on the node"),
        (f"verify {exercise.id}/{step.id}", "check it"),
        (f"hint {exercise.id}/{step.id}", "the next hint"),
    ]
    after = exercise.steps[exercise.steps.index(step) + 1 :]
    rows += [(f"show {exercise.id} {after[0].id}", "read the next step")] if after else []
    click.echo("\nWhat next:")
    _advise(course, *rows)


def _split(exercise: str, step: str | None) -> tuple[str, str | None]:
    if step is None and "/" in exercise:
        exercise, _, step = exercise.partition("/")
    return exercise, step


def _summary(exercise: Exercise) -> dict[str, Any]:
    keys = ("id", "title", "summary", "minutes", "difficulty", "domain")
    steps = [{"id": step.id, "title": step.title, "points": step.points} for step in exercise.steps]
    return {key: getattr(exercise, key) for key in keys} | {"steps": steps}


def _next(course: Course) -> None:
    click.echo(f'The cluster "{course.name}" is ready. What next:')
    _advise(
        course,
        ("", "the TUI"),
        ("show", "what this is about"),
        (f"start {course.catalog.exercises[0].id}", "the first exercise"),
        ("shell", "root on the control-plane node"),
    )


def _advise(course: Course, *rows: tuple[str, str]) -> None:
    """Print commands for this cluster and what each is for, in two columns, however long its name is."""
    option = [] if course.name == paths.DEFAULT_NAME else ["--name", course.name]
    commands = [" ".join(["lab", *words.split(), *option]) for words, _ in rows]
    width = max(map(len, commands))
    for command, (_, purpose) in zip(commands, rows, strict=True):
        click.echo(f"  {command:{width}}   {purpose}")


def _nobody_reads() -> None:
    """`lab list | head`: what is still to be written goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2))
