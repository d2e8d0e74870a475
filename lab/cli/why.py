"""`lab why`: names the fault of a control plane that is away, or not as it seems."""

import json
import sys
from typing import TYPE_CHECKING

import click

from lab.cli.options import json_option, name_option, pass_course
from lab.exit_codes import ExitCode

if TYPE_CHECKING:
    from lab.course import Course


@click.command()
@json_option
@name_option
@pass_course
def why(course: "Course", as_json: bool) -> None:
    """Name what is wrong with the control plane, where it shows, and what to type.

    It looks at the node, so the API server may be away. Ends with 0 when all is well or the API server just restarts,
    with 1 when a fault was named, with 3 when the API server is away and nothing says why.
    """
    from lab.why import report
    from lab.why.diagnosis import State

    found = course.why()
    if as_json:
        click.echo(json.dumps(report.as_object(found), indent=2, ensure_ascii=False))
    else:
        for line in report.lines(found):
            click.echo(line)
    sys.exit({State.FAULTY: ExitCode.FAILED, State.UNKNOWN: ExitCode.COULD_NOT}.get(found.state, ExitCode.OK))
