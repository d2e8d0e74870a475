"""Ends the command line: signals, exit codes, and a reader that leaves."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from lab import shell
from lab.errors import LabError
from lab.exit_codes import ExitCode
from lab.fault_log import failure_of
from lab.shell.signals import handling


@contextmanager
def ending_signals() -> Iterator[list[int]]:
    """Within, SIGTERM and SIGHUP raise KeyboardInterrupt, once, wherever the main thread is; gives the list that
    takes the signal's number. A signal that is ignored, as `nohup` has it, stays so.
    """
    received: list[int] = []

    def take(number: int, _: object) -> None:
        if not received:  # a terminal that closes may send two
            received.append(number)
            raise KeyboardInterrupt

    # the last, because `interrupted` takes another handler for the rest of the way
    with handling({signal.SIGTERM: take, signal.SIGHUP: take, signal.SIGINT: signal.default_int_handler}):
        yield received


def code_of(error: BaseException) -> ExitCode:
    """Say what an exception means for a learner; gives the exit code. SystemExit goes on its way."""
    match error:
        case SystemExit():
            raise error
        case click.ClickException():
            with suppress(OSError):  # the reader may be gone, here and below; the exit code says it too
                error.show()
            return ExitCode.USAGE
        case LabError():
            _say(f"Error: {error}")
            return error.exit_code
        case click.Abort() if isinstance(error.__cause__, EOFError):  # click takes each for the end of what is typed
            error = error.__cause__
        case KeyboardInterrupt() | click.Abort():
            return interrupted(ExitCode.INTERRUPTED)
    failure = failure_of(error, "crash")
    _say(f"Error: {failure.message} {failure.hint}")
    return ExitCode.COULD_NOT


def interrupted(code: ExitCode) -> ExitCode:
    """End what runs, say that nothing is lost, and give the code back."""
    signal.signal(signal.SIGINT, lambda *_: None)  # a second Ctrl-C comes too late to hurry this
    shell.stop_all()
    _say("\nInterrupted. Nothing is lost: type the same command again to go on.")
    return code


def _say(text: str) -> None:
    with suppress(OSError):
        click.echo(text, err=True)


def open_streams() -> None:
    """Open to nowhere what was closed at the start (`lab list >&-`), where Python has no stream at all."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 (as long as the program)


def let_go() -> None:
    """Drop what cannot be written any more: Python would try again at its exit, and end with 120 whatever the code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
