"""Drawing rows of one widget at once.

Textual 8.2 collects what is to be drawn and puts the screen together from all widgets that may lie there, which is most
of what a key in the terminal costs. For rows over which nothing lies that is not needed: Textual keeps no picture of
the screen, so nothing has to be told that they were drawn.
"""

from collections.abc import Collection, Mapping

from rich.console import Console
from rich.control import Control
from textual._compositor import CompositorUpdate
from textual.dom import NoScreen
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widget import Widget


class Rows(CompositorUpdate):
    """Strips, and where on the screen each begins."""

    def __init__(self, strips: Mapping[Offset, Strip]) -> None:
        self.strips = strips

    def render_segments(self, console: Console) -> str:
        """What to write to the terminal."""
        return "".join(
            Control.move_to(*place).segment.text + strip.render(console) for place, strip in self.strips.items()
        )


def draw_rows(widget: Widget, rows: Collection[int], cursor: tuple[int, int] | None = None) -> bool:
    """Draw rows of a widget, counted from its top.

    Args:
        widget: one without a border.
        rows: which; at least one.
        cursor: the column and row of it at which an input method shows what it composes.

    Returns:
        Whether that could be done; where not, `Widget.refresh` is the way.
    """
    region = _uncovered(widget, rows)
    if region is None:
        return False
    if cursor:
        widget.app.cursor_position = region.offset + cursor
    strips = {}
    for row in sorted(rows):
        [strips[Offset(region.x, region.y + row)]] = widget.render_lines(Region(0, row, region.width, 1))
    widget.app._display(widget.screen, Rows(strips))  # type: ignore[arg-type]  # takes a CompositorUpdate by its class
    return True


def _uncovered(widget: Widget, rows: Collection[int]) -> Region | None:
    """Where the widget is; None when something lies over these rows of it, or everything is about to move."""
    try:
        screen = widget.screen
    except NoScreen:  # it was removed, and what it shows goes on for a moment
        return None
    if not screen.is_active or screen.app._batch_count or screen._layout_required or screen._scroll_required:
        return None
    visible = screen._compositor.visible_widgets
    region, clip = visible.get(widget, (Region(), Region()))
    if not clip.contains_region(region) or max(rows) >= region.height:
        return None
    changed = Region(region.x, region.y + min(rows), region.width, max(rows) - min(rows) + 1)
    for other, (place, seen) in visible.items():  # the foremost first
        if other is widget:
            break
        if place.intersection(seen).overlaps(changed):
            return None
    return region
