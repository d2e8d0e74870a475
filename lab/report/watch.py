"""Keeps the page of a class up to date while reports come into a folder."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from lab import paths
from lab.report import submission
from lab.report.submission import File

PAUSE = 1.0
"""Seconds between two looks at the folder."""
RELOAD = 5
"""Seconds after which a browser reads the page again."""
_FRESH = 10.0  # seconds for which a file that is not whole is being written

Stamps = dict[Path, tuple[int, int]]


class Watch:
    """Writes the page anew when a file in a folder came, changed or went.

    Args:
        folder: where reports come.
        page: the file to write.
        made: gives the page for files.
    """

    def __init__(self, folder: Path, page: Path, made: Callable[[Sequence[File]], str]) -> None:
        self._folder = folder
        self._page = page
        self._made = made
        self._known: Stamps | None = None
        self.files: list[File] = []

    def look(self) -> bool:
        """Look at the folder once; gives whether the page was written anew.

        Raises:
            LabError: it cannot be written.
        """
        stamps = _stamps(self._folder)
        if stamps == self._known and not any(file.writing for file in self.files):
            return False
        self._known = stamps
        self.files = submission.read([self._folder], fresh=_FRESH)
        _write(self._page, self._made(self.files))
        return True


def _stamps(folder: Path) -> Stamps:
    found: Stamps = {}
    for path in submission.paths_in(folder):
        with suppress(OSError):  # it has gone meanwhile
            about = path.stat()
            found[path] = (about.st_mtime_ns, about.st_size)
    return found


def _write(page: Path, text: str) -> None:
    """All or nothing, so that a browser never reads half of it."""
    draft = page.with_name(f".{page.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(page)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise paths.unwritable(page, error) from error
