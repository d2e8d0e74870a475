"""Compares the node's files with the last good ones, and says what differs. Pure."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lab.rescue.files import manifests

_SECRET = (b"-----BEGIN ", b"-key-data:")
_LONGEST = 160
_MOST = 200


@dataclass(frozen=True)
class Plan:
    """What a rescue would do.

    Attributes:
        put: the good files that the node has otherwise or not at all.
        aside: manifests of the node that are not among the good ones.
        text: the difference, as people read it.
    """

    put: Mapping[str, bytes]
    aside: tuple[str, ...]
    text: str

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that differ."""
        return (*self.put, *self.aside)


def plan(node: Mapping[str, bytes], good: Mapping[str, bytes], of: str) -> Plan:
    """Compare.

    Args:
        node: the node's files.
        good: the good ones, all of which the node should have.
        of: where the good ones are from, for the head of the difference.
    """
    put = {path: content for path, content in good.items() if node.get(path) != content}
    aside = tuple(path for path in manifests(node) if path not in good)
    lines = [line for path, content in put.items() for line in _lines(path, node.get(path), content, of)]
    lines += [f"{path} was not among the manifests {of}" for path in aside]
    if len(lines) > _MOST:
        lines[_MOST:] = [f"... {len(lines) - _MOST} lines more"]
    return Plan(put, aside, "\n".join(lines))


def _lines(path: str, node: bytes | None, good: bytes, of: str) -> Iterator[str]:
    if node is None:
        yield f"{path} is missing, or no regular file"
    elif any(sign in content for sign in _SECRET for content in (node, good)) or b"\0" in node + good:
        yield f"{path} differs: it is a key, a certificate or no text"
    else:
        old, new = (content.decode(errors="replace").splitlines() for content in (node, good))
        differences = list(difflib.unified_diff(old, new, f"{path} (yours)", f"{path} ({of})", lineterm=""))
        yield from (_short(line) for line in differences or [f"{path} differs in the ends of its lines"])


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
