"""Reads files of the node: one command for all that checks ask for, and its output as `NodeFile`s."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

from lab.checks.asks import DirectoryAsk, FileAsk, Unknown
from lab.checks.support.node_file import NodeFile, Place

_READER = (Path(__file__).parent / "node_file_reader.pl").read_text()
_NONE = Unknown("the node gave no answer")
FileAsks = Sequence[FileAsk | DirectoryAsk]


def command(asks: FileAsks) -> str:
    """A command for bash that reads files; `parse` understands what it prints. Empty when nothing is asked."""
    lines = "".join(
        f"{number} {ask.inside} {ask.limit} {int(isinstance(ask, DirectoryAsk))} {ask.path.encode().hex()}\n"
        for number, ask in enumerate(asks)
    )
    return f"perl -e {quote(_READER)} <<'asks'\n{lines}asks\n" if asks else ""


def parse(asks: FileAsks, output: str) -> dict[FileAsk | DirectoryAsk, NodeFile | Unknown]:
    """What each path leads to; what cannot be read, and an ask whose answer is not whole, is unknown."""
    rows: dict[str, list[list[str]]] = {}
    for line in output.splitlines():
        number, _, rest = line.partition(" ")
        rows.setdefault(number, []).append(rest.split(" "))
    return {ask: _answer(rows.get(str(number), [])) for number, ask in enumerate(asks)}


def _answer(rows: list[list[str]]) -> NodeFile | Unknown:
    if not rows or rows[-1] != ["end"]:
        return _NONE
    try:
        (_, first), *others = _parts(rows[:-1])
        file = _file(first, {name: _file(told, {}) for name, told in others})
    except (ValueError, IndexError):
        return _NONE
    return Unknown(f"the node says: {file.why}") if file.kind == "unreadable" else file


@dataclass
class _Told:
    """The rows about one file."""

    way: list[Place] = field(default_factory=list)
    result: list[str] = field(default_factory=list)


def _parts(rows: list[list[str]]) -> Iterator[tuple[str, _Told]]:
    """The file itself, then the entries of a directory, each with its name."""
    name, told = "", _Told()
    for word, *rest in rows:
        if word == "entry":
            yield name, told
            name, told = _text(rest[0]), _Told()
        elif word == "way":
            told.way.append(Place(_text(rest[3]), rest[0], float(rest[1]), float(rest[2]), _text(rest[4])))
        else:
            told.result = [word, *rest]
    yield name, told


def _file(told: _Told, entries: dict[str, NodeFile]) -> NodeFile:
    word, *rest = told.result
    way = tuple(told.way)
    if word == "error":
        return NodeFile("unreadable", way=way, why=_text(rest[0]))
    if word == "missing":
        return NodeFile("missing", way=way)
    kind, cut, content = rest
    return NodeFile(kind, bytes.fromhex(content), cut == "0", way, entries)


def _text(digits: str) -> str:
    return bytes.fromhex(digits).decode(errors="backslashreplace")
