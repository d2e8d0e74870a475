"""exercise.yaml as it is written: one dataclass a mapping, each field with what it means.

`catalog` makes the model's `Exercise` of it, together with the texts beside it. exercises/README.md is the
same for authors; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.model import Difficulty, Holds, Reference


@dataclass(frozen=True)
class ActionEntry:
    """An entry of `start`, `reset`, `aside`, `resume` or a step's `prepare`, written flat."""

    do: str
    """The verb: a name that `lab.actions` registers."""
    params: Mapping[str, Any] = field(default_factory=dict, metadata={"rest": True})
    """Every other key: the verb's parameters."""


@dataclass(frozen=True)
class CheckEntry:
    """An entry of a step's `checks`."""

    id: str
    """Its name within the step."""
    title: str
    """What is true when it passes, as a sentence."""
    check: str
    """The kind: a name that `lab.checks` registers."""
    params: Mapping[str, Any] = field(default_factory=dict, metadata={"key": "with"})
    """The kind's parameters."""
    points: int = 0
    """What it earns when it passes."""
    guard: bool = False
    """Whether it is true on an untouched cluster: no points; while it fails, its step earns nothing."""


@dataclass(frozen=True)
class StepEntry:
    """An entry of `steps`."""

    id: str
    """Its name within the exercise, and that of its files."""
    title: str
    """What the learner does, as an instruction."""
    holds: Holds
    """`now`: true whenever it is checked. `once`: true for a while, and earned when it is seen."""
    checks: tuple[CheckEntry, ...]
    """What is looked at."""
    references: tuple[Reference, ...] = ()
    """Where the documentation says more."""
    prepare: tuple[ActionEntry, ...] = ()
    """What `lab solve` does before the solution, for what a learner types on their own machine."""
    probed: bool = False
    """Whether the lab's own dry run decides the step, so that it may pass before the learner has tried."""


@dataclass(frozen=True)
class ExerciseEntry:
    """The whole of exercise.yaml."""

    format_version: int
    """The version of this form."""
    title: str
    """What the exercise is about, as an instruction."""
    summary: str
    """One sentence for the list of exercises."""
    minutes: int
    """How long a learner takes who knows kubectl."""
    difficulty: Difficulty
    """`easy`, `medium` or `hard`."""
    domain: str
    """The domain of the CKS curriculum."""
    steps: tuple[StepEntry, ...]
    """The steps, in order."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What a variant of the exercise may change, by name; `{{name}}` stands for it everywhere else."""
    start: tuple[ActionEntry, ...] = ()
    """What `lab start` does."""
    reset: tuple[ActionEntry, ...] = ()
    """What takes away whatever the exercise left on the cluster."""
    aside: tuple[ActionEntry, ...] = ()
    """What ends the exercise's effect on other exercises, before one of them is started."""
    resume: tuple[ActionEntry, ...] = ()
    """What puts the exercise into effect again after that."""
