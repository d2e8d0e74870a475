"""lab webhook: the reference image policy webhook, beside the cluster or anywhere."""

import sys
from collections.abc import Callable
from dataclasses import MISSING
from typing import TYPE_CHECKING, Any

import click

from lab import shell
from lab.cli.options import Group, advise, name_option, pass_course
from lab.webhook.options import Options, flags

if TYPE_CHECKING:
    from lab.course import Course


@click.group(cls=Group)
@name_option
def webhook() -> None:
    """The reference image policy webhook: beside the cluster, or anywhere (docs/webhook.md)."""


def _server_options(command: Callable[..., None]) -> Callable[..., None]:
    for flag, option in reversed(flags().items()):
        default: dict[str, Any] = {"required": True} if option.default is MISSING else {"default": option.default}
        kind = option.type
        command = click.option(flag, type=kind, is_flag=kind is bool, **option.metadata, **default)(command)
    return command


@webhook.command()
@_server_options
def serve(**options: Any) -> None:
    """Run the webhook until it is stopped."""
    from lab.webhook.server import serve as run  # aiohttp is loaded for this alone

    sys.exit(run(Options(**options)))


@webhook.command("up")
@name_option
@pass_course
def webhook_up(course: "Course") -> None:
    """Start it beside the cluster, under the name external-service."""
    course.webhook_up()
    click.echo("The webhook runs; the API server finds it as external-service:1234. What next:")
    advise(course, ("webhook logs", "what it decided"), ("webhook down", "remove it"))


@webhook.command("down")
@name_option
@pass_course
def webhook_down(course: "Course") -> None:
    """Remove it."""
    course.webhook_down()


@webhook.command("logs")
@click.option("-f", "--follow", is_flag=True, help="Go on until Ctrl-C.")
@name_option
@pass_course
def webhook_logs(course: "Course", follow: bool) -> None:
    """Print what it logged: one JSON object a decision."""
    sys.exit(shell.interact(course.webhook_logs_argv(follow)))
