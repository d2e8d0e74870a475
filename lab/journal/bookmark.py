"""Keeps the learner's last place on a cluster, in a file that is removed with the cluster."""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from lab import paths
from lab.errors import LabError
from lab.model import Exercise, Place


def recall(file: Path, exercises: Sequence[Exercise]) -> Place | None:
    """The place in a file; None when that is not known, or no longer exists."""
    try:
        said = json.loads(file.read_text())
        place = Place(str(said["exercise"]), str(said["step"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    exercise = next((each for each in exercises if each.id == place.exercise_id), None)
    if exercise is None:
        return None
    return place if exercise.step(place.step_id) else Place(place.exercise_id)


def keep(file: Path, place: Place) -> None:
    """Write a place. It is a convenience: where it cannot be written, it is not kept."""
    with suppress(LabError):
        if file.parent.is_dir():  # it goes with its cluster
            content = {"exercise": place.exercise_id, "step": place.step_id}
            paths.write_private(file, (json.dumps(content) + "\n").encode())


def forget(file: Path) -> None:
    """Remove what is kept, if it can be."""
    with suppress(OSError):
        file.unlink()
