"""What processes use, from /proc: the CPU time of a family, and memory."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_FIRST = 3  # the number of the field after the name in /proc/PID/stat; proc_pid_stat(5)


@dataclass(frozen=True)
class Process:
    """One line of /proc/PID/stat. `ticks`: CPU time of its own and of children that it has waited for."""

    pid: int
    parent: int
    name: str
    ticks: int


def parse(text: str) -> list[Process]:
    """Processes from lines of /proc/PID/stat; a name may hold anything but a new line."""
    return [_process(line) for line in text.splitlines() if ")" in line]


def _process(line: str) -> Process:
    pid, _, rest = line.partition(" (")
    name, _, rest = rest.rpartition(") ")
    fields = rest.split()
    return Process(int(pid), int(fields[4 - _FIRST]), name, sum(map(int, fields[14 - _FIRST : 18 - _FIRST])))


def family(processes: list[Process], is_root: Callable[[Process], bool]) -> Iterator[Process]:
    """Processes for which that holds, and all that come from them."""
    found: set[int] = set()
    todo = [process for process in processes if is_root(process)]
    while todo:
        process = todo.pop()
        if process.pid not in found:
            found.add(process.pid)
            yield process
            todo += [each for each in processes if each.parent == process.pid]


def seconds(processes: Iterable[Process]) -> float:
    """Their CPU time."""
    return float(sum(process.ticks for process in processes)) / os.sysconf("SC_CLK_TCK")


def on_this_host() -> list[Process]:
    """All processes that are seen here."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            lines.append(file.read_text(errors="replace"))
    return parse("".join(lines))


def resident(pid: int) -> float:
    """MiB that a process has resident."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024
