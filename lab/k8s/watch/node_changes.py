"""Reports changes of the node's files and containers, from one program in the helper, which ends with its reader.

The program is node_changes.pl. The engine does not end what it runs in a container when its client is gone, but it
does close its standard input, and that is what the program minds.
"""

import threading
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from lab.errors import LabError
from lab.k8s.helper import Helper
from lab.k8s.watch.notifier import Notifier, note
from lab.model import Told
from lab.shell import Stream

ALWAYS = ("/etc/kubernetes", "/root", "/etc/hosts")
"""Files that matter in every exercise: the control plane's, the learner's own, and those that resolve names."""
_ROOT = "/proc/1/root"
_PROGRAM = Path(__file__).with_name("node_changes.pl")
_STOPPED = ("is not running", "is paused", "No such container", "setns", "Cannot connect to the Docker daemon")
_SOONEST, _LATEST = 0.5, 30.0  # seconds until the program is started again after it has ended


@cache
def program() -> str:
    """The program's text."""
    return _PROGRAM.read_text()


def roots(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths to watch: those that always are, and the others that do not lie below them."""
    found: list[str] = []
    for path in (*ALWAYS, *sorted(paths)):
        if not any(path == root or path.startswith(f"{root}/") for root in found):
            found.append(path)
    return tuple(found)


def parse(line: str) -> Told | None:
    """The news of a line of the program; None for `ready`, and for lines of the engine's client."""
    what, _, detail = line.partition(" ")
    if what == "files":
        return Told("files", detail)
    return Told("containers", detail) if what == "containers" else None


class NodeWatch:
    """Follows files and containers on a node; starts the program again whenever it has ended.

    Args:
        helper: beside the node.
        paths: files and folders that exercises use; they need not exist.
        notifier: takes the changes.
    """

    def __init__(self, helper: Helper, paths: Iterable[str], notifier: Notifier) -> None:
        self._helper = helper
        self._argv = helper.argv(["perl", "-e", program(), _ROOT, *roots(paths)])
        self._notifier = notifier
        self._pause = _SOONEST
        self._again = threading.Event()
        self._stream: Stream | None = None
        self.stopped = threading.Event()
        self.on_containers: Callable[[], object] = lambda: None

    def turn(self) -> None:
        """Start the program, listen until it ends, and wait a while."""
        self._again.clear()
        try:
            self._helper.ensure()
        except LabError:
            self._rest()
            return
        self._stream = Stream(self._argv)
        try:
            last = self._listen(self._stream) if not self.stopped.is_set() else ""
        finally:
            self._stream.stop()
        if self.stopped.is_set():
            return
        if last and not any(sign in last for sign in _STOPPED):
            note(f"The node's watcher ended: {last}")
        self._rest()

    def wake(self) -> None:
        """Do not wait any longer: the node has come back."""
        self._pause = _SOONEST
        self._again.set()

    def stop(self) -> None:
        """End the program; from any thread."""
        self.stopped.set()
        self._again.set()
        if self._stream:
            self._stream.stop()

    def _rest(self) -> None:
        self._again.wait(self._pause)
        self._pause = min(self._pause * 2, _LATEST)

    def _listen(self, lines: Iterable[str]) -> str:
        """Report the changes; gives the last line that is about none."""
        last = ""
        for line in lines:
            news = parse(line)
            if line == "ready":  # changes until now were missed
                self._pause = _SOONEST
                self._notifier.notify(Told("files", "all"))
            elif news:
                self._notifier.notify(news)
                if news.what == "containers":
                    self.on_containers()
            else:
                last = line
        return last
