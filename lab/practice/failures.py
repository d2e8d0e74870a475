"""Tells the learner of work that failed or was stopped, and lets the walk go on."""

from collections.abc import Iterator
from contextlib import contextmanager

from lab.errors import LabError
from lab.practice.console import Talk
from lab.practice.interrupts import Stop


@contextmanager
def told(talk: Talk) -> Iterator[None]:
    """Within, an error of the lab and Ctrl-C end the work, and the learner hears of it; Ctrl-C at a prompt passes."""
    try:
        yield
    except LabError as error:
        talk.say(f"Error: {error}")
    except Stop:
        talk.say()
        talk.say("Stopped. Nothing is lost: type the same word again to go on.")
