"""Says what failed in the same words in the command line and the TUI, and logs the lab's own faults."""

import errno
import os
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from lab import paths
from lab.errors import LabError

_LIMIT = 500_000  # bytes; a fault that comes back every few seconds must not fill a disk
_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)


@dataclass(frozen=True)
class Failure:
    """What failed, in a sentence, and the next command to type; the latter may be empty."""

    message: str
    hint: str = ""


def failure_of(error: BaseException, log: str) -> Failure:
    """What an exception means for a learner.

    Args:
        error: what was raised.
        log: the name of the log that gets the stack trace, where it is a fault of the lab itself.
    """
    if isinstance(error, LabError):
        return Failure(error.message, error.hint)
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        where = f"{error.filename}: " if error.filename else ""
        return Failure(
            f"{where}{os.strerror(error.errno)}.", "See what is free and where with: df -h; docker system df"
        )
    sentence = f"The lab met a fault of its own ({type(error).__name__})."
    try:
        return Failure(sentence, f"What happened is written in {note(log, error)}")
    except OSError as reason:
        return Failure(sentence, f"Its log could not be written ({reason.strerror}): {type(error).__name__}: {error}")


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
