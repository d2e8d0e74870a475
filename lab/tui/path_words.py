"""How the way of a request is shown: its rows and colours, what of it is decisive, and what one may type. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from textual.content import Content

from lab.model import Exercise
from lab.report.text import clean
from lab.request_path import drawing
from lab.request_path.station import ADMITTED, CLUSTER, REFUSED, UNKNOWN, Group, RequestPath, State
from lab.tui.path_watch import Seen
from lab.tui.widgets.fence import folded

COLOURS = {
    State.YES: "$text-success",
    State.NO: "bold $text-error",
    State.OFF: "$text-muted",
    State.NOT_REACHED: "$text-muted",
    State.BOTH: "$text-warning",
    **dict.fromkeys((State.UNREACHABLE, State.OPEN, State.RESTARTING, State.UNKNOWN), "bold $text-warning"),
}
"""Beside the mark and the word, which say the same; the states that are not here have the colour of all text."""
_OUTCOMES = {ADMITTED: ("✓", "$text-success"), REFUSED: ("✗", "$text-error"), UNKNOWN: ("?", "$text-warning")}
_AMISS = (State.RESTARTING, State.UNREACHABLE, State.OPEN, State.UNKNOWN)
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_FLAGS = ("-n", "--namespace")
USAGE = "Type an image or the name of a pod, and -n NAMESPACE where that is not default."


@dataclass(frozen=True)
class Row:
    """A row of the picture; `of` is the id of the station or the group whose first row it is, else empty."""

    text: Content
    of: str = ""


def rows(path: RequestPath, width: int) -> Iterator[Row]:
    """The stations; a command that is longer than a row goes on in the next, marked as such."""
    for line in drawing.stations(path, width):
        colour = "bold $text-primary" if line.heading else COLOURS.get(line.state, "") if line.state else ""
        for number, text in enumerate(folded(Content(line.text), width).split("\n")):
            yield Row(text.stylize(colour) if colour else text, "" if number else line.of)


def decisive(path: RequestPath, on_node: bool) -> str:
    """The id of the station, or the group of stations, that one has to see first.

    Args:
        path: the way.
        on_node: whether the exercise at hand is about what the node runs, rather than about admission.
    """
    if path.stopped_at:
        return path.stopped_at
    wrong = _AMISS if path.kind == CLUSTER else (*_AMISS, State.NO)
    amiss = next((each.id for top in path.stations for each in top.flat() if each.state in wrong), "")
    return amiss or (Group.NODE if on_node else Group.VALIDATING)


def is_about_node(exercise: Exercise | None) -> bool:
    """Whether checks of an exercise are about a component that the kubelet starts, which no admission judges."""
    steps = exercise.steps if exercise else ()
    return any(hasattr(check.params, "component") for step in steps for check in step.checks)


def said(path: RequestPath) -> Content:
    """What became of the request, in a sentence; empty for a cluster of which there is nothing to say."""
    mark, colour = _OUTCOMES.get(path.outcome, ("!", "$text-warning"))
    return Content.styled(f"{mark} {clean(path.summary)}", f"bold {colour}") if path.summary else Content("")


def small(seen: Seen, key: str) -> Content:
    """The way in two lines: a mark for each station, and what became of the last request; `key` shows the whole."""
    parts: list[Content | tuple[str, str] | str] = ["kubectl"]
    for name, stations in drawing.small(seen.path):
        parts += [(" → ", "$text-muted"), f"{name} "]
        parts += [(drawing.MARKS[each.state][0], COLOURS.get(each.state, "")) for each in stations]
    what = said(seen.path)
    return Content.assemble(
        *parts, "\n", f"seen at {seen.at} · {key} shows it", " · " if what.plain else "", what
    )  # fmt: skip


def read(text: str) -> tuple[str, str]:
    """What was typed, read as `lab path` reads its words: an image or a pod's name (or nothing), and the namespace.

    Raises:
        ValueError: it is something else; the sentence says what.
    """
    subject, namespace, words = "", "default", text.split()
    while words:
        word = words.pop(0)
        flag, equals, value = word.partition("=")
        if flag in _FLAGS:
            namespace = value if equals else words.pop(0) if words else ""
        elif word.startswith("-"):
            raise ValueError(f"There is no {word} here. {USAGE}")
        elif subject:
            raise ValueError(f"{subject} and {word} are two; one at a time is sent. {USAGE}")
        else:
            subject = word
    if not _NAMESPACE.fullmatch(namespace):
        raise ValueError(f'"{namespace}" cannot be the name of a namespace. {USAGE}')
    return subject, namespace
