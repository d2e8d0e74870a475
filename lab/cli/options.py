"""Options that commands share, the cluster's name among them, and advice on what to type next."""

import re
import sys
from typing import TYPE_CHECKING, Any

import click

from lab.advice import command_for, name_error
from lab.errors import DEFAULT_NAME, LabError, NoClusterError, UsageError
from lab.exit_codes import ExitCode
from lab.paths import ClusterPaths
from lab.phases import Console

if TYPE_CHECKING:
    from lab.course import Course

_HOST_LIMIT = 63  # characters of the node's name: it is a host name too (RFC 1123, and the kernel's 64)
_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_TAKEN = ("bridge", "default", "host", "ingress", "kind", "none")  # networks that are Docker's and kind's own
pass_course = click.pass_obj


class Group(click.Group):
    """Takes `--name` and `--json` after the command too, where people type them."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The command of that name; the error names the nearest when there is none."""
        name = args[0]
        if name not in self.commands:
            from lab.catalog.decode import did_you_mean

            ctx.fail(f'There is no command "{name}"{did_you_mean(name, sorted(self.commands))}')
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; a reader that leaves ends it well."""
        try:
            return super().invoke(ctx)
        except LabError as error:
            name_error(error, getattr(ctx.find_root().obj, "name", DEFAULT_NAME))
            raise
        except BrokenPipeError:  # click would end with 1, which says that a check failed
            ctx.exit(ExitCode.OK)


class ShellCommand(click.Command):
    """Takes `--name` after a command of one word, too; after more words it may be theirs."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put it in front, where click looks for it."""
        match args:
            case [word, "--name", name] if not word.startswith("-"):
                args = ["--name", name, word]
            case [word, option] if not word.startswith("-") and option.startswith("--name="):
                args = [option, word]
        return super().parse_args(ctx, args)


def _named(ctx: click.Context, _: click.Parameter, name: str | None) -> None:
    if name is not None:
        ctx.obj = ctx.find_root().obj = course_of(name)


def course_of(name: str) -> "Course":
    """The use cases for a cluster; its name becomes that of a container, of a host and of a Docker network.

    Raises:
        UsageError: it cannot be the name of one of these.
    """
    from lab.course import Course  # a fifth of a second: not for --help, nor before the TUI shows something
    from lab.k8s.kind import node_container

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
        raise UsageError(f'"{shown}" is no cluster name: {wrong}.', f"Choose another: --name {DEFAULT_NAME}-2")
    return Course(name, Console(), _ask)


def may_make(name: str) -> None:
    """Ask before a cluster of a name that never was is made by the way; the default one is made unasked.

    Raises:
        NoClusterError: the answer is no, or nobody can be asked.
    """
    if name == DEFAULT_NAME or ClusterPaths(name).folder.exists():
        return
    if not _ask(f'There is no cluster "{name}". Make it?'):
        error = NoClusterError(name)
        error.hint = f"Make it with: lab up --name {name}"
        raise error


def _ask(question: str) -> bool:
    return sys.stdin.isatty() and click.confirm(question, err=True)


name_option = click.option(
    "--name",
    metavar="NAME",
    expose_value=False,
    callback=_named,
    help=f"The cluster's name ({DEFAULT_NAME}).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")


def advise(course: "Course", *rows: tuple[str, str]) -> None:
    """Print commands for this cluster and what each is for, in two columns, however long its name is."""
    commands = [command_for(course.name, words) for words, _ in rows]
    width = max(map(len, commands))
    for command, (_, purpose) in zip(commands, rows, strict=True):
        click.echo(f"  {command:{width}}   {purpose}")
