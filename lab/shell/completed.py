"""Runs programs to their end."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import join as shell_join
from typing import IO

from lab.errors import CommandError
from lab.shell.processes import Leash, end, forget, start, tail

DEFAULT_TIMEOUT = 120.0


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
    held = Leash(input or b"") if leash else None
    source = held.reader if held else subprocess.PIPE if input is not None else stdin or subprocess.DEVNULL
    try:
        process = start(argv, source, log, env, cwd, leash=held)
    finally:
        if held:
            os.close(held.reader)
    try:
        stdout, stderr = process.communicate(None if held else input, timeout)
    except subprocess.TimeoutExpired as error:
        end(process)
        why = f"This command took longer than {timeout:.0f} s and was stopped: {shell_join(argv)}"
        raise CommandError(argv, None, tail(log), why) from error
    except BaseException:
        end(process)
        raise
    finally:
        forget(process)
    completed = Completed(tuple(argv), process.returncode, stdout or b"", stderr or b"")
    if check and completed.returncode:
        raise CommandError(argv, completed.returncode, tail(log) or completed.output)
    return completed


def succeeds(argv: Sequence[str], *, timeout: float = DEFAULT_TIMEOUT) -> bool:
    """Whether a program can be started and ends with exit code 0 in time."""
    try:
        return run(argv, timeout=timeout, check=False).returncode == 0
    except CommandError:
        return False


def which(program: str) -> str | None:
    """The path of a program, or None; the sbin folders count, which a user's PATH may lack."""
    path = os.environ.get("PATH", os.defpath) + ":/usr/local/sbin:/usr/sbin:/sbin"
    return shutil.which(program, path=path)
