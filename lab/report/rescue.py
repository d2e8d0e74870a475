"""What a rescue found and did, in sentences, for all front ends."""

from collections.abc import Iterator

from lab.model import Rescue
from lab.phases import seconds


def nothing(found: Rescue) -> str:
    """Why there is nothing to rescue."""
    edited = " It runs with your files, which differ from those before." if found.files else ""
    return f"Nothing to rescue: the API server is ready.{edited} Nothing was changed."


def intent(found: Rescue) -> Iterator[str]:
    """What a rescue would do, a sentence each."""
    if found.files:
        yield f"To be put back as they were {found.of}: {', '.join(found.files)}."
    if found.aside:
        yield f"To be moved away: {', '.join(found.aside)}."
    if found.files or found.aside:
        yield "Your files are kept on the node, and your points stay."
    if found.started:
        yield f"To be started: {' and '.join(found.started)}."
    if not (found.files or found.aside or found.started):
        yield "No file differs from the last good ones: the API server is started anew."


def done(found: Rescue) -> Iterator[str]:
    """What a rescue did, a sentence each."""
    if found.started:
        yield f"Started, as stopped before: {' and '.join(found.started)}."
    if found.files:
        yield f"Put back as they were {found.of}: {', '.join(found.files)}."
    if found.aside:
        yield f"Moved away: {', '.join(found.aside)}."
    yield f"The API server is ready, after {seconds(found.seconds)}."
    if found.kept_in:
        yield f"Your files are kept on the node in {found.kept_in}"
        yield "Put them on again with: lab rescue --mine"


def mine(found: Rescue) -> Iterator[str]:
    """What putting the learner's files on again did, a sentence each."""
    if not found.needed:
        yield f"Your files are in place already, as they are in {found.kept_in}"
        return
    yield f"Put on again from {found.kept_in}: {', '.join(found.files)}."
    yield "The API server restarts with them now; lab rescue takes them off again."
