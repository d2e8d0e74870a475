"""What happens to work that fails or is stopped: the learner is told, and the walk goes on."""

from collections.abc import Iterator
from contextlib import contextmanager

from lab.errors import LabError
from lab.practice.console import Talk
from lab.practice.interrupts import Stop


@contextmanager
def told(talk: Talk) -> Iterator[None]:
    """Within, an error of the lab and Ctrl-C end the work, and are said; Ctrl-C at a prompt goes on its way."""
    try:
        yield
    except LabError as error:
        talk.say(f"Error: {error}")
    except Stop:
        talk.say()
        talk.say("Stopped. Nothing is lost: type the same word again to go on.")
