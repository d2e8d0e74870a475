"""A way as a picture in text, for a terminal of 80 columns: state by mark and by word, never by colour alone. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from lab.report.text import WIDTH, clean, folded
from lab.request_path.station import IMAGE, POD, Group, RequestPath, State, Station

MARKS = {
    State.OFF: ("-", "off"),
    State.ON: ("•", "on"),
    State.NEVER: ("•", "on, not asked"),
    State.YES: ("✓", "yes"),
    State.NO: ("✗", "no"),
    State.BOTH: ("±", "yes and no"),
    State.UNREACHABLE: ("!", "cannot be reached"),
    State.OPEN: ("!", "fails open"),
    State.RESTARTING: ("~", "restarting"),
    State.NOT_REACHED: (".", "not reached"),
    State.UNKNOWN: ("?", "could not tell"),
}
"""A mark and a word for each state, which always go together."""
_ASKED = (State.YES, State.NO, State.BOTH)
_NOTABLE = (State.NO, State.UNREACHABLE, State.OPEN, State.RESTARTING, State.UNKNOWN)
_HEADINGS = {
    Group.SERVER: "in the API server",
    Group.MUTATING: "mutating admission: may change the pod",
    Group.VALIDATING: "validating admission: may only refuse it",
    Group.STORAGE: "storage",
    Group.NODE: "on the node",
}
_SHORT = {
    Group.SERVER: "API server",
    Group.MUTATING: "mutating",
    Group.VALIDATING: "validating",
    Group.STORAGE: "etcd",
    Group.NODE: "node",
}
_ASKED_ONES = ("webhook/", "policy/", "constraint/", "service")
_COLUMN = 44  # where the states begin


@dataclass(frozen=True)
class Line:
    """A line of the picture.

    `state`: of the station that it is about, on the lines with that station's name alone. `of`: the id of that station;
    on the heading of a group, the group.
    """

    text: str
    state: State | None = None
    heading: bool = False
    of: str = ""


def lines(path: RequestPath) -> Iterator[Line]:
    """The picture, from the top: what it is of, the stations, and at the end what became of the request."""
    for text in folded("", title(path)):
        yield Line(text, heading=True)
    yield Line("")
    yield from stations(path)
    if path.summary:
        yield Line("")
        yield from (Line(text, heading=True) for text in folded("", path.summary))


def stations(path: RequestPath, width: int = WIDTH) -> Iterator[Line]:
    """The stations alone, for a terminal of that many columns; a command to paste may be longer."""
    pen, stopped = _Pen(width, path.stopped_at), False
    for group, members in groupby(path.stations, key=lambda each: each.group):
        if group in _HEADINGS:
            yield Line(f"{_rail(stopped)} {_HEADINGS[group]}".rstrip(), heading=True, of=group)
        for station in _merged(members):
            yield from pen.station(station, "", stopped)
            if path.stopped_at and any(each.id == path.stopped_at for each in station.flat()):
                stopped = True
                yield Line("└ Here the request ends.", heading=True)


def state_of(station: Station) -> str:
    """The state in words: `said no`, `restarting for 12 s`."""
    word = MARKS[station.state][1]
    if station.state is State.RESTARTING and station.seconds:
        return f"{word} for {station.seconds} s"
    inside = station.group in (Group.SERVER, Group.MUTATING, Group.VALIDATING)
    return f"said {word}" if station.state in _ASKED and inside else word


def small(path: RequestPath) -> Iterator[tuple[str, Sequence[Station]]]:
    """The parts of the way behind kubectl, by their short names, each with its stations, as they are drawn."""
    for group, members in groupby(path.stations, key=lambda each: each.group):
        if group is not Group.CLIENT:
            yield _SHORT[group], tuple(_merged(members))


def title(path: RequestPath) -> str:
    """What the picture is of."""
    if path.kind == IMAGE:
        return f"The way of a pod with {path.subject} into {path.namespace}, as a dry run"
    if path.kind == POD:
        return f"The way of the pod {path.subject} in {path.namespace}"
    return "The way of a request, from kubectl to the container runtime"


def _rail(stopped: bool) -> str:
    return " " if stopped else "│"


def _merged(stations: Iterable[Station]) -> Iterator[Station]:
    """Neighbours of which nothing is to be said but that they are in the same state, as one."""
    run: list[Station] = []
    for station in stations:
        if run and (not _mergeable(station) or station.state is not run[0].state):
            yield _one(run)
            run = []
        if _mergeable(station):
            run.append(station)
        else:
            yield station
    if run:
        yield _one(run)


def _mergeable(station: Station) -> bool:
    return station.state is State.NOT_REACHED or (station.minor and station.state not in _NOTABLE)


def _one(run: list[Station]) -> Station:
    return replace(run[0], name=", ".join(each.name for each in run), words="", what="", parts=())


def _what(station: Station) -> str:
    """What it does, where that is not plain: of what a plugin asks, and where nothing else is said of a station."""
    plain = station.words or station.parts or station.group is Group.SERVER
    if station.state is State.NOT_REACHED or not station.what or (plain and not station.id.startswith(_ASKED_ONES)):
        return ""
    return f"{station.what[:1].upper()}{station.what[1:]}."


def _command(command: str, indent: str) -> Iterator[str]:
    """Never folded: it is there to be pasted."""
    first, *others = clean(command).splitlines()
    yield f"{indent}look with: {first}"
    yield from others


@dataclass(frozen=True)
class _Pen:
    """Draws a station: so many columns wide, on the way of a request that was stopped at `stopped_at`."""

    width: int
    stopped_at: str

    def station(self, station: Station, indent: str, stopped: bool) -> Iterator[Line]:
        """It and its parts; `stopped`: whether the request ended before it."""
        yield from self._head(station, indent, stopped)
        rail, more = _rail(stopped), f"{indent}  "
        if what := _what(station):
            yield from (Line(f"{rail}{line}") for line in folded(f" {more}", what, width=self.width - 1))
        if station.words and station.state is not State.NOT_REACHED:
            label = "words: " if station.id == self.stopped_at else ""
            yield from (Line(f"{rail}{line}") for line in folded(f" {more}", station.words, label, self.width - 1))
        if station.next and station.state in _NOTABLE and not any(part.state in _NOTABLE for part in station.parts):
            yield from (Line(line) for line in _command(station.next, f"{rail} {more}"))
        for part in station.parts:
            yield from self.station(part, f"{indent}  ", stopped)

    def _head(self, station: Station, indent: str, stopped: bool) -> Iterator[Line]:
        """The name and the state; a name that is too long for one line goes on in the next, where the state follows."""
        mark = MARKS[station.state][0]
        state = "" if station.group is Group.CLIENT else state_of(station)
        rail = _rail(stopped)
        names = list(folded("", station.name, width=self.width - len(indent) - 25)) or [""]
        for number, name in enumerate(names):
            begin = f"{rail} {indent}{mark if number == 0 else ' '} {name}"
            last = number == len(names) - 1
            text = f"{begin:<{_COLUMN}}  {state}".rstrip() if last else begin
            yield Line(text, station.state, of=station.id)
