"""A journal in a folder of its own, whose clock goes on by a minute each time it is looked at."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lab.journal.journal import Journal

T0 = datetime(2026, 1, 31, 12, 0, 0, 999_999, tzinfo=UTC)


class World:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "clusters" / "x" / "progress.jsonl"
        self.notes: list[str] = []
        self.now = T0 - timedelta(minutes=1)

    def clock(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def load(self, uid: str = "uid-1", key: str = "the key") -> Journal:
        return Journal.load(self.path, uid, self.notes.append, self.clock, key)

    def lines(self) -> list[bytes]:
        return self.path.read_bytes().splitlines(keepends=True)

    def events(self) -> list[dict[str, Any]]:
        """The events in the file, without the digests of the chain."""
        events = [json.loads(line) for line in self.lines()]
        return [{key: value for key, value in event.items() if key not in ("before", "digest")} for event in events]

    def write(self, lines: list[bytes]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(b"".join(lines))
