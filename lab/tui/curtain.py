"""What is on the screen until Textual is: the first lines of the first screen, drawn while the rest is being loaded.

Textual then draws over it, on the same alternate screen. Nothing of Textual may be imported here.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_CLOSE, _OPEN = "\x1b[?1049h\x1b[2J\x1b[?25l", "\x1b[?1049l\x1b[?25h"
_TITLE = "\x1b[1;1H\x1b[1m CKS lab\x1b[m"


def title(name: str) -> str:
    """What the lab does first; the heading of its first screen."""
    return f'Looking for the cluster "{name}"'


@contextmanager
def drawn(name: str) -> Iterator[None]:
    """Draw it. It stays for Textual to draw over, but not when an exception passes.

    Args:
        name: the cluster's.
    """
    terminal = sys.__stderr__  # which is where Textual draws
    if terminal is None or not terminal.isatty():
        yield
        return
    terminal.write(f"{_CLOSE}{_TITLE}\x1b[3;2H\x1b[1m{title(name)}\x1b[m")
    terminal.flush()
    try:
        yield
    except BaseException:
        terminal.write(_OPEN)
        terminal.flush()
        raise
