"""The API server's process: its own arguments, its age, and the files that its admission configuration leads to.

What a file says is read as the process sees it, through its mounts (`/proc/PID/root`), or, while none runs, through
the mounts of its last container. Where no process and no container names an admission configuration, the file that an
exercise asks for is read from the node itself.
"""

import base64
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

from lab.checks.base import Answer, CouldNotTell, NodeAsk, Observation

CONFIG_FLAG = "admission-control-config-file"
_READER = (Path(__file__).parent / "api_process.sh").read_text()


@dataclass(frozen=True)
class File:
    """A file's content, and when it last changed in any way (ctime, seconds since 1970)."""

    content: bytes
    changed: float


@dataclass(frozen=True)
class ApiServer:
    """What is known of the API server on the node.

    Attributes:
        running: whether a process listens on the API server's port.
        argv: its arguments; those of the last container while none runs; empty when there is none of either.
        started: when the process began, in seconds since 1970; 0 when none runs.
        now: the node's time, in seconds since 1970.
        mounted: whether `files` are as the API server sees them; else they are as the node has them.
        files: by path, those that the admission configuration leads to and that can be read.
    """

    running: bool
    argv: tuple[str, ...]
    started: float
    now: float
    mounted: bool
    files: Mapping[str, File] = field(default_factory=dict)

    def flag(self, name: str) -> str:
        """The value of a flag, the last one given; empty when it is not there."""
        return flag(self.argv, name)

    @property
    def plugins(self) -> tuple[str, ...]:
        """The admission plugins that the arguments turn on, in their order."""
        return plugins(self.argv)

    @property
    def where(self) -> str:
        """Where its files are looked at, in the words of a message."""
        return "in the API server's container" if self.mounted else "on the node"

    def file(self, path: str) -> File | None:
        """A file by its path, None when it is not there or cannot be read."""
        return self.files.get(posixpath.normpath(path))


def ask(config: str = "") -> NodeAsk:
    """What `read` reads; `config` is looked at on the node where the arguments name no admission configuration."""
    return NodeAsk(f"wanted={quote(config)}\n{_READER}")


def read(seen: Observation, config: str = "") -> ApiServer:
    """The API server as it was seen.

    Raises:
        CouldNotTell: the node did not say.
    """
    return parse(seen[ask(config)])


def parse(answer: Answer) -> ApiServer:
    """The API server as the node told of it.

    Raises:
        CouldNotTell: the node did not say.
    """
    rows = [line.split(" ") for line in answer.text.splitlines()]
    told = {row[0]: row[1:] for row in rows if len(row) > 1}
    if answer.code or "time" not in told:
        raise CouldNotTell(f"the API server's process could not be looked at: {answer.text.strip()[-200:]}")
    now, up, began = (float(value) for value in told["time"])
    argv = tuple(_text(told["argv"][0]).split("\0")[:-1])
    found = [row for row in rows if row[0] == "file"]
    files = {posixpath.normpath(_text(row[1])): File(base64.b64decode(row[3]), float(row[2])) for row in found}
    running = told["state"] == ["running"]
    return ApiServer(running, argv, now - up + began if running else 0.0, now, told["view"] == ["mounts"], files)


def flag(argv: Sequence[str], name: str) -> str:
    """The value of a flag among arguments, the last one given; empty when it is not there."""
    given = _given(argv, name)
    return given[-1] if given else ""


def plugins(argv: Sequence[str]) -> tuple[str, ...]:
    """The admission plugins that arguments turn on; repeated flags add up, and the old flag's name counts too."""
    on = _given(argv, "enable-admission-plugins") or _given(argv, "admission-control")
    return tuple(name for value in on for name in value.split(","))


def _given(argv: Sequence[str], name: str) -> list[str]:
    """The values of a flag: `--name=value` or `--name value`; underscores count as hyphens (WordSepNormalizeFunc)."""
    values = []
    for number, word in enumerate(argv):
        key, equals, value = word.partition("=")
        if key.replace("_", "-") == f"--{name}":
            values.append(value if equals else "".join(argv[number + 1 : number + 2]))
    return values


def _text(field: str) -> str:
    return base64.b64decode(field).decode(errors="replace")
