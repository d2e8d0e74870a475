"""Where the way of a request is shown: beside the terminal where there is room, else on a screen of its own."""

from typing import Any

from textual.screen import Screen

from lab.tui.screens.path import PathScreen
from lab.tui.screens.work import WorkScreen
from lab.tui.session import Session
from lab.tui.widgets.path_pane import LEAST, PathPane


async def show(screen: Screen[Any], session: Session) -> None:
    """Show it from a screen; where it is beside the terminal already, hide it."""
    if isinstance(screen, WorkScreen) and screen.size.width >= LEAST:
        if not screen.query(PathPane):
            await screen.query_one("#both").mount(PathPane(session, screen.reader), before=screen.dock)
        screen.query_one(PathPane).toggle()
    elif not isinstance(screen, PathScreen):
        screen.app.push_screen(PathScreen(session))
