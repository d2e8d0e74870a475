"""An exercise: the keys of its exercise.yaml, and the texts beside that file.

`lab.catalog.load` makes these records. A field's metadata tells the decoder how it is written: under another key
(`key`), as all keys that no other field takes (`rest`), as parameters of what another key names (`kind`, with what a
message calls that), or not in exercise.yaml but in files beside it (`beside`). exercises/README.md is the same for
authors; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

FORMAT_VERSION = 1
"""Of exercise data and the JSON report: raised when a reader of the old form would err."""
BESIDE = {"beside": True}


class Holds(StrEnum):
    """The time at which a step has to be true: whenever it is checked, or once."""

    NOW = "now"
    ONCE = "once"


class Difficulty(StrEnum):
    """The difficulty of an exercise for a learner who knows kubectl."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


@dataclass(frozen=True)
class ActionSpec:
    """An entry of `start`, `reset`, `aside`, `resume` or a step's `prepare`, written flat."""

    do: str
    """The verb: a name that `lab.actions` registers."""
    params: Any = field(default=None, metadata={"rest": True, "kind": "do", "called": "action"})
    """The other keys: the dataclass of the verb's parameters."""


@dataclass(frozen=True)
class CheckSpec:
    """An entry of a step's `checks`."""

    id: str
    """Its name within the step."""
    title: str
    """The sentence that is true when it passes."""
    check: str
    """The kind: a name that `lab.checks` registers."""
    params: Any = field(default=None, metadata={"key": "with", "kind": "check", "called": "kind of check"})
    """The dataclass of the kind's parameters."""
    points: int = 0
    """The points that it earns when it passes."""
    guard: bool = False
    """Whether it is true on an untouched cluster: no points; while it fails, its step earns nothing."""


@dataclass(frozen=True)
class Reference:
    """A page of the documentation, and what of it matters in the step (Markdown)."""

    title: str
    url: str
    says: str = ""

    @property
    def item(self) -> str:
        """The reference as an item of a list, in Markdown."""
        return f"- {self.title}: {self.says} {self.url}" if self.says else f"- {self.title}: {self.url}"


ABOUT_SCRIPT = "\n## The script\n"
"""The heading, in the explanation of a solution, of what is about the solution's script alone."""


@dataclass(frozen=True)
class Step:
    """An entry of `steps`, with its texts, variables filled in."""

    id: str
    """Its name within the exercise, and that of its files."""
    title: str
    """The work of the learner, as an instruction."""
    text: str = field(metadata=BESIDE)
    """The task (Markdown)."""
    holds: Holds
    """`now`: true whenever it is checked. `once`: true for a while, and earned at the first verify that finds it so."""
    checks: tuple[CheckSpec, ...]
    """The checks of `lab verify`, in order."""
    hints: tuple[str, ...] = field(metadata=BESIDE)
    """From a nudge to the command (Markdown)."""
    references: tuple[Reference, ...] = ()
    """Pages of the documentation that say more."""
    solution: str = field(default="", metadata=BESIDE)
    """The script that a learner would type."""
    why: str = field(default="", metadata=BESIDE)
    """The explanation of why it works (Markdown); what is about the script stands at its end, under `ABOUT_SCRIPT`."""
    after: str = field(default="", metadata=BESIDE)
    """A script that tidies up once the step has passed; for steps that hold `once`."""
    prepare: tuple[ActionSpec, ...] = ()
    """The actions of `lab solve` before the solution, for what a learner types on their own machine."""
    probed: bool = False
    """Whether the lab's own dry run decides the step, so that it may pass before the learner has tried."""

    @property
    def images(self) -> tuple[str, ...]:
        """The images that its checks name in `image` or `images`, each once."""
        named = [(*getattr(check.params, "images", ()), getattr(check.params, "image", "")) for check in self.checks]
        return tuple(dict.fromkeys(image for images in named for image in images if image))

    @property
    def lesson(self) -> str:
        """The explanation for who did the step by themselves: without what is about the script."""
        return self.why.partition(ABOUT_SCRIPT)[0].rstrip()

    @property
    def points(self) -> int:
        """The points that the step can earn."""
        return sum(check.points for check in self.checks)


@dataclass(frozen=True)
class Exercise:
    """The whole of exercise.yaml, with the texts of the exercise."""

    id: str = field(metadata=BESIDE)
    """The folder's name without its number."""
    number: int = field(metadata=BESIDE)
    """The folder's number: exercises come in that order."""
    title: str
    """The subject of the exercise, as an instruction."""
    summary: str
    """One sentence for the list of exercises."""
    brief: str = field(metadata=BESIDE)
    """The task of the whole exercise (Markdown)."""
    minutes: int
    """The time that a learner takes who knows kubectl."""
    difficulty: Difficulty
    """`easy`, `medium` or `hard`."""
    domain: str
    """The domain of the CKS curriculum."""
    steps: tuple[Step, ...]
    """The steps, in order."""
    folder: Path = field(metadata=BESIDE)
    """The folder of the exercise on this machine."""
    format_version: int
    """The version of this form."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """The values that a variant of the exercise may change, by name; `{{name}}` stands for one everywhere else."""
    start: tuple[ActionSpec, ...] = ()
    """The actions of `lab start`."""
    reset: tuple[ActionSpec, ...] = ()
    """The actions that remove whatever the exercise left on the cluster."""
    aside: tuple[ActionSpec, ...] = ()
    """The actions that end the exercise's effect on others, before one of those is started."""
    resume: tuple[ActionSpec, ...] = ()
    """The actions that put the exercise into effect again after that."""

    @property
    def node_folder(self) -> str:
        """The learner's folder on the node, a variable of the exercise; empty where it has none."""
        return self.variables.get("folder", "")

    @property
    def points(self) -> int:
        """The points that the exercise can earn."""
        return sum(step.points for step in self.steps)

    def step(self, step_id: str) -> Step | None:
        """The step of that id, or None."""
        return next((step for step in self.steps if step.id == step_id), None)
