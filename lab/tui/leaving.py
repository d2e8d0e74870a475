"""Whether the lab may be left: work on the cluster and programs in the terminal would end with it."""

from typing import Any

from textual.app import App

from lab.advice import command_for
from lab.exit_codes import ExitCode
from lab.tui.dialogs import ask
from lab.tui.failures import Failure, attempted
from lab.tui.session import Session


async def leave(app: App[Any], session: Session) -> ExitCode | None:
    """The exit code to leave with; None when the learner stays."""
    if session.busy:
        again = command_for(session.course.name)
        question = f"The work that is going on is stopped where it is. `{again}` goes on with it the next time."
        return ExitCode.INTERRUPTED if await ask(app, "Quit in the middle of this?", question, "Quit") else None
    programs = await attempted(lambda: session.course.shell_programs(session.shell)) if session.shell else ()
    if isinstance(programs, Failure) or not programs:
        return ExitCode.OK
    names = ", ".join(dict.fromkeys(programs))
    question = "It ends with the lab; what was not saved there is lost."
    return ExitCode.OK if await ask(app, f"Still running in the terminal: {names}", question, "Quit") else None
