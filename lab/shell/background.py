"""Runs programs beside their caller: in the background, read line by line, or for longer than this process."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shlex import join as shell_join

from lab.errors import CommandError
from lab.shell.processes import end, forget, start

_LEASH = '"$@" & exec >/dev/null 2>&1; read -r _; kill $!'  # the shell shall not keep the program's output open


class Background:
    """A program that runs while its caller reads the log; stop it in `finally`.

    Args:
        argv: program and arguments.
        log: a file that gets both streams appended as they come.
        env: variables set on top of this process's own.

    Raises:
        CommandError: it could not be started.
    """

    def __init__(self, argv: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> None:
        self._argv = argv
        self._process = start(argv, subprocess.DEVNULL, log, env, None)

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
            end(self._process)
        forget(self._process)


class Stream:
    """A program whose output is read while it runs: iterating gives the lines of both its streams, until it ends.

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
        self._process = start(argv, subprocess.PIPE, None, None, None, merge=True)

    def __iter__(self) -> Iterator[str]:
        assert self._process.stdout
        with suppress(ValueError, OSError):  # it was stopped by another thread, which has closed the pipe
            for line in self._process.stdout:
                yield line.decode(errors="replace").rstrip("\n")

    def stop(self) -> None:
        """End it with its children, if it is still running."""
        if self._process.poll() is None:
            end(self._process)
        forget(self._process)


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
