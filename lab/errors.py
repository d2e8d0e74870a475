"""Every error that a learner may see, each with the next command to type.

::

    LabError                    could not act (exit code 3)
    |-- EngineError             no Docker engine, or it does not do what is needed
    |-- CommandError            a program that lab started failed; keeps its argv and output
    |-- BuildError              the node image could not be made; names the log
    |-- ClusterError            the cluster, its node or its API server
    |   `-- NoClusterError      there is none of that name
    |-- UsageError              the words of a command name nothing (exit code 2)
    |-- NotStartedError         the exercise was not started (exit code 1)
    `-- DataError               exercise data or pins are wrong (exit code 4)
"""

from collections.abc import Sequence
from shlex import join as shell_join

from lab.exit_codes import ExitCode

DEFAULT_NAME = "cks-lab"
"""The cluster that a command is about when none is named."""


class LabError(Exception):
    """Something that lab could not do.

    Args:
        message: what failed, and where.
        hint: the next command to type or thing to do; may be empty.
    """

    exit_code = ExitCode.COULD_NOT

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class EngineError(LabError):
    """There is no Docker engine that can run a cluster."""


class BuildError(LabError):
    """A part of the node image could not be built."""


class ClusterError(LabError):
    """The cluster, its node or its API server did not do what was asked."""


class NoClusterError(ClusterError):
    """There is no cluster of the name asked for."""

    def __init__(self, name: str) -> None:
        super().__init__(f'There is no cluster "{name}".', "Make it with: lab up")


class UsageError(LabError):
    """An argument names no exercise, step or format."""

    exit_code = ExitCode.USAGE


class NotStartedError(LabError):
    """The exercise has not been started on this cluster."""

    exit_code = ExitCode.FAILED

    def __init__(self, exercise: str) -> None:
        super().__init__(f'The exercise "{exercise}" is not started.', f"Start it with: lab start {exercise}")


class DataError(LabError):
    """Exercise data, a solution or the pins are wrong; names the file."""

    exit_code = ExitCode.BAD_DATA


class CommandError(LabError):
    """A program failed, could not be started, or took too long.

    Args:
        argv: the command as it was started.
        returncode: its exit code; None when it was not started or was stopped for time.
        output: what it printed, both streams.
        why: the message, one sentence; made from the above when empty.
    """

    def __init__(self, argv: Sequence[str], returncode: int | None, output: str, why: str = "") -> None:
        self.argv = tuple(argv)
        self.returncode = returncode
        self.output = output
        tail = "\n".join(output.strip().splitlines()[-12:])
        message = why or f"This command failed with exit code {returncode}: {shell_join(argv)}"
        super().__init__(f"{message}\n{tail}" if tail else message)
