"""lab webhook: the reference image policy webhook, beside the cluster or anywhere."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab import shell
from lab.cli.options import Group, advise, name_option, pass_course

if TYPE_CHECKING:
    from lab.course import Course


@click.group(cls=Group)
@name_option
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
