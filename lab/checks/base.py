"""A check: the asks that it puts to the cluster, and a pure judge of the answers.

Checking has two halves. `lab/grading/observe.py` gathers the answers to the asks of many checks at once (few commands
on the node, few API calls); a check's `judge` turns answers into a `Judgement` and touches nothing.
A new kind of check is one file in this package, named as the kind.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from lab.checks.asks import Ask, CouldNotTell, Observation
from lab.k8s import image_reference
from lab.model import Verdict

P = TypeVar("P")
C = TypeVar("C", bound="type[Check[Any]]")


@dataclass(frozen=True)
class ImageFact:
    """An image as the cluster had it when it was made.

    `manifest_digest` names the image (what `image@` takes); `config_digest` is what CRI calls the image id.
    """

    name: str
    manifest_digest: str
    config_digest: str

    @property
    def repository(self) -> str:
        """The name without its tag: `registry.k8s.io/kube-apiserver`."""
        return image_reference.parse(self.name).repository


@dataclass(frozen=True)
class Facts:
    """What was true right after `lab up`, kept on the host where a learner on the node cannot change it."""

    kubernetes_version: str
    images: tuple[ImageFact, ...]
    nonce: str = ""
    """A word that is new for each observation, to find a probe again where it was seen."""
    now: datetime | None = None
    """When the observation began, by this machine's clock."""
    address: str = ""
    """The node's address when the cluster was made."""
    manifests: Mapping[str, bytes] = field(default_factory=dict)
    """The static pods' manifests by file name, as they were then; none where they are not known."""
    kept_manifest: bytes | None = None
    """The kube-apiserver's manifest from before an exercise that is in effect changes it; None when there is none."""
    namespace: str = ""
    """One that was made under a name drawn anew, of which no policy can know; empty where there is none."""
    memory: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What checks of the exercise remembered when they passed, by `STEP/CHECK`."""
    remembered: Mapping[str, str] = field(default_factory=dict)
    """What the check at hand remembered."""

    def image_of(self, component: str) -> ImageFact:
        """The image of a control-plane component such as `kube-apiserver`.

        Raises:
            CouldNotTell: the cluster was made without an image of that name.
        """
        for image in self.images:
            if image_reference.parse(image.name).name == component:
                return image
        raise CouldNotTell(f"no image of {component} was recorded when the cluster was made")


@dataclass(frozen=True)
class Judgement:
    """A verdict with what was expected, what was observed and a command to paste on the node.

    `reason` is a short stable word for the way of being wrong; empty when it passed.
    `waits_for`: why it cannot be told yet, where a look some seconds later may tell.
    `remember`: what the check is given as `Facts.remembered` from then on, when it passed.
    """

    verdict: Verdict
    expected: str
    observed: str
    command: str
    reason: str = ""
    waits_for: str = ""
    remember: Mapping[str, str] = field(default_factory=dict)


class Fault(Exception):
    """Why a check fails. Whoever looks for one returns it, and whoever reads a file raises it.

    `reason`: a short stable word for the way of being wrong. `observed`: a whole sentence for the learner.
    `command`: what to paste on the node; empty where the judge knows it.
    """

    def __init__(self, reason: str, observed: str, command: str = "") -> None:
        super().__init__(observed)
        self.reason = reason
        self.observed = observed
        self.command = command

    def within(self, beginning: str, command: str = "") -> "Fault":
        """The same fault in a sentence that begins with other words, with another command where one is given."""
        return Fault(self.reason, beginning + self.observed, command or self.command)

    def fail(self, expected: str, command: str = "") -> Judgement:
        """The verdict that says so; `command` is for a fault that has none of its own."""
        return Judgement(Verdict.FAIL, expected, self.observed, self.command or command, self.reason)


def passed(expected: str, observed: str, command: str, remember: Mapping[str, str] | None = None) -> Judgement:
    """The verdict of a check that found no fault; `observed` is a whole sentence."""
    return Judgement(Verdict.PASS, expected, observed, command, remember=remember or {})


class Check(Generic[P]):
    """A kind of check: a subclass, with the dataclass of its parameters in `takes`, decorated with `@check(name)`."""

    name: str = ""
    takes: type[P]

    def asks(self, params: P, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """What must be known to judge.

        Args:
            params: the check's parameters.
            facts: what was true right after `lab up`.
            seen: what is known so far; empty at first. What it tells of may be asked for next: whatever was asked for
                before need not be left out, and answers that are not there yet are asked for again.

        Raises:
            CouldNotTell: an answer was not given; then nothing more is asked.
        """
        raise NotImplementedError

    def judge(self, params: P, facts: Facts, seen: Observation) -> Judgement:
        """Judge what was seen. Pure.

        Raises:
            CouldNotTell: an answer that is needed is missing or cannot be understood.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class NoParams:
    """For checks that take no parameters."""


REGISTRY: dict[str, Check[Any]] = {}


def check(name: str) -> Callable[[C], C]:
    """Register a kind of check under the name that exercise data uses."""

    def register(kind: C) -> C:
        kind.name = name
        REGISTRY[name] = kind()
        return kind

    return register
