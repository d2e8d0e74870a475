"""The TUI as a learner has it before them: how soon it is there, how soon it follows, and what it costs at rest."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import quantiles

from bench import blank, processes
from bench.clusters import OURS
from bench.on_node import run_on
from bench.processes import Process
from bench.table import Row
from bench.terminal import Terminal
from lab import paths, shell
from lab.checks.support import gatekeeper
from lab.errors import ClusterError
from lab.k8s import gatekeeper_status
from lab.k8s.cluster import Cluster
from lab.k8s.node import Node
from lab.phases import Status

FILE_STEP, OBJECT_STEP = ("image-digest", "find"), ("opa-whitelist", "template")
"""Steps whose verdict a file on the node turns, and an object in the API."""
SOAK, IDLE = 600.0, 60.0
"""Seconds without a change, with and without --soak."""
_ANSWER = "/root/image-digest/digest"
_RIGHT = "crictl inspect $(crictl ps -q --name '^kube-apiserver$') | jq -r .status.imageRef | grep -o 'sha256:.*'"
_STARTS = 7
_OVERVIEW = "Which images may run here?"  # the heading of exercises/overview.en.md
_CHANGES = 7
_KEYS = 100
_GROUPS = 3
_FIRST_LETTER = 0x100  # Latin with accents, of which the lab's texts have none
_QUIET = 3.5  # seconds after which the lab has looked at everything again
_PACE = 0.1  # seconds between two keys, as a quick typist has them
_REST = 15.0
_SIZE = (45, 160)
_HELPER = "cks-lab:"  # how its process on the node calls itself
_STATS = "cat /proc/[0-9]*/stat 2>/dev/null; true"


def measure(node: Node, soak: bool, status: Status) -> Iterator[Row]:
    """Everything about the TUI, on a cluster that is there.

    Raises:
        LabError: the TUI did not show what it should, or a command failed.
    """
    _lab("start", FILE_STEP[0])
    yield from _starts(status)
    with _at_work(*FILE_STEP) as lab:
        yield _file_ticks(lab, node, status)
        yield _echoes(lab, node, status)
        lab.settle(_REST)
        yield Row("memory of the TUI at work, 160x45, terminal open", "MiB", 120, (processes.resident(lab.pid),))
        yield from _at_rest(lab, node, SOAK if soak else IDLE, status)
    _lab("start", OBJECT_STEP[0])  # last: its audit is never at rest
    _lab("solve", "/".join(OBJECT_STEP))
    with _at_work(*OBJECT_STEP) as lab:
        yield _object_ticks(lab, status)


# -- how soon it is there


def _starts(status: Status) -> Iterator[Row]:
    """From the start of the program to the opening page with its content; the first start warms up."""
    ours, theirs = [], []
    for _ in range(_STARTS + 1):
        with _shown([sys.executable, "-m", "bench.blank"]) as terminal:
            theirs.append(1000 * (terminal.wait_for(blank.TEXT) - terminal.started))
        with _shown(_LAB) as terminal:
            ours.append(1000 * (terminal.wait_for("About this lab", _OVERVIEW) - terminal.started))
    what = "the opening page with its content, against a blank Textual app's first frame"
    status.note(f"{what}: {ours[-1]:.0f} ms, {theirs[-1]:.0f} ms")
    yield Row(what, "ms", 3, tuple(ours[1:]), tuple(theirs[1:]))


# -- how soon it follows


def _file_ticks(lab: Terminal, node: Node, status: Status) -> Row:
    """From a command on the node, where a shell waits for it, to the verdict of the step on the screen."""
    right = run_on(node, _RIGHT).text.strip()
    with _shown(["docker", "exec", "-it", node.container, "bash", "--norc"]) as outside:
        outside.wait_for("# ")
        write, remove = f"echo {right} >{_ANSWER}\r", f"rm {_ANSWER}\r"
        taken = _flips(lab, ("checks ✓1", "checks ✗1"), lambda: outside.send(write), lambda: outside.send(remove))
    status.note(f"a file on the node and its tick: {', '.join(f'{each:.2f}' for each in taken)} s")
    return Row("from a file written on the node to its tick", "s", 1, taken)


def _object_ticks(lab: Terminal, status: Status) -> Row:
    """The same of an object: what the API server asks Gatekeeper about, narrowed and put back in one request each."""
    api = Cluster(OURS).api

    def select(labels: dict[str, str] | None) -> None:
        webhook = {"name": gatekeeper_status.WEBHOOK, "objectSelector": {"matchLabels": labels}}
        answer = api.request(gatekeeper.WEBHOOKS.path, "PATCH", json.dumps({"webhooks": [webhook]}))
        if answer.status != 200:
            raise ClusterError(f"The webhook's configuration was not changed: {answer.body}")

    lab.settle(_QUIET)
    select({"bench": "none"})
    lab.wait_for("checks ✓1 ✗1")
    taken = _flips(lab, ("checks ✓2", "checks ✓1 ✗1"), lambda: select(None), lambda: select({"bench": "none"}))
    select(None)
    status.note(f"an object of the API and its tick: {', '.join(f'{each:.2f}' for each in taken)} s")
    return Row("from an object changed in the API to its tick", "s", 1, taken)


def _flips(
    lab: Terminal, counts: tuple[str, str], mend: Callable[[], None], spoil: Callable[[], None]
) -> tuple[float, ...]:
    """Seconds from each mending until the screen has the new count of checks; `counts`: when mended, when spoilt."""
    taken = []
    for number in range(_CHANGES):
        lab.settle(_QUIET + number / _CHANGES)  # at another moment of its half seconds each time
        begun = time.monotonic()
        mend()
        taken.append(lab.wait_for(counts[0]) - begun)
        lab.settle(_QUIET)
        spoil()
        lab.wait_for(counts[1])
    return tuple(taken)


def _echoes(lab: Terminal, node: Node, status: Status) -> Row:
    """Each letter is typed here and there, one after the other, and was not on the screen before."""
    ours: list[float] = []
    theirs: list[float] = []
    with _shown(["docker", "exec", "-it", node.container, "cat"], _SIZE) as plain:
        lab.send("clear; cat\r")
        for terminal in (plain, lab):
            terminal.settle(2)
        for letter in letters(_GROUPS * _KEYS):
            for terminal, taken in ((lab, ours), (plain, theirs)):
                begun = time.monotonic()
                terminal.send(letter)
                taken.append(1000 * (terminal.wait_for(letter) - begun))
                terminal.settle(_PACE / 2)
    lab.send("\x03")
    row = Row(
        f"echo of a key in the TUI's terminal, p95 of {_KEYS}, against docker exec -it",
        "ms",
        6,
        p95s(ours),
        p95s(theirs),
    )
    status.note(f"{row.what}: {', '.join(f'{each:.1f}' for each in (*row.ours, *row.theirs))} ms")
    return row


def letters(count: int) -> Iterator[str]:
    """Letters that no text of the lab has, each once, each as wide as one cell."""
    return map(chr, range(_FIRST_LETTER, _FIRST_LETTER + count))


def p95s(values: Sequence[float]) -> tuple[float, ...]:
    """The 95th percentile of each group of keys."""
    groups = (values[at : at + _KEYS] for at in range(0, len(values), _KEYS))
    return tuple(quantiles(group, n=20, method="inclusive")[-1] for group in groups)


# -- what it costs at rest


@dataclass(frozen=True)
class Share:
    """Percent of one core: of all together, of the lab's own process, and of its helper on the node."""

    whole: float
    lab: float
    node: float


