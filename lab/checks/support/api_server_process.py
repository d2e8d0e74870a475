"""The API server's process: its own arguments, its age, and its files as it sees them.

Files are read through the process's mounts, or, while none runs, through those of its last container. Where no
process and no container names an admission configuration, they are read from the node itself.
"""

import base64
import posixpath
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from lab.checks.asks import Answer, CouldNotTell, FileAsk, NodeAsk, NotYet, Observation
from lab.checks.support import pflag
from lab.checks.support.node_file import NodeFile

COMPONENT = "kube-apiserver"
CONFIG_FLAG, PLUGINS_FLAG = "admission-control-config-file", "enable-admission-plugins"
PROCESS = NodeAsk((Path(__file__).parent / "api_server_process.sh").read_text())
_MISSING = NodeFile("missing")
_MOST_LINKS = 8


@dataclass(frozen=True)
class ApiServer:
    """What is known of the API server on the node.

    Attributes:
        running: whether a process listens on the API server's port.
        pid: that process.
        argv: its arguments; those of the last container while none runs; empty when there is none of either.
        started: when the process began, in seconds since 1970; 0 when none runs.
        now: the node's time, in seconds since 1970.
        made: when the last container was made, in seconds since 1970; 0 when there is none.
        mounts: where the last container has directories and files of the node, and which.
        seen: the files that were read so far.
        unread: the asks for files that `file` was asked about and that `seen` does not have.
    """

    running: bool
    pid: int
    argv: tuple[str, ...]
    started: float
    now: float
    made: float = 0.0
    mounts: Mapping[str, str] = field(default_factory=dict)
    seen: Observation = field(default_factory=Observation)
    unread: list[FileAsk] = field(default_factory=list, compare=False)

    @cached_property
    def command_line(self) -> pflag.CommandLine:
        """Its flags."""
        return command_line(self.argv)

    @property
    def config_path(self) -> str:
        """The admission configuration that its arguments name, as an absolute path; empty when they name none.

        The path of a process that runs begins in its working directory, which is /. Of one that has ended, what does
        not begin with a slash is rather a mistake, such as a quote.
        """
        path = self.command_line.text(CONFIG_FLAG)
        return posixpath.join("/", path) if path.startswith("/") or (path and self.running) else ""

    @property
    def mounted(self) -> bool:
        """Whether files are looked up as the API server sees them; else as the node has them."""
        return bool(self.config_path)

    @property
    def where(self) -> str:
        """Where its files are looked up, in the words of a message."""
        return "in the API server's container" if self.mounted else "on the node"

    def file(self, path: str) -> NodeFile:
        """A file by its absolute path.

        Raises:
            CouldNotTell: it could not be read; NotYet: the process has just ended.
        """
        if not self.mounted:
            return self._read(FileAsk(path))
        return self._read(FileAsk(path, self.pid)) if self.running else self._behind_mounts(path)

    def on_node(self, path: str) -> str:
        """Where the node has what the API server sees at a path; the path itself where no mount tells."""
        return (self._mounted_from(path) if self.mounted else "") or path

    def node_has(self, path: str) -> bool:
        """Whether the node itself has a file at a path."""
        try:
            return self._read(FileAsk(path)).kind == "file"
        except CouldNotTell:
            return False

    def _read(self, ask: FileAsk) -> NodeFile:
        if ask not in self.seen:
            self.unread.append(ask)
        try:
            return self.seen[ask]
        except CouldNotTell as error:
            if ask.inside == self.pid and ask in self.seen:  # a process that fails ends while it is looked at
                raise NotYet(f"the API server's process cannot be looked at: {error}") from error
            raise

    def _behind_mounts(self, path: str) -> NodeFile:
        """A file of the last container. An absolute link leads to another place there than on the node."""
        for _ in range(_MOST_LINKS):
            place = self._mounted_from(path)
            if not place:
                return _MISSING
            found = self._read(FileAsk(place))
            links = [link for link in found.way if link.target.startswith("/") and self._inside(link.path)]
            link = next((link for link in links if f"{place}/".startswith(f"{link.path}/")), None)
            if link is None:
                return found
            path = link.target + place[len(link.path) :]
        return _MISSING

    def _inside(self, place: str) -> bool:
        return any(f"{place}/".startswith(f"{source}/") for source in self.mounts.values())

    def _mounted_from(self, path: str) -> str:
        path = posixpath.normpath(path)
        for there in sorted(self.mounts, key=len, reverse=True):
            if f"{path}/".startswith(f"{there}/"):
                return self.mounts[there] + path[len(there) :]
        return ""


def read(seen: Observation) -> ApiServer:
    """The API server as it was seen.

    Raises:
        CouldNotTell: the node did not say.
    """
    return parse(seen[PROCESS], seen)


def parse(answer: Answer, seen: Observation) -> ApiServer:
    """The API server as the node told of it, with the files that were seen.

    Raises:
        CouldNotTell: the node did not say.
    """
    rows = [line.split(" ") for line in answer.text.splitlines()]
    told = {row[0]: row[1:] for row in rows if len(row) > 1}
    if answer.code or "time" not in told:
        raise CouldNotTell(f"the API server's process could not be looked at: {answer.text.strip()[-200:]}")
    now, up, began = (float(value) for value in told["time"])
    running = told["state"] == ["running"]
    return ApiServer(
        running=running,
        pid=int(told["pid"][0]),
        argv=tuple(_text(told["argv"][0]).split("\0")[:-1]),
        started=now - up + began if running else 0.0,
        now=now,
        made=datetime.fromisoformat(told["made"][0]).timestamp() if "made" in told else 0.0,
        mounts={_text(row[1]): _text(row[2]) for row in rows if row[0] == "mount"},
        seen=seen,
    )


def command_line(argv: Sequence[str]) -> pflag.CommandLine:
    """The API server's flags, also where a shell or another program starts it."""
    return pflag.parse(own_words(argv))


def own_words(argv: Sequence[str]) -> Sequence[str]:
    """The words behind the API server's name."""
    words = list(_in_shell(argv))
    names = (number for number, word in enumerate(words) if posixpath.basename(word) == COMPONENT)
    return words[next(names, 0) + 1 :]


def _in_shell(argv: Sequence[str]) -> Iterator[str]:
    shell = len(argv) > 2 and posixpath.basename(argv[0]).endswith("sh") and argv[1].startswith("-")
    try:
        yield from shlex.split(argv[2].replace("\\\n", ""), comments=True) if shell else argv
    except ValueError:  # quotes without their partners
        return


def _text(field: str) -> str:
    return base64.b64decode(field).decode(errors="replace")
