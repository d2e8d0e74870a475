"""The full-screen front end. It does nothing of its own: all goes through the course, as in the CLI."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.course import Course


def run(name: str, course_of: "Callable[[str], Course]") -> int:
    """Show the lab until the learner quits, or SIGTERM or SIGHUP ends it.

    Args:
        name: the cluster's.
        course_of: gives the course for it; what that loads is loaded when something is on the screen.

    Returns:
        The exit code of the process, one of `ExitCode`.
    """
    from lab import shell
    from lab.tui.app import LabApp  # Textual costs a quarter of a second: only for who looks at it
    from lab.tui.ending import ended_by_signals

    app = LabApp(course_of(name))
    with ended_by_signals(app) as received:
        try:
            app.run(mouse=app.takes_mouse)
        except BaseException:
            if not received:  # with a terminal that is gone, each write there fails in its own way
                raise
        finally:
            shell.stop_all()  # what a thread had started; the thread itself dies with the process
    return 128 + received[0] if received else app.return_code or 0
