"""Runs a program on this process's own terminal."""

import signal
import subprocess
import termios
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from lab.errors import CommandError
from lab.shell.processes import end
from lab.shell.signals import handling


def interact(argv: Sequence[str]) -> int:
    """Run a program on this process's own terminal and wait for it. If this process is ended meanwhile, so is
    the program, and the terminal is set as it was.

    Returns:
        Its exit code.

    Raises:
        CommandError: it could not be started.
    """
    settings = _terminal_settings()
    try:
        with handling({signal.SIGINT: signal.SIG_IGN}):  # Ctrl-C belongs to the program on the terminal
            return _wait_for(subprocess.Popen(argv, preexec_fn=_default_interrupt))
    except OSError as error:
        raise CommandError(argv, None, "", f"Could not start {argv[0]}: {error.strerror}") from error
    except BaseException:
        if settings:
            with suppress(termios.error):  # the terminal is gone
                termios.tcsetattr(0, termios.TCSANOW, settings)
        raise


def _wait_for(process: "subprocess.Popen[bytes]") -> int:
    try:
        return process.wait()
    except BaseException:
        end(process, lambda _, number: process.send_signal(number))  # it is in this process's own group
        raise


def _terminal_settings() -> list[Any]:
    """The settings of the terminal, for `tcsetattr`; empty when standard input is none."""
    try:
        return termios.tcgetattr(0)
    except termios.error:
        return []


def _default_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
