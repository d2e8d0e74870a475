"""Drawing only the rows that changed.

When one row changes, as with every key in the terminal, Textual 8.2 asks each widget that may lie there for all of its
rows and throws most of them away: half of what a key costs. This asks for the rows in question, and for those of
the widgets that can be seen there.
"""

from collections.abc import Iterable

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class RowCompositor(Compositor):
    """A compositor for a screen's `_compositor`."""

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        """Where each widget is, where it is seen, and its strips there; with `crop`, of those rows alone."""
        if not crop:
            yield from super()._get_renders(crop)
            return
        rows = Region(0, crop.y, self.size.width, crop.height)
        for widget, (region, clip) in self.visible_widgets.items():  # the foremost first, which covers the others
            seen = region.intersection(clip).intersection(rows)
            if seen and crop.overlaps(seen):
                yield region, clip.intersection(rows), widget.render_lines(seen.translate(-region.offset))
                if seen.contains_region(crop):
                    return
