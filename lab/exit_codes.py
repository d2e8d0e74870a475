"""The exit codes of the command line; scripts and graders rely on them."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The codes that `lab` ends with."""

    OK = 0  # all passed, or done
    FAILED = 1  # a check failed or was skipped, a fault was named, a requirement is unmet
    USAGE = 2  # usage error
    COULD_NOT = 3  # could not tell or could not act: no engine, no cluster, a verdict is error
    BAD_DATA = 4  # the exercise data is wrong
    HUNG_UP = 129  # the terminal went away, as a shell reports it (128 + SIGHUP)
    INTERRUPTED = 130  # Ctrl-C (128 + SIGINT)
    TERMINATED = 143  # somebody asked it to end (128 + SIGTERM)
