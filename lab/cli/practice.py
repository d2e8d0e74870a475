"""lab practice: the walk through the exercises, in the TUI or as lines of text."""

import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO, TextIOWrapper
from types import FrameType
from typing import TYPE_CHECKING

import click

from lab import shell
from lab.cli.options import may_make, name_option, pass_course
from lab.errors import UsageError
from lab.exit_codes import ExitCode
from lab.model import Place
from lab.phases import Console
from lab.shell.signals import handling

if TYPE_CHECKING:
    from lab.course import Course

_WIDEST = 100  # columns; longer lines are hard to read


@click.command()
@click.argument("place", required=False, metavar="[EXERCISE[/STEP]]")
@click.option("--plain", is_flag=True, help="Lines of text instead of the full screen; needs no terminal.")
@name_option
@pass_course
def practice(course: "Course", place: str | None, plain: bool) -> None:
    """Walk through the exercises: the TUI, or with --plain lines of text.

    --plain is for screen readers, recordings and small terminals: nothing moves or is drawn anew, and no state is
    told by colour. It makes the cluster first when there is none.
    """
    where = _place(course, place) if place else None
    may_make(course.name)
    if plain:
        sys.exit(_walk(course, where))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("The TUI needs a terminal.", "Without one: lab practice --plain")
    from lab import tui  # Textual is loaded for the TUI alone

    if where:
        course.remember(where)  # the TUI opens where the learner was
    sys.exit(tui.run(course.name, lambda name: course))


def _place(course: "Course", selector: str) -> Place:
    [(exercise, steps)] = course.catalog.select([selector])
    return Place(exercise.id, steps[0].id if "/" in selector else "")


def _walk(course: "Course", where: Place | None) -> ExitCode:
    from lab.practice import Talk, Walk

    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # whatever is typed, and wherever a mark cannot be shown
    typed = sys.stdin is not None and sys.stdin.isatty()
    course.status = Console(sys.stdout, stamps=False)
    talk = Talk(sys.stdin or StringIO(), sys.stdout, _width, echo=not typed, name=course.name)
    with _ctrl_c_stops():
        try:
            return Walk(course, talk, shell.interact if typed and sys.stdout.isatty() else None).run(where)
        finally:
            shell.stop_all()


def _width() -> int:
    return min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)


@contextmanager
def _ctrl_c_stops() -> Iterator[None]:
    """Within, Ctrl-C raises Stop, which the walk tells from other signals; where it is ignored, it stays so."""
    from lab.practice import Stop

    def stop(_: int, __: FrameType | None) -> None:
        raise Stop

    with handling({signal.SIGINT: stop}):
        yield
