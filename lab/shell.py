"""The one place that starts processes.

Every program is started with an argument list, never through a shell, in a process group of its own,
so that Ctrl-C and a time-out end it with all its children and no half-dead `docker build` stays.
"""

import os
import shutil
import signal
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shlex import join as shell_join
from typing import IO, Any

from lab.errors import CommandError

DEFAULT_TIMEOUT = 120.0
_GRACE = 1.5  # seconds between SIGTERM and SIGKILL for a process that is stopped early
_LEASH = '"$@" & exec >/dev/null 2>&1; read -r _; kill $!'  # the shell shall not keep the program's output open
_MOMENT = 4.0  # seconds for a program that ends by itself when its standard input does
_live: "set[subprocess.Popen[bytes]]" = set()
_leashes: "dict[subprocess.Popen[bytes], _Leash]" = {}
_lock = threading.RLock()  # a signal's handler may call `stop_all` while its thread starts something


@dataclass(frozen=True)
class Completed:
    """A program that ended: its command, exit code and output."""

    argv: tuple[str, ...]
    returncode: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.stdout.decode(errors="replace")

    @property
    def output(self) -> str:
        """Both streams as text, standard output first."""
        return self.text + self.stderr.decode(errors="replace")


def run(
    argv: Sequence[str],
    *,
    input: bytes | None = None,
    stdin: IO[bytes] | None = None,
    leash: bool = False,
    timeout: float = DEFAULT_TIMEOUT,
    check: bool = True,
    log: Path | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Completed:
    """Run a program to its end.

    Args:
        argv: program and arguments.
        input: bytes for its standard input.
        stdin: an open file for its standard input; with neither, it reads an end of file.
        leash: for a program that ends by itself when its standard input ends: that comes behind `input` only when it
            is stopped early, or this process ends, in whatever way.
        timeout: seconds after which it is stopped.
        check: raise when it ends with another code than 0.
        log: a file that gets both streams appended as they come, instead of `Completed`.
        env: variables set on top of this process's own.
        cwd: the folder to start it in.

    Raises:
        CommandError: it was not found, ended with another code than 0 (with `check`) or took too long.
    """
    held = _Leash(input or b"") if leash else None
    source = held.reader if held else subprocess.PIPE if input is not None else stdin or subprocess.DEVNULL
    try:
        process = _start(argv, source, log, env, cwd, leash=held)
    finally:
        if held:
            os.close(held.reader)
    try:
        stdout, stderr = process.communicate(None if held else input, timeout)
    except subprocess.TimeoutExpired as error:
        _end(process)
        why = f"This command took longer than {timeout:.0f} s and was stopped: {shell_join(argv)}"
        raise CommandError(argv, None, _tail(log), why) from error
    except BaseException:
        _end(process)
        raise
    finally:
        _forget(process)
    completed = Completed(tuple(argv), process.returncode, stdout or b"", stderr or b"")
    if check and completed.returncode:
        raise CommandError(argv, completed.returncode, _tail(log) or completed.output)
    return completed


class _Leash:
    """The standard input of a program: some bytes, and no end until it is let go or this process ends."""

    def __init__(self, content: bytes) -> None:
        self.reader, self._writer = os.pipe()
        self._released = threading.Event()
        threading.Thread(target=self._feed, args=(content,), name="leash", daemon=True).start()

    def let_go(self) -> None:
        """End it."""
        self._released.set()

    def _feed(self, content: bytes) -> None:
        rest = memoryview(content)
        with suppress(OSError):  # the program may end before it has read all
            while rest:
                rest = rest[os.write(self._writer, rest) :]
            self._released.wait()
        os.close(self._writer)


class Background:
    """A program that runs while its caller looks at the log; stop it in `finally`.

    Args:
        argv: program and arguments.
        log: a file that gets both streams appended as they come.
        env: variables set on top of this process's own.

    Raises:
        CommandError: it could not be started.
    """

    def __init__(self, argv: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> None:
        self._argv = argv
        self._process = _start(argv, subprocess.DEVNULL, log, env, None)

    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def succeeded(self) -> bool:
        """Whether it ended with exit code 0."""
        return self._process.poll() == 0

    def wait(self, timeout: float) -> None:
        """Wait for its end.

        Raises:
            CommandError: it took longer than `timeout` seconds.
        """
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            why = f"This command took longer than {timeout:.0f} s: {shell_join(self._argv)}"
            raise CommandError(self._argv, None, "", why) from error

    def stop(self) -> None:
        """End it with its children, if it is still running."""
        if self.running():
            _end(self._process)
        _forget(self._process)


class Stream:
    """A program that is listened to while it runs: iterating gives the lines of both its streams, until it ends.

    Its standard input stays open until it is stopped or this process ends, in whatever way; a program that reads it
    can so end in time.

    Args:
        argv: program and arguments.
        leash: for a program that does not read its standard input: end it when this process ends, in whatever way.

    Raises:
        CommandError: it could not be started.
    """

    def __init__(self, argv: Sequence[str], leash: bool = False) -> None:
        argv = ["sh", "-c", _LEASH, "leash", *argv] if leash else argv
        self._process = _start(argv, subprocess.PIPE, None, None, None, merge=True)

    def __iter__(self) -> Iterator[str]:
        assert self._process.stdout
        with suppress(ValueError, OSError):  # it was stopped by another thread, which has closed the pipe
            for line in self._process.stdout:
                yield line.decode(errors="replace").rstrip("\n")

    def stop(self) -> None:
        """End it with its children, if it is still running."""
        if self._process.poll() is None:
            _end(self._process)
        _forget(self._process)


def stop_all() -> None:
    """End every program that `run`, `Background` and `Stream` started and that still runs, in all threads.

    Programs do not share the terminal's process group, so Ctrl-C reaches this process alone; whoever waits
    for threads calls this when it is interrupted.
    """
    with _lock:
        processes = list(_live)
    for process in processes:  # all at once, so that many take no longer than one; a leash is let go first, in `_end`
        with suppress(ProcessLookupError):
            if process in _leashes:
                continue
            os.killpg(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + _GRACE
    for process in processes:
        _end(process, grace=max(0.0, deadline - time.monotonic()))


def _start(
    argv: Sequence[str],
    stdin: IO[bytes] | int,
    log: Path | None,
    env: Mapping[str, str] | None,
    cwd: Path | None,
    merge: bool = False,
    leash: _Leash | None = None,
) -> "subprocess.Popen[bytes]":
    stream = log.open("ab") if log else None
    try:
        if stream:
            stream.write(f"\n$ {shell_join(argv)}\n".encode())
            stream.flush()
        with _lock:  # until it is known to be there: `stop_all` shall miss none that has begun
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
    finally:
        if stream:
            stream.close()
    return process


def _forget(process: "subprocess.Popen[bytes]") -> None:
    with _lock:
        _live.discard(process)
        if leash := _leashes.pop(process, None):
            leash.let_go()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:  # left open when it was ended early
            with suppress(OSError):
                stream.close()


def succeeds(argv: Sequence[str], *, timeout: float = DEFAULT_TIMEOUT) -> bool:
    """Whether a program can be started and ends with exit code 0 in time."""
    try:
        return run(argv, timeout=timeout, check=False).returncode == 0
    except CommandError:
        return False


def spawn_daemon(argv: Sequence[str], log: Path) -> int:
    """Start a program that outlives this one, its output appended to `log`.

    Returns:
        Its process id.

    Raises:
        CommandError: it could not be started.
    """
    try:
        with log.open("ab") as stream:
            return subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, start_new_session=True, cwd="/"
            ).pid
    except OSError as error:
        raise CommandError(argv, None, "", f"Could not start {argv[0]}: {error.strerror}") from error


def interact(argv: Sequence[str]) -> int:
    """Run a program on this process's own terminal and wait for it. If this process is ended meanwhile, so is
    the program, and the terminal is set as it was.

    Returns:
        Its exit code.

    Raises:
        CommandError: it could not be started.
    """
    settings = _terminal_settings()
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the program on the terminal
    try:
        return _wait_for(subprocess.Popen(argv, preexec_fn=_default_interrupt))
    except OSError as error:
        raise CommandError(argv, None, "", f"Could not start {argv[0]}: {error.strerror}") from error
    except BaseException:
        if settings:
            with suppress(termios.error):  # the terminal is gone
                termios.tcsetattr(0, termios.TCSANOW, settings)
        raise
    finally:
        signal.signal(signal.SIGINT, previous)


def _wait_for(process: "subprocess.Popen[bytes]") -> int:
    try:
        return process.wait()
    except BaseException:
        _end(process, lambda _, number: process.send_signal(number))  # it is in this process's own group
        raise


def _terminal_settings() -> list[Any]:
    """How the terminal is set, for `tcsetattr`; empty when standard input is none."""
    try:
        return termios.tcgetattr(0)
    except termios.error:
        return []


def which(program: str) -> str | None:
    """Where a program is, or None; the sbin folders count, which a user's PATH may lack."""
    path = os.environ.get("PATH", os.defpath) + ":/usr/local/sbin:/usr/sbin:/sbin"
    return shutil.which(program, path=path)


def _default_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _end(
    process: "subprocess.Popen[bytes]",
    kill: Callable[[int, int], None] = os.killpg,
    grace: float | None = None,
) -> None:
    if leash := _leashes.get(process):
        leash.let_go()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_MOMENT)
            return
    for number, wait in ((signal.SIGTERM, _GRACE if grace is None else grace), (signal.SIGKILL, None)):
        with suppress(ProcessLookupError):
            kill(process.pid, number)
        try:
            process.wait(wait)
            return
        except subprocess.TimeoutExpired:
            continue


def _tail(log: Path | None, size: int = 4000) -> str:
    if log is None or not log.exists():
        return ""
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - size))
        return stream.read().decode(errors="replace")
