"""Commands that a step asks the learner to run on the host. Both front ends run them by themselves."""

from collections.abc import Callable, Mapping

from lab.course import Course

HOST_COMMANDS: Mapping[str, tuple[str, Callable[[Course], str | None]]] = {
    "lab webhook up": ("Starting the webhook", lambda course: course.webhook_up()),
    "lab webhook down": ("Removing the webhook", lambda course: course.webhook_down()),
    "lab webhook logs": ("Reading what the webhook logged", lambda course: course.webhook_log()),
}
"""Maps each to a progress title and a function that runs it and returns its output, or None."""
