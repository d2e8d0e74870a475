"""What a look is made of: lines, files, containers, processes, answers. Pure."""

import json
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A line of evidence: where it stands (`FILE:LINE`, a log, `difference`), and its text."""

    where: str
    text: str

    @property
    def number(self) -> str:
        """The number of the line in its file; empty where it is of no file, or the file as a whole."""
        number = self.where.rpartition(":")[2]
        return number if number.isdecimal() else ""


@dataclass(frozen=True)
class File:
    """A path of the node: `kind` is file, directory, socket, other or missing; times in whole seconds since 1970.

    Of a private key, `content` is the public one that belongs to it: no private key leaves the node.
    """

    path: str
    kind: str = "missing"
    mode: int = 0
    uid: int = 0
    mtime: float = 0.0
    ctime: float = 0.0
    cut: bool = False
    target: str = ""
    content: bytes = b""

    @property
    def name(self) -> str:
        """Its name without the directory."""
        return posixpath.basename(self.path)

    @property
    def text(self) -> str:
        """Its content as text."""
        return self.content.decode(errors="replace")

    def line_of(self, wanted: str) -> Line:
        """The first line that has a text; the file as a whole where none has."""
        for number, line in enumerate(self.text.splitlines(), 1):
            if wanted and wanted in line:
                return Line(f"{self.path}:{number}", line.strip())
        return Line(self.path, f"{wanted}: not there" if wanted else self.kind)

    def line(self, number: int) -> Line:
        """A line by its number."""
        lines = self.text.splitlines()
        text = lines[number - 1] if 0 < number <= len(lines) else ""
        return Line(f"{self.path}:{number}", text.replace("\t", "\\t").rstrip())


@dataclass(frozen=True)
class Said:
    """A line of a log: when, in seconds since 1970, and its text."""

    at: float
    text: str


@dataclass(frozen=True)
class Container:
    """A container of a static pod. Times in seconds since 1970, 0 where there is none."""

    name: str
    pod: str
    attempt: int
    running: bool
    created: float
    started: float
    finished: float
    code: int
    reason: str
    message: str
    image: str
    argv: tuple[str, ...]
    mounts: Mapping[str, str]
    log: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Process:
    """A process of the node, and when it began, in seconds since 1970."""

    name: str
    pid: int
    started: float
    argv: tuple[str, ...]


@dataclass(frozen=True)
class Reply:
    """An answer of the API server: HTTP status, 0 where none came, and the body or why none came."""

    status: int
    body: str

    def items(self) -> Sequence[Mapping[str, object]]:
        """The objects of a list; none where the answer is no list."""
        try:
            found = json.loads(self.body)["items"] if self.status == 200 else []
        except (ValueError, LookupError, TypeError):
            return []
        return found if isinstance(found, list) else []
