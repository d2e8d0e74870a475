"""Writes logs of the lab's own faults."""

import time
import traceback
from pathlib import Path

from lab import paths

_LIMIT = 500_000  # bytes; a fault that comes back every few seconds must not fill a disk


def note(log: str, what: BaseException | str) -> Path:
    """Append a fault to a log, with its stack trace; a log that has grown large begins anew.

    Args:
        log: its name, such as `tui`.
        what: the fault, or a sentence about it.

    Returns:
        The log's file.

    Raises:
        OSError: it cannot be written.
    """
    text = what if isinstance(what, str) else "".join(traceback.format_exception(what))
    file = paths.log_file(log)
    mode = "w" if file.exists() and file.stat().st_size > _LIMIT else "a"
    with file.open(mode, encoding="utf-8") as stream:
        stream.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text.rstrip()}\n")
    return file
