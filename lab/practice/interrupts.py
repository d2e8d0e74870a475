"""The exceptions that end a walk, or a part of it."""


class Stop(KeyboardInterrupt):
    """Ctrl-C: ends what is going on. A plain KeyboardInterrupt is another signal's."""


class Interrupted(Exception):
    """Ctrl-C where a line is awaited."""


class Quit(Exception):
    """The learner said that it is enough."""
