"""lab rescue: the control plane's last good files back in place, and the learner's on again."""

from typing import TYPE_CHECKING

import click

from lab.advice import named
from lab.cli.options import name_option, pass_course

if TYPE_CHECKING:
    from lab.course import Course


@click.command()
@click.option("--mine", is_flag=True, help="Put your files of the last rescue on again.")
@name_option
@pass_course
def rescue(course: "Course", mine: bool) -> None:
    """Put the control plane's last good files back, keeping yours on the node.

    Shows how yours differ, starts containerd and the kubelet where they are stopped, and waits for the API server.
    Points and exercises stay as they are. Where the API server is ready, nothing is changed.
    """
    from lab.report import rescue as words

    if mine:
        lines = list(words.mine(course.rescue.mine()))
    else:
        found = course.rescue.look()
        if found.difference and found.needed:
            click.echo(f"{found.difference}\n")
        found = course.rescue.put_back() if found.needed else found
        lines = list(words.done(found)) if found.needed else [words.nothing(found)]
    for line in lines:
        click.echo(named(line, course.name))
