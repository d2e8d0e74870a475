"""lab path: draws in text where the API server judges an image."""

import json
import sys
from typing import TYPE_CHECKING

import click

from lab.cli import printing
from lab.cli.options import json_option, name_option, pass_course
from lab.exit_codes import ExitCode

if TYPE_CHECKING:
    from lab.course import Course


@click.command()
@click.argument("subject", required=False, default="", metavar="[POD|IMAGE]")
@click.option("-n", "--namespace", default="default", show_default=True, help="Where the pod is, or is tried.")
@json_option
@name_option
@pass_course
def path(course: "Course", subject: str, namespace: str, as_json: bool) -> None:
    """The way of a request: who judges an image where, and in which state each is.

    With an IMAGE a pod with it is tried as a dry run, and shown where it is stopped and in whose words. With the name
    of a POD that exists: what was decided about it, and what runs. Ends with 0 when the image is let in, with 1 when it
    is refused, with 3 when that could not be told.
    """
    from lab.request_path import as_json as form
    from lab.request_path.station import REFUSED, UNKNOWN

    found = course.path(subject, namespace)
    if as_json:
        click.echo(json.dumps(form.as_object(found), indent=2, ensure_ascii=False))
    else:
        printing.way(found)
    sys.exit({REFUSED: ExitCode.FAILED, UNKNOWN: ExitCode.COULD_NOT}.get(found.outcome, ExitCode.OK))
