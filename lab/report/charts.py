"""Pictures for the page of a class, as inline SVG; each says in words what it shows."""

from collections.abc import Sequence
from datetime import datetime
from xml.etree.ElementTree import Element

from lab.report.html import tag

_BAR = (160, 14)
_LINE = (300, 90)
_MARGIN = 16  # for the words on the axes


def bar(said: str, most: int, *parts: tuple[int, str]) -> Element:
    """A bar of one or more parts.

    Args:
        said: the same in words.
        most: the number that fills it.
        parts: numbers, each with the class of its style.
    """
    width, height = _BAR
    made = _picture(said, width, height)
    made.append(tag("rect", class_="ground", width=width, height=height))
    at = 0.0
    for number, style in parts:
        long = width * number / max(most, 1)
        made.append(tag("rect", class_=style, x=_round(at), width=_round(long), height=height))
        at += long
    return made


def points_over_time(
    said: str, begin: datetime, end: datetime, most: int, line: Sequence[tuple[datetime, int]]
) -> Element:
    """Points that come at moments: a line that only rises.

    Args:
        said: the same in words.
        begin: the left end of the axis.
        end: its right end.
        most: the points at its upper end.
        line: from which moment on there are how many points, in order, from the first moment to the last.
    """
    width, height = _LINE
    seconds, floor = max((end - begin).total_seconds(), 1.0), height - _MARGIN
    made = _picture(said, width, height)
    made.append(tag("path", class_="axis", d=f"M0 {_MARGIN}V{floor}H{width}"))

    def place(moment: datetime, points: int) -> tuple[float, float]:
        x = width * (moment - begin).total_seconds() / seconds
        return _round(x), _round(floor - (floor - _MARGIN) * points / max(most, 1))

    (left, low), *others = (place(*each) for each in line)
    path = f"M{left} {low}" + "".join(f"H{x}V{y}" for x, y in others)
    made.append(tag("path", class_="line", d=path))
    for x, y in others[:-1]:
        made.append(tag("circle", class_="dot", cx=x, cy=y, r=3))
    made.append(tag("text", f"{most} points", x=2, y=_MARGIN - 4))
    made.append(tag("text", f"{begin:%m-%d %H:%M}", x=0, y=height - 3))
    made.append(tag("text", f"{end:%m-%d %H:%M}", x=width, y=height - 3, text_anchor="end"))
    return made


def _picture(said: str, width: int, height: int) -> Element:
    return tag("svg", viewBox=f"0 0 {width} {height}", width=width, height=height, role="img", aria_label=said)


def _round(number: float) -> float:
    return round(number, 1)
