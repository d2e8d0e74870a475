"""Files whose content may change while the server runs.

They are read and compared whole, because neither a ConfigMap's swap of links nor an atomic rename need change what
`stat` says of a name, and they are small.
"""

from collections.abc import Sequence
from pathlib import Path

LARGEST = 1024 * 1024
"""What is read of a file, in bytes; a policy may be a quarter of it, and certificates are far smaller."""

Contents = tuple[bytes, ...]


class Watched:
    """Files that belong together, such as a certificate and its key."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self._taken: Contents | None = None
        self._before: Contents | None = None

    def take(self) -> Contents:
        """Their contents now, which are then no change any more.

        Raises:
            OSError: one of them cannot be read.
        """
        self._taken = self._read()
        return self._taken

    def changed(self) -> Contents | None:
        """New contents, once, when this call and the one before saw the same; otherwise None.

        Seen twice, because an editor may be in the middle of writing, and half a policy can be a valid one.

        Raises:
            OSError: one of them cannot be read; what was taken stays so.
        """
        before, self._before = self._before, None
        now = self._read()
        if now == self._taken:
            return None
        self._before = now
        if now != before:
            return None
        self._taken = now
        return now

    def _read(self) -> Contents:
        return tuple(_beginning(path) for path in self._paths)


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST)
