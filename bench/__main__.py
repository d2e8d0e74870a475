"""`python -m bench`: measure, print the table. Goals are told, not enforced: the exit code is 0 either way."""

import argparse
import fcntl
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from bench import build, clusters, memory, restart, tui, verifying, webhook
from bench.table import Row, text
from lab import paths, shell
from lab.errors import LabError
from lab.phases import Console, Status

PIECES = ("up", "restart", "memory", "tui", "verify", "webhook")
_OURS_ALONE = {"memory", "tui", "verify"}
_UP_ROUNDS = 2
_VERIFY_ROUNDS = 5
_LOG_LINES = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the pieces asked for; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Speeds of the lab, as ratios in one run.")
    parser.add_argument(
        "--only",
        type=_pieces,
        default=set(PIECES),
        metavar="PIECE,...",
        help=f"of {', '.join(PIECES)}; may be empty",
    )
    parser.add_argument("--repeat", type=_count, default=4, metavar="N", help="edits of each kind (4)")
    parser.add_argument("--build", action="store_true", help="also the build of the node image; 20 minutes more")
    parser.add_argument(
        "--soak", action="store_true", help="ten minutes of the webhook under load, and of the TUI idle"
    )
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that everything is removed
    status, rows, code = Console(), [], 0
    try:
        with _own_state(_needs_clusters(options)):
            for row in _measure(options, status):
                rows.append(row)
    except LabError as error:
        print(f"Error: {error}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        code = 130
    if rows:
        print(text(rows))
    return code


def _needs_clusters(options: argparse.Namespace) -> bool:
    return bool(options.only - {"webhook"} or options.build)


def _measure(options: argparse.Namespace, status: Status) -> Iterator[Row]:
    if _needs_clusters(options):
        kit = clusters.prepare(status)
        yield from _on_clusters(kit, options, status)
        if options.build:
            yield build.measure(kit.workshop)
    if "webhook" in options.only:
        yield from webhook.measure(options.soak, status)


def _on_clusters(kit: clusters.Kit, options: argparse.Namespace, status: Status) -> Iterator[Row]:
    pieces, repeat = options.only - {"webhook"}, options.repeat
    times: dict[str, list[clusters.UpTimes]] = {"ours": [], "theirs": []}
    ours: dict[str, tuple[float, ...]] = {}
    theirs: dict[str, tuple[float, ...]] = {}
    rounds = _UP_ROUNDS if "up" in pieces else min(1, len(pieces))
    for number in range(1, rounds + 1):
        last = number == rounds
        with clusters.ours() as (node, taken):
            status.note(f"lab up, round {number} of {rounds}: {taken.pods:.1f} s")
            times["ours"].append(taken)
            if last and "memory" in pieces:
                yield Row("memory of the node at rest", "MiB", 700, memory.of_node(node))
                yield Row("memory of the TUI, 80x24, after 10 s", "MiB", 120, memory.of_tui())
            if last and "tui" in pieces:
                yield from tui.measure(node, options.soak, status)
            if last and "verify" in pieces:
                lab, kubectl = verifying.measure(node, _VERIFY_ROUNDS, status)
                yield Row("lab verify opa-whitelist, against kubectl", "s", 0.5, lab, kubectl)
            if last and "restart" in pieces:
                restart.prepare(node, stock=False)
                ours = restart.measure(node, repeat, status)
        if pieces <= _OURS_ALONE:
            break
        with clusters.theirs(kit) as (node, taken):
            status.note(f"kind create cluster, round {number} of {rounds}: {taken.pods:.1f} s")
            times["theirs"].append(taken)
            if last and "restart" in pieces:
                restart.prepare(node, stock=True)
                theirs = restart.measure(node, repeat, status)
    if "up" in pieces:
        yield _row("lab up to /readyz, against kind create --wait 5m", 1.15, times, "api")
        yield _row("... and to every system pod ready", 1.15, times, "pods")
    for way, seconds in ours.items():
        yield Row(f"API server back after an edit with {way}", "s", 0.4, seconds, theirs[way])
    if ours:  # the kubelet's wait is drawn from 10 to 15 s each time, so single ways scatter
        together = (tuple(chain(*side.values())) for side in (ours, theirs))
        yield Row("... by all four together", "s", 0.4, *together)


def _row(what: str, goal: float, times: dict[str, list[clusters.UpTimes]], part: str) -> Row:
    ours, theirs = (tuple(float(getattr(each, part)) for each in times[side]) for side in ("ours", "theirs"))
    return Row(what, "s", goal, ours, theirs)


@contextmanager
def _own_state(with_clusters: bool) -> Iterator[None]:
    """A state folder and a kubeconfig of the benchmark's own; both are gone afterwards, with the clusters if any."""
    home = Path(os.environ.get("LAB_STATE_HOME") or Path.home() / ".local" / "state" / "cks-lab-test") / "bench"
    os.environ["LAB_STATE_HOME"] = str(home)
    os.environ["KUBECONFIG"] = str(home / "users-kubeconfig")
    with _alone(home.with_name("bench.lock")):
        try:
            yield
        except LabError:
            _tell_logs(home)  # they go with the folder
            raise
        finally:
            shell.stop_all()
            if with_clusters:  # else not even an engine is needed
                clusters.clear()
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Hold the lock of all benchmarks: two at once would remove each other's clusters."""
    paths.private_directory(file.parent)
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LabError("Another benchmark is running.", "Wait for its end.") from error
        yield


def _tell_logs(home: Path) -> None:
    logs = sorted((home / "logs").glob("*.log"), key=lambda file: file.stat().st_mtime)
    for log in logs[-1:]:
        lines = log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        print(f"The end of {log.name}:", *lines, sep="\n  ", file=sys.stderr)


def _pieces(words: str) -> set[str]:
    chosen = {word for word in words.split(",") if word}
    if not chosen <= set(PIECES):
        raise argparse.ArgumentTypeError(f"choose from {', '.join(PIECES)}")
    return chosen


def _count(word: str) -> int:
    if not word.isdigit() or int(word) < 1:
        raise argparse.ArgumentTypeError("a number from 1 on")
    return int(word)


if __name__ == "__main__":
    sys.exit(main())
