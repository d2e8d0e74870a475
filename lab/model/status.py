"""The state of the lab and its learner: requirements of the host, hints, places, progress, changes of the cluster."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lab.model.results import Score


@dataclass(frozen=True)
class Finding:
    """One line of `lab doctor`: a requirement, whether it is met, what the host has and what to do."""

    name: str
    ok: bool
    seen: str
    advice: str = ""
    required: bool = True


@dataclass(frozen=True)
class Hint:
    """One hint of a step: its number, how many there are, and its text (Markdown)."""

    step: str
    number: int
    total: int
    text: str


@dataclass(frozen=True)
class Place:
    """The learner's place: an exercise and a step of it; no step is the exercise's task."""

    exercise_id: str
    step_id: str = ""


@dataclass(frozen=True)
class Told:
    """News that something changed. `detail` of `api`: `ready`, or why not; of `node`: running, stopped or absent."""

    what: Literal["node", "files", "containers", "objects", "api", "host"]
    detail: str = ""


@dataclass(frozen=True)
class ExerciseProgress:
    """The progress of an exercise, as of the last verify; `aside`: its effects are set aside for another one.

    `scored_at`: when the oldest part of the points was found (ISO 8601, UTC); empty before the first verify.
    `steps`: the last known score of each step, by id; a step that never had one is not there.
    """

    id: str
    title: str
    started: bool
    earned: int
    possible: int
    aside: bool = False
    scored_at: str = ""
    steps: Mapping[str, Score] = field(default_factory=dict)


@dataclass(frozen=True)
class LabStatus:
    """The status of the lab. `api_server` is `ready`, `not ready: WHY`, or empty when nobody could be asked; `restart`
    says where a restart of it is, in a clause, and is empty where there is none.
    """

    name: str
    engine: str
    engine_ok: bool
    cluster: str
    node: str
    api_server: str
    kubernetes_version: str
    progress: tuple[ExerciseProgress, ...]
    restart: str = ""


@dataclass(frozen=True)
class Difference:
    """One thing in which the cluster differs from its golden state, which is what it was right after `lab up`.

    `name`: of an object, such as `pods default/web`; a path; an image; a process's id and command. `command`: what
    undoes this one alone, or `lab reset --all` where nothing less does.
    """

    group: Literal["objects", "files", "images", "containers", "processes", "units", "mounts", "network"]
    change: Literal["added", "changed", "removed"]
    name: str
    command: str
