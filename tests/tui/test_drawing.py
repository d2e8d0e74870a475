"""Rows of the terminal that are drawn at once look as Textual draws them, and only where nothing lies over them."""

from collections.abc import Callable

import pytest
from textual.geometry import Offset, Region
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Label

from lab.tui.drawing import Rows, draw_rows

from .driving import shown
from .test_terminal import Host, opened, until

SAYS = r"""printf '\033[2J\033[Hplain\r\n'
printf '\033[1;3;4;31mbold\033[m \033[2mdim\033[m \033[7mreverse\033[m \033[38;2;1;2;3;48;5;200mcolours\033[m\r\n'
printf '漢字 e\314\201 \033[42mleft half\033[m 漢\r\n'
printf '%080d' 7
printf '\r\nready'; exec cat"""


def drawn(monkeypatch: pytest.MonkeyPatch, app: Host) -> list[Rows]:
    """What is drawn at once from now on."""
    found: list[Rows] = []
    display = app._display

    def keep(screen: object, update: object) -> None:
        if isinstance(update, Rows):
            found.append(update)
        else:
            display(screen, update)  # type: ignore[arg-type]

    monkeypatch.setattr(app, "_display", keep)
    return found


def bytes_of(app: Host, strip: Strip) -> str:
    return strip.simplify().render(app.console)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark"])
@pytest.mark.parametrize("colours", [True, False])
async def test_lines_look_as_textual_draws_them(theme: str, colours: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not colours:
        monkeypatch.setenv("NO_COLOR", "1")
    async with opened(["bash", "-c", SAYS], "ready") as (app, pilot):
        app.theme = theme
        pane = app.pane
        await pilot.pause()
        for press in ((), ("x",)):
            await pilot.press(*press)
            await until(pilot, lambda: any(part.style and part.style.reverse for part in pane.render_line(4)))
            await pilot.mouse_down(pane, offset=(2, 0))
            await pilot.hover(pane, offset=(4, 2))
            await pilot.mouse_up(pane, offset=(4, 2))
            pane._styles_cache.clear()
            crop = Region(0, 0, pane.size.width, pane.size.height)
            theirs = [bytes_of(app, strip) for strip in Widget.render_lines(pane, crop)]
            assert [bytes_of(app, strip) for strip in pane.render_lines(crop)] == theirs
            part = Region(3, 1, 9, 2)
            theirs = [strip.crop(3, 12).text for strip in Widget.render_lines(pane, Region(0, 1, 80, 2))]
            assert [strip.text for strip in pane.render_lines(part)] == theirs


async def test_a_key_draws_its_row_alone_and_at_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(["bash", "-c", SAYS], "ready") as (app, pilot):
        found = drawn(monkeypatch, app)
        refreshed: list[object] = []
        monkeypatch.setattr(app.pane, "refresh", lambda *regions, **how: refreshed.append(regions))
        await pilot.press("a")
        await until(pilot, lambda: "readya" in app.text and app.pane._timer is None)
        await pilot.press("q")
        await until(pilot, lambda: any("readyaq" in strip.text for each in found for strip in each.strips.values()))
        [(place, strip)] = list(found[-1].strips.items())
        assert place == app.pane.region.offset + Offset(0, 4)
        assert strip.text.rstrip() == "readyaq"
        assert app.cursor_position == app.pane.region.offset + Offset(7, 4)
        assert found[-1].render_segments(app.console).startswith(f"\x1b[{place.y + 1};{place.x + 1}H")
        assert not refreshed


class Over(ModalScreen[None]):
    def compose(self):
        yield Label("over it")


async def _toast(app: Host, pilot: Pilot[None]) -> None:
    app.notify("over it")
    await until(pilot, lambda: "over it" in shown(app))


async def _modal(app: Host, pilot: Pilot[None]) -> None:
    await app.push_screen(Over())


async def _layout(app: Host, pilot: Pilot[None]) -> None:
    app.pane.styles.height = 5
    app.pane.refresh(layout=True)
    app.screen._layout_required = True


async def _batch(app: Host, pilot: Pilot[None]) -> None:
    app._begin_batch()


async def _hidden(app: Host, pilot: Pilot[None]) -> None:
    app.pane.display = False
    await pilot.pause()


@pytest.mark.parametrize("what", [_toast, _modal, _layout, _batch, _hidden], ids=lambda what: what.__name__[1:])
async def test_nothing_is_drawn_over_something_else(what: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(["bash", "-c", SAYS], "ready") as (app, pilot):
        found = drawn(monkeypatch, app)
        bottom = app.pane.size.height - 2
        assert draw_rows(app.pane, {0, bottom})
        found.clear()
        await what(app, pilot)
        assert not draw_rows(app.pane, {0, bottom})
        assert found == []


async def test_rows_beside_what_lies_over_it_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(["bash", "-c", SAYS], "ready") as (app, pilot):
        await _toast(app, pilot)
        found = drawn(monkeypatch, app)
        assert draw_rows(app.pane, {0, 1})
        assert [len(each.strips) for each in found] == [2]


async def test_rows_below_its_end_are_left_to_textual() -> None:
    async with opened(["bash", "-c", SAYS], "ready") as (app, _):
        assert not draw_rows(app.pane, {app.pane.size.height})


async def test_output_after_its_end_does_no_harm() -> None:
    async with opened(["bash", "-c", SAYS], "ready") as (app, _):
        await app.pane.remove()
        assert not draw_rows(app.pane, {0})
        app.pane.show(b"last words")


async def test_what_was_under_a_toast_is_new_when_it_goes() -> None:
    async with opened(["bash", "-c", SAYS], "ready") as (app, pilot):
        await pilot.press("enter", *"one", "enter")
        await until(pilot, lambda: "one\none" in app.text)
        await _toast(app, pilot)
        await pilot.press(*"two", "enter")
        await until(pilot, lambda: "two\ntwo" in app.text)
        app.clear_notifications()
        await until(pilot, lambda: "over it" not in shown(app))
        seen = [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]
        assert [line for line in seen if line in ("one", "two")] == ["one", "one", "two", "two"]
