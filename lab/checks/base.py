"""What a check is: the asks it puts to the cluster, and a pure judge of the answers.

Checking has two halves. `observe` gathers the answers to the asks of many checks at once (few commands
on the node, few API calls); a check's `judge` turns answers into a `Judgement` and touches nothing.
A new kind of check is one file in this package.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar, overload

from lab.checks.support.node_file import NodeFile
from lab.model import Verdict

P = TypeVar("P")
C = TypeVar("C", bound="type[Check[Any]]")


@dataclass(frozen=True)
class NodeAsk:
    """A command for root's bash in the helper beside the control-plane node; it must change nothing.

    It has the programs of the node image, the node's processes, ports and services, and its files below /proc/1/root.
    """

    command: str


@dataclass(frozen=True)
class FileAsk:
    """One file of the control-plane node, as a process sees it: its content, and the times of all that leads to it.

    `path`: absolute, of any characters. `inside`: the process through whose mounts it is looked up; 1 is the node
    itself. `limit`: the most bytes of content that are wanted.
    """

    path: str
    inside: int = 1
    limit: int = 65536


@dataclass(frozen=True)
class DirectoryAsk:
    """All entries of a directory of the control-plane node, those that are files with their content; as `FileAsk`."""

    path: str
    inside: int = 1
    limit: int = 65536


@dataclass(frozen=True)
class ApiAsk:
    """A request to the API server as its administrator; anything but GET must be a dry run.

    `order`: requests are sent by rising order, those of one order at about the same time: a metric is read
    with -1 before and with 1 after the probes that it is to tell of. Those above 0 wait until no check has more to
    ask.
    """

    path: str
    method: str = "GET"
    body: str = ""
    order: int = 0


@dataclass(frozen=True)
class CreateAsk:
    """A pod that is really to be made, of which admission decides before storage finds its name taken (409).

    It is the one ask that is no dry run, for what looks at whether it is one. It may be asked only where a pod of its
    name was seen in this very observation, and must have a scheduling gate, so that it would never run. Should it be
    stored all the same, because that pod has gone meanwhile, it is deleted again by its uid.

    `path`: of the namespace's pods. `body`: the pod, with its name.
    """

    path: str
    body: str
    order: ClassVar[int] = 0


@dataclass(frozen=True)
class WebhookAsk:
    """What the lab's webhook has logged in the last three minutes: one JSON object a line, the newest last.

    It is asked after all others. The answer's code is 1 when no webhook of the lab runs on the cluster's network.
    """


Ask = NodeAsk | FileAsk | DirectoryAsk | ApiAsk | CreateAsk | WebhookAsk


@dataclass(frozen=True)
class Answer:
    """What an ask brought: text, and the exit code (node) or HTTP status (API)."""

    text: str
    code: int = 0


@dataclass(frozen=True)
class Unknown:
    """Nobody answered: the node or the API server could not be asked, and why."""

    why: str


class CouldNotTell(Exception):
    """Raised by a judge that lacks what it needs; becomes the verdict error, with this text."""


class NotYet(CouldNotTell):
    """What is looked for takes a while to show, and looking again in some seconds will tell; says what it waits for."""


NOT_YET = "not-yet"
"""The reason of a verdict that looking again in some seconds will change."""


@dataclass(frozen=True)
class Observation:
    """Answers by ask. Can be recorded and judged again."""

    answers: Mapping[Ask, Answer | NodeFile | Unknown] = field(default_factory=dict)

    @overload
    def __getitem__(self, ask: FileAsk | DirectoryAsk) -> NodeFile: ...
    @overload
    def __getitem__(self, ask: NodeAsk | ApiAsk | CreateAsk | WebhookAsk) -> Answer: ...
    def __getitem__(self, ask: Ask) -> Answer | NodeFile:
        """The answer to an ask.

        Raises:
            CouldNotTell: nobody answered, or it was not asked.
        """
        answer = self.answers.get(ask, Unknown("it was not looked at"))
        if isinstance(answer, Unknown):
            raise CouldNotTell(answer.why)
        return answer

    def __contains__(self, ask: Ask) -> bool:
        """Whether an ask was answered, be it that nobody can tell."""
        return ask in self.answers


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
        return self.name.rpartition(":")[0] if ":" in self.name.rpartition("/")[2] else self.name


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
            if image.repository.rpartition("/")[2] == component:
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
