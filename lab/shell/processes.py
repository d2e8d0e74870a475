"""Starts and ends processes, and knows which still run."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from shlex import join as shell_join
from typing import IO

from lab.errors import CommandError
from lab.shell.signals import delayed

Process = subprocess.Popen[bytes]
# Ctrl-C shall end all within 2 s; Python waits for 0.25 s of them before it tells of it.
_GRACE = 1.4  # seconds from the first word until SIGKILL, for a process that is stopped early
_MOMENT = 0.2  # seconds more, where the first word is the end of its standard input and the second SIGTERM
_live: set[Process] = set()
_leashes: "dict[Process, Leash]" = {}
_lock = threading.RLock()  # a signal's handler may call `stop_all` while its thread starts something


class Leash:
    """The standard input of a program: some bytes, and no end until it is let go or this process ends."""

    def __init__(self, content: bytes) -> None:
        self.reader, self._writer = os.pipe()
        self._released = threading.Event()
        threading.Thread(target=self._feed, args=(content,), name="leash", daemon=True).start()

    def let_go(self) -> None:
        """End the standard input."""
        self._released.set()

    def _feed(self, content: bytes) -> None:
        rest = memoryview(content)
        with suppress(OSError):  # the program may end before it has read all
            while rest:
                rest = rest[os.write(self._writer, rest) :]
            self._released.wait()
        os.close(self._writer)


def start(
    argv: Sequence[str],
    stdin: IO[bytes] | int,
    log: Path | None,
    env: Mapping[str, str] | None,
    cwd: Path | None,
    merge: bool = False,
    leash: Leash | None = None,
) -> Process:
    """Start a program that `stop_all` ends, until it is handed to `forget`.

    Args:
        argv: program and arguments.
        stdin: its standard input.
        log: a file that gets the command and both streams appended, instead of pipes.
        env: variables set on top of this process's own.
        cwd: the folder to start it in.
        merge: put standard error into standard output.
        leash: what holds its standard input, if anything.

    Raises:
        CommandError: it could not be started.
    """
    stream, process = log.open("ab") if log else None, None
    try:
        if stream:
            stream.write(f"\n$ {shell_join(argv)}\n".encode())
            stream.flush()
        # until it is known to be there: neither a signal nor `stop_all` shall miss one that has begun
        with delayed(signal.SIGINT, signal.SIGTERM, signal.SIGHUP), _lock:
            process = subprocess.Popen(
                argv,
                stdin=stdin,
                stdout=stream or subprocess.PIPE,
                stderr=subprocess.STDOUT if stream or merge else subprocess.PIPE,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,
            )
            _live.add(process)
            if leash:
                _leashes[process] = leash
    except OSError as error:
        if leash:
            leash.let_go()
        raise CommandError(argv, None, "", f"Could not start {argv[0]}: {error.strerror}") from error
    except BaseException:
        if process:
            end(process)
            forget(process)
        raise
    finally:
        if stream:
            stream.close()
    return process


def forget(process: Process) -> None:
    """Let go of a program that has ended, and close its streams."""
    with _lock:
        _live.discard(process)
        if leash := _leashes.pop(process, None):
            leash.let_go()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:  # left open when it was ended early
            with suppress(OSError):
                stream.close()


def stop_all() -> None:
    """End every program that `run`, `Background` and `Stream` started and that still runs, in all threads.

    Programs do not share the terminal's process group, so Ctrl-C reaches this process alone; whoever waits
    for threads calls this when it is interrupted.
    """
    with _lock:
        processes = list(_live)
    begun = time.monotonic()
    for process in processes:  # all at once, so that many take no longer than one
        ask, _ = next(_ways_to_end(process, os.killpg))
        ask()
    for process in processes:
        end(process, begun=begun)


def end(process: Process, kill: Callable[[int, int], None] = os.killpg, begun: float | None = None) -> None:
    """End a program and wait for it.

    Args:
        process: the program.
        kill: sends a signal, by default to its process group.
        begun: when it was asked to end, if it was (monotonic clock).
    """
    begun = time.monotonic() if begun is None else begun
    for ask, seconds in _ways_to_end(process, kill):
        ask()
        with suppress(subprocess.TimeoutExpired):
            process.wait(None if seconds is None else max(0.0, begun + seconds - time.monotonic()))
            return


def _ways_to_end(
    process: Process, kill: Callable[[int, int], None]
) -> Iterator[tuple[Callable[[], None], float | None]]:
    """Ways to end a program, the gentlest first, each with the seconds from the first on when it is given up."""

    def send(number: int) -> None:
        with suppress(ProcessLookupError):
            kill(process.pid, number)

    if leash := _leashes.get(process):
        yield leash.let_go, _GRACE
    yield partial(send, signal.SIGTERM), _GRACE + (_MOMENT if leash else 0)
    yield partial(send, signal.SIGKILL), None


def tail(log: Path | None, size: int = 4000) -> str:
    """The end of a log, at most `size` bytes; empty when there is none."""
    if log is None or not log.exists():
        return ""
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - size))
        return stream.read().decode(errors="replace")
