"""The asks that a check puts to a cluster, and the answers: the words between those who look and those who judge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, overload

from lab.checks.support.node_file import NodeFile


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
