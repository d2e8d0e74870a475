"""Prints results on a terminal: Markdown rendered, verdicts with a mark and a colour, tables. Plain text elsewhere.

Plain is a pipe, `NO_COLOR` and `TERM=dumb`. No state is told by colour alone: the words of the plain text stay.
"""

import os
import re
import sys
from collections.abc import Sequence
from io import StringIO
from json import dumps
from typing import TYPE_CHECKING

import click

from lab.model import Report, Verdict
from lab.report import text
from lab.report.words import VERDICTS

if TYPE_CHECKING:
    from rich.console import Console

    from lab.request_path.station import RequestPath

_STYLES = {Verdict.PASS: "green", Verdict.FAIL: "bold red", Verdict.ERROR: "bold yellow", Verdict.SKIP: "dim"}
_VERDICT = re.compile(rf"( *)({'|'.join(verdict.name for verdict in Verdict)})(?= )")
_LABEL = re.compile(r" *(expected|observed|look with):")
_MARKED = text.WIDTH + 2
"""Columns from which on there is room for a mark before each verdict."""


def terminal() -> "Console | None":
    """Standard output as a terminal that shows colours; None where plain text is wanted."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb":
        return None
    from rich.console import Console  # it takes a twentieth of a second to load, which plain text need not wait for

    return Console(highlight=False)


def markdown(source: str) -> None:
    """Print a text of the exercises; commands in it are never folded, so that a copied one is whole."""
    if (screen := terminal()) is None:
        click.echo(source)
        return
    from rich.markdown import CodeBlock, Markdown
    from rich.text import Text

    class Command(CodeBlock):
        def __rich_console__(self, *_: object):  # type: ignore[no-untyped-def]
            yield Text(str(self.text).rstrip(), style="cyan", no_wrap=True, overflow="ignore")

    class Page(Markdown):
        elements = {**Markdown.elements, "fence": Command, "code_block": Command}  # noqa: RUF012 (rich's own)

    screen.print(Page(source, hyperlinks=False), crop=False)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Print a table that fits the width; gives False, and prints nothing, where plain text is wanted."""
    if (screen := terminal()) is None:
        return False
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(*headings, box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    screen.print(made)
    return True


def report(found: Report) -> None:
    """Print what `lab verify` found."""
    if (screen := terminal()) is None:
        text.write(found, sys.stdout)
        return
    from rich.text import Text

    plain = StringIO()
    text.write(found, plain)
    for line in plain.getvalue().splitlines():
        shown = Text(line)
        if verdict := _VERDICT.match(line):
            mark = f"{VERDICTS[Verdict[verdict[2]]][0]} " if screen.width >= _MARKED else ""
            style = _STYLES[Verdict[verdict[2]]]
            shown = Text.assemble(verdict[1], (mark + verdict[2], style), line[verdict.end() :])
        elif label := _LABEL.match(line):
            shown.stylize("cyan" if label[1] == "look with" else "bold", label.start(1), label.end())
        screen.print(shown, soft_wrap=True)


def way(found: "RequestPath") -> None:
    """Print the way of a request."""
    from lab.request_path import drawing
    from lab.request_path.station import State

    styles = {State.YES: "green", State.NO: "bold red", State.OFF: "dim", State.NOT_REACHED: "dim"}
    styles |= dict.fromkeys((State.UNREACHABLE, State.OPEN, State.RESTARTING, State.UNKNOWN), "bold yellow")
    screen = terminal()
    for line in drawing.lines(found):
        if screen is None:
            click.echo(line.text)
            continue
        from rich.text import Text

        style = "bold" if line.heading else styles.get(line.state, "") if line.state else ""
        screen.print(Text(line.text, style), soft_wrap=True)


def json(value: object) -> None:
    """Print a value as JSON."""
    click.echo(dumps(value, indent=2))
