"""lab practice: the walk through the exercises, in the TUI or as lines of text."""

import os
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
from lab.exit_codes import ExitCode
from lab.model import Place
from lab.phases import Console
from lab.shell.signals import handling

if TYPE_CHECKING:
    from lab.course import Course

_WIDEST = 100  # columns; longer lines are hard to read


@click.command()
@click.argument("place", required=False, metavar="[EXERCISE[/STEP]]")
@click.option("--plain", is_flag=True, help="Lines of text also where a full screen can be had.")
@name_option
@pass_course
def practice(course: "Course", place: str | None, plain: bool) -> None:
    """Walk through the exercises: the TUI, or with --plain lines of text.

    --plain is for screen readers, recordings and small terminals: nothing moves or is drawn anew, and no state is
    told by colour. It makes the cluster first when there is none. Where there is no terminal, or TERM is dumb, it
    comes by itself.
    """
    where = _place(course, place) if place else None
    may_make(course.name)
    if plain or (why := why_plain()):
        sys.exit(walk(course, where, "" if plain else why))
    from lab import tui  # Textual is loaded for the TUI alone

    if where:
        course.remember(where)  # the TUI opens where the learner was
    sys.exit(tui.run(course.name, lambda name: course))


def why_plain() -> str:
    """Why the walk has to be in lines of text, in a sentence; empty where the full screen can be had."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "Here is no terminal for the full screen, so this is the walk in lines of text."
    if os.environ.get("TERM", "dumb") == "dumb":
        return "TERM says that this terminal cannot show the full screen, so this is the walk in lines of text."
    return ""


def _place(course: "Course", selector: str) -> Place:
    [(exercise, steps)] = course.catalog.select([selector])
    return Place(exercise.id, steps[0].id if "/" in selector else "")


def walk(course: "Course", where: Place | None, why: str = "") -> ExitCode:
    """Walk in lines of text, from a place or from where the learner chooses; `why` is said first."""
    from lab.practice import Talk, Walk

    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # whatever is typed, and wherever a mark cannot be shown
    typed = sys.stdin is not None and sys.stdin.isatty()
    course.status = Console(sys.stdout, stamps=False)
    on_terminal = typed and sys.stdout.isatty()
    height = _height if on_terminal else lambda: 0
    talk = Talk(sys.stdin or StringIO(), sys.stdout, _width, echo=not typed, name=course.name, height=height)
    with _ctrl_c_stops():
        try:
            if why:
                talk.say(why)
            return Walk(course, talk, shell.interact if on_terminal else None).run(where)
        finally:
            shell.stop_all()


def _width() -> int:
    return min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)


def _height() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).lines  # not of $LINES, which may be another terminal's
    except (OSError, ValueError):
        return 24


@contextmanager
def _ctrl_c_stops() -> Iterator[None]:
    """Within, Ctrl-C raises Stop, which the walk tells from other signals; where it is ignored, it stays so."""
    from lab.practice import Stop

    def stop(_: int, __: FrameType | None) -> None:
        raise Stop

    with handling({signal.SIGINT: stop}):
        yield
