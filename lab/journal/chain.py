"""An append-only file of JSON lines, each of which names the digest of the line before.

::

    {"at": "2026-01-31T12:00:00Z", "event": "hint", ..., "before": "<the digest before>", "digest": "<its own>"}

A digest is the HMAC-SHA256, in hexadecimal, of the line without its digest; the key is a random value that is kept
elsewhere. The first line names the digest of nothing. So a line that was changed, added, moved or taken out shows. Who
can read the key can make such a file: this is no wall against root.

A chain that is broken can be gone on with: then a line with the event `broken` is put in, which names the digest of all
that stands before it, and tells the reader not to trust that.
"""

import fcntl
import hmac
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path
from typing import Any

from lab import paths

BROKEN = "broken"
"""The event of a line that marks all before it as not the lab's. `line` is the first such line."""
_SIGNED = re.compile(rb'(\{.+), "digest": "([0-9a-f]{64})"\}')


@dataclass(frozen=True)
class Lines:
    """The lines of a file, as far as they are JSON objects.

    `broken` is the number of the first line that is not as it was written, from 1, or 0. `size` is that of the whole
    lines, in bytes, `last` the digest of the last one; `torn` says whether a line without an end follows, as a crash
    leaves it, which is left out.
    """

    entries: tuple[dict[str, Any], ...] = ()
    broken: int = 0
    size: int = 0
    last: str = ""
    torn: bool = False


class Chain:
    """One such file.

    Args:
        path: the file; need not exist.
        key: the random value that its digests are made with.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.path = path
        self._locked = False
        self._key = key.encode()

    def read(self) -> Lines:
        """Read all lines, and find out whether they are as they were written.

        Raises:
            OSError: the file cannot be read; FileNotFoundError: there is none.
        """
        lines = parse(self.path.read_bytes(), self._key)
        if lines.torn and not self._locked:  # perhaps it is just being written
            with suppress(OSError), self.locked(fcntl.LOCK_SH):
                lines = parse(self.path.read_bytes(), self._key)
        return lines

    @contextmanager
    def locked(self, kind: int = fcntl.LOCK_EX) -> Iterator[None]:
        """Within, no other process appends to the file.

        Raises:
            OSError: its folder cannot be written.
        """
        paths.private_directory(self.path.parent)
        with self.path.with_name(f".{self.path.name}.lock").open("w") as lock:
            fcntl.flock(lock, kind)
            self._locked = True
            try:
                yield
            finally:
                self._locked = False

    def append(self, after: Lines, entries: Sequence[Mapping[str, Any]]) -> None:
        """Add lines, all or none, while the file is `locked` and still ends as `after` does.

        Raises:
            OSError: they cannot be written.
        """
        before, text = after.last or _digest(b"", self._key), b""
        if after.broken:
            before = _digest(self.path.read_bytes()[: after.size], self._key)
            entries = [{"event": BROKEN, "line": after.broken}, *entries]
        for entry in entries:
            body = json.dumps({**entry, "before": before}, ensure_ascii=False).encode()[:-1]
            before = _digest(body, self._key)
            text += body + f', "digest": "{before}"}}\n'.encode()
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            _write(file, text, after.size)
        finally:
            os.close(file)


def parse(content: bytes, key: bytes) -> Lines:
    """The lines of such a file, from its content and the key of its digests."""
    entries: list[dict[str, Any]] = []
    before, broken, size = _digest(b"", key), 0, 0
    whole, end, rest = content.rpartition(b"\n")
    for number, line in enumerate(whole.split(b"\n") if end else [], 1):
        entry, digest = _entry(line, key)
        if digest and entry.get("event") == BROKEN and entry["before"] == _digest(content[:size], key):
            broken = 0
        elif not digest or entry["before"] != before:
            broken = broken or number
        if entry:
            entries.append(entry)
        before, size = digest, size + len(line) + 1
    return Lines(tuple(entries), broken, size, before if size else "", bool(rest))


def _entry(line: bytes, key: bytes) -> tuple[dict[str, Any], str]:
    """The entry of a line, empty where it is no JSON object; and its digest, empty where it is not the line's."""
    try:
        entry = json.loads(line)
    except ValueError:
        return {}, ""
    signed = _SIGNED.fullmatch(line)
    digest = signed[2].decode() if signed and signed[2].decode() == _digest(signed[1], key) else ""
    return (entry, digest) if isinstance(entry, dict) else ({}, "")


def _digest(content: bytes, key: bytes) -> str:
    return hmac.new(key, content, "sha256").hexdigest()


def _write(file: int, text: bytes, at: int) -> None:
    """Put a text at the end of the whole lines; where it does not fit, leave the file as it was up to there."""
    os.ftruncate(file, at)
    try:
        if os.pwrite(file, text, at) < len(text):
            raise OSError(ENOSPC, os.strerror(ENOSPC))
    except OSError:
        os.ftruncate(file, at)
        raise
