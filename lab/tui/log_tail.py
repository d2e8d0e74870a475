"""The end of the log that work writes to at this moment."""

import re
from pathlib import Path

_BYTES = 16_000
_LAST_RESORT = ("dockerd.log", "tui.log", "crash.log")
"""Written to at any time, whatever the work is."""
_CONTROL = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-_]|[\x00-\x08\x0b-\x1f\x7f]")


def newest(folder: Path, since: float) -> Path | None:
    """The log in a folder that was last written to, if that was after a point in time (seconds since 1970)."""
    found: list[tuple[bool, float, Path]] = []
    for file in folder.glob("*.log"):
        try:
            written = file.stat().st_mtime
        except OSError:  # gone meanwhile
            continue
        if written >= since:
            found.append((file.name not in _LAST_RESORT, written, file))
    return max(found)[2] if found else None


def tail(file: Path, lines: int) -> list[str]:
    """The last lines of a file, as they would stand on a terminal, without colours; none when it cannot be read."""
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - _BYTES))
            text = stream.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    rows = text.rstrip("\n").split("\n")
    if size > _BYTES:
        rows = rows[1:]  # the first one is half a line
    return [_CONTROL.sub("", row.rstrip("\r").rpartition("\r")[2]).expandtabs(4) for row in rows[-lines:]]
