"""The question before a rescue, with the difference; the rescue; and what it did."""

from typing import Any

from textual.app import App
from textual.containers import VerticalScroll
from textual.content import Content

from lab.advice import named
from lab.model import Rescue
from lab.report import rescue as words
from lab.tui.dialogs import carry_out, failed
from lab.tui.failures import Failure, attempted
from lab.tui.modals.choice import Answer, Confirm
from lab.tui.session import Session
from lab.tui.widgets.text import Text

_COLOURS = {"+": "$text-success", "-": "$text-error"}


async def rescue(app: App[Any], session: Session) -> None:
    """Put the last good files back, after a question that shows how the learner's differ."""
    rescuer = session.course.rescue
    found = await attempted(rescuer.look)
    if isinstance(found, Failure):
        await app.push_screen_wait(failed(found))
    elif not found.needed:
        app.notify(words.nothing(found), title="Rescue", markup=False)
    elif await app.push_screen_wait(_question(found)) == "yes":
        done: list[Rescue] = []
        if await carry_out(app, session, "Rescuing the API server", lambda: done.append(rescuer.put_back())):
            said = named("\n".join(words.done(done[0])), session.course.name)
            app.notify(said, title="Rescued", timeout=20, markup=False)


def _question(found: Rescue) -> Confirm:
    rows = [Content.styled(line, _COLOURS.get(line[:1], "")) for line in found.difference.splitlines()]
    body = VerticalScroll(Text("\n".join([*words.intent(found), ""])), Text(Content("\n").join(rows)), classes="page")
    answers = Answer("no", "No (n)"), Answer("yes", "Rescue (y)", "primary")
    return Confirm("Put the last good files back?", body, answers, focused="yes")
