"""What is drawn of a screen when parts of it changed is what is drawn of it as a whole."""

import pytest
from textual.geometry import Region, Size
from textual.strip import Strip

from lab.tui.compositor import RowCompositor
from lab.tui.screens.base import LabScreen

from .driving import at_home, in_exercise, see
from .fake_course import FakeCourse


def pieces(size: Size) -> list[set[Region]]:
    """Parts of a screen that may change: the whole, rows, columns, corners, and two that are far apart."""
    width, height = size
    found = [{Region(0, 0, width, height)}, {Region(0, 0, 5, 1), Region(width - 5, height - 1, 5, 1)}]
    found += [{Region(0, y, width, 1)} for y in range(height)]
    found += [{Region(x, 0, 7, height)} for x in range(0, width - 7, 7)]
    return found + [{Region(x, y, 11, 4)} for x in range(0, width - 11, 13) for y in range(0, height - 4, 3)]


def parts(screen: LabScreen, changed: set[Region]) -> list[tuple[Region, str]]:
    """What the screen draws anew for them: places with their text."""
    compositor = screen._compositor
    compositor._dirty_regions = set(changed)
    update = compositor.render_partial_update()
    assert update
    drawn = []
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=True):
            if x < x2 and end > x1:  # cells of the change
                assert strip, f"nothing at {x}, {y}"
                drawn.append((Region(x, y, end - x, 1), strip.text))
    return drawn


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["80x24", "160x45"])
async def test_parts_are_drawn_as_in_the_whole(size) -> None:
    async with in_exercise(FakeCourse(started={"image-digest"}), size) as pilot:
        await see(pilot, "fails")
        for keys in ((), ("h",)):  # with a window over it, too
            await pilot.press(*keys)
            await pilot.pause()
            screen = pilot.app.screen_stack[2]
            assert isinstance(screen, LabScreen)
            compositor = screen._compositor
            assert isinstance(compositor, RowCompositor)
            whole = compositor.render_strips()
            for changed in pieces(screen.size):
                for place, text in parts(screen, changed):
                    expected = Strip(whole[place.y]).crop(place.x, place.right)
                    assert text == expected.text


async def test_only_the_rows_that_changed_are_asked_for(monkeypatch) -> None:
    async with at_home(FakeCourse()) as pilot:
        screen = pilot.app.screen
        asked = []
        for widget in screen._compositor.visible_widgets:
            monkeypatch.setattr(
                widget, "render_lines", lambda crop, ask=widget.render_lines: asked.append(crop) or ask(crop)
            )
        parts(screen, {Region(2, 5, 1, 1)})
    assert asked
    assert all(crop.height == 1 for crop in asked)
