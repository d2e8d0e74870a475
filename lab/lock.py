"""A lock that lets one process at a time change a cluster, and names its holder. The kernel frees a dead one's."""

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from lab import paths
from lab.errors import LabError
from lab.phases import Status
from lab.retry import attempts

WAIT = 300.0
"""Seconds that a command waits for another one on the same cluster."""
_PAUSE = 0.2


@dataclass(frozen=True)
class Holder:
    """The holder of a lock: its command, its process, and since when (the clock on the wall)."""

    command: str = "another lab"
    pid: int = 0
    since: str = ""

    def __str__(self) -> str:
        """In words: `lab up` (process 123, since 12:00:03)."""
        return f"`{self.command}` (process {self.pid}, since {self.since})" if self.pid else self.command


class Lock:
    """The lock of a cluster.

    Args:
        file: where it lies; need not exist.
        folder: the cluster's; the file goes when that is gone.
        wait: seconds to wait for who holds it.
    """

    def __init__(self, file: Path, folder: Path, wait: float = WAIT) -> None:
        self._file = file
        self._folder = folder
        self._wait = wait
        self._mine = threading.local()

    @contextmanager
    def held(self, command: str, status: Status) -> Iterator[None]:
        """Within, no other process, and no other thread, has it. May be nested.

        Args:
            command: the name that those who wait are shown.
            status: shows for whom this one waits.

        Raises:
            LabError: another one held it for too long, or its file cannot be written.
        """
        if getattr(self._mine, "held", False):
            yield
            return
        file = self._take(status)
        self._mine.held = True
        try:
            holder = Holder(command, os.getpid(), datetime.now().strftime("%H:%M:%S"))
            with suppress(OSError):  # on a full disk it is locked all the same, and `lab down` makes room
                os.ftruncate(file, 0)
                os.pwrite(file, json.dumps(asdict(holder)).encode(), 0)
            yield
        finally:
            self._mine.held = False
            with suppress(OSError):
                os.ftruncate(file, 0)
                if not self._folder.exists():
                    self._file.unlink()
            os.close(file)

    def taken(self) -> bool:
        """Whether another process, or another thread of this one, has it now."""
        return not getattr(self._mine, "held", False) and self._holder() is not None

    def holder(self) -> Holder | None:
        """The holder, if that is another process."""
        holder = self._holder()
        return holder if holder and holder.pid != os.getpid() else None

    def _holder(self) -> Holder | None:
        try:
            file = os.open(self._file, os.O_RDONLY)
        except OSError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _read(file)
        finally:
            os.close(file)
        return None

    def _take(self, status: Status) -> int:
        if (file := self._try()) is not None:
            return file
        holder = self._holder() or Holder()
        with status.phase(f"Waiting for {holder}"):
            for _ in attempts(self._wait, _PAUSE):
                if (file := self._try()) is not None:
                    return file
                holder = self._holder() or holder
        message = f"{holder} is still at work on this cluster, after {self._wait:.0f} s."
        end = f", or end it with: kill {holder.pid}" if holder.pid else "."
        raise LabError(message, f"Wait until it has ended{end}")

    def _try(self) -> int | None:
        """The locked file, open; None where another one has it, or has just removed it."""
        file = self._open()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._file.stat().st_ino == os.fstat(file).st_ino:
                return file
        except (BlockingIOError, FileNotFoundError):
            pass
        os.close(file)
        return None

    def _open(self) -> int:
        try:
            paths.private_directory(self._file.parent)
            return os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise paths.unwritable(self._file, error) from error


def _read(file: int) -> Holder:
    try:
        return Holder(**json.loads(os.pread(file, 4096, 0)))
    except (ValueError, TypeError):  # it has just taken it, or just let it go
        return Holder()