@dataclass(frozen=True)
class Used:
    """CPU seconds until now."""

    lab: float
    children: float
    node: float

    def share(self, before: "Used", seconds: float) -> Share:
        """What was used since then, in so many seconds."""
        lab, children, node = self.lab - before.lab, self.children - before.children, self.node - before.node
        return Share(*(100 * each / seconds for each in (lab + children + node, lab, node)))


def _at_rest(lab: Terminal, node: Node, seconds: float, status: Status) -> Iterator[Row]:
    memory, before, begun = processes.resident(lab.pid), _used(lab.pid, node), time.monotonic()
    lab.settle(seconds)
    share = _used(lab.pid, node).share(before, time.monotonic() - begun)
    grown = processes.resident(lab.pid) - memory
    parts = f"lab {share.lab:.2f}, node {share.node:.2f}"
    status.note(f"idle {seconds:.0f} s: {share.whole:.2f} % of a core ({parts}), {grown:+.2f} MiB")
    long = "ten minutes" if seconds == SOAK else "one minute (ten: --soak)"
    yield Row(f"CPU of the TUI, all that it runs and its helper, {seconds:.0f} s idle", "%", 3, (share.whole,))
    yield Row(f"growth of the TUI's memory in {long} idle", "MiB", 1, (grown,))


def _used(pid: int, node: Node) -> Used:
    here = processes.on_this_host()
    [lab] = [process for process in here if process.pid == pid]
    return used(lab, here, processes.parse(run_on(node, _STATS).text))


def used(lab: Process, here: list[Process], on_node: list[Process]) -> Used:
    """From the lab's process, those beside it, and those of the node.

    Raises:
        ClusterError: the helper is not among them.
    """
    helper = list(processes.family(on_node, lambda process: process.name.startswith(_HELPER)))
    if not helper:
        raise ClusterError("The TUI's helper does not run on the node.")
    family = processes.family(here, lambda process: process.pid == lab.pid)
    own = processes.seconds([lab])
    return Used(own, processes.seconds(family) - own, processes.seconds(helper))


# -- the lab


def _lab(*words: str) -> None:
    shell.run([sys.executable, "-m", "lab", *words, "--name", OURS], timeout=600)


_LAB = (sys.executable, "-m", "lab", "--name", OURS)


@contextmanager
def _shown(argv: Sequence[str], size: tuple[int, int] = (24, 80)) -> Iterator[Terminal]:
    """A program on a terminal of its own, without settings of the user; it is ended afterwards."""
    terminal = Terminal(argv, size, {"XDG_CONFIG_HOME": str(paths.state_home() / "no-settings")})
    try:
        yield terminal
    finally:
        terminal.close()


@contextmanager
def _at_work(exercise: str, step: str) -> Iterator[Terminal]:
    """The TUI at a step, with the terminal open and the keys in it."""
    with _shown((*_LAB, "practice", f"{exercise}/{step}"), _SIZE) as lab:  # which begins with the cursor there
        lab.wait_for("Go on with")
        lab.settle(2)
        lab.send("\r")
        lab.wait_for("Step 1 of", "· checks")
        lab.settle(2)
        lab.send("t")
        lab.settle(2)
        lab.send("echo op''en\r")
        lab.wait_for("open")
        yield lab
