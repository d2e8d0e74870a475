"""What is pure in the TUI's benchmark, and its terminal; the rest is measured by `make bench`."""

import os
import sys

import pytest

from bench import __main__ as program
from bench import processes, tui
from bench.processes import Process
from bench.table import Row, text
from bench.terminal import Terminal, plain
from lab.errors import ClusterError

STAT = "{pid} ({name}) S {parent} 0 0 0 -1 4194560 5 6 7 8 {own} {system} {children} {childrens} 20 0 1 0 99 1 1\n"


def stat(pid, parent, name="x", own=0, system=0, children=0, childrens=0):
    return STAT.format(**locals())


def test_processes_are_read() -> None:
    said = stat(7, 1, "cks-lab: tells ", 10, 20, 300, 4000) + stat(8, 7, "a) R 9 (b")
    assert processes.parse(said) == [Process(7, 1, "cks-lab: tells ", 4330), Process(8, 7, "a) R 9 (b", 0)]
    assert processes.parse("") == []


def test_a_family_is_the_root_and_all_that_comes_from_it() -> None:
    found = processes.parse("".join([stat(4, 3), stat(2, 1), stat(3, 2), stat(5, 1), stat(6, 4), stat(7, 5)]))
    assert sorted(each.pid for each in processes.family(found, lambda process: process.pid == 2)) == [2, 3, 4, 6]
    assert list(processes.family(found, lambda process: process.pid == 99)) == []


def test_the_cpu_time_of_what_has_ended_counts_for_its_parent(monkeypatch) -> None:
    monkeypatch.setattr("os.sysconf", lambda name: 100)
    assert processes.seconds(processes.parse(stat(2, 1, own=150, system=50, children=40, childrens=10))) == 2.5


def test_the_processes_of_this_host_have_this_one() -> None:
    [own] = [each for each in processes.on_this_host() if each.pid == os.getpid()]
    assert own.parent == os.getppid()
    assert processes.resident(own.pid) > 1


def test_what_is_used(monkeypatch) -> None:
    monkeypatch.setattr("os.sysconf", lambda name: 100)
    lab, helper = Process(7, 1, "python", 300), Process(90, 0, "cks-lab: tells ", 20)
    node = [helper, Process(91, 90, "ctr", 30), Process(92, 0, "kubelet", 99999)]
    now = tui.used(lab, [lab, Process(8, 7, "docker", 100), Process(9, 1, "docker", 5000)], node)
    assert now == tui.Used(lab=3, children=1, node=0.5)
    assert now.share(tui.Used(1, 0.5, 0.25), 50) == tui.Share(whole=5.5, lab=4, node=0.5)
    with pytest.raises(ClusterError, match="helper"):
        tui.used(lab, [lab], node[2:])


def test_keys() -> None:
    keys = list(tui.letters(300))
    assert len(set(keys)) == 300
    assert all(key.isalpha() and not key.isascii() for key in keys)


def test_the_95th_percentile_of_each_hundred() -> None:
    assert tui.p95s([*range(100), *range(1000, 1100)]) == pytest.approx((94.05, 1094.05))


def test_what_was_drawn_without_control_sequences() -> None:
    assert plain("\x1b[?1049h\x1b[1;31mred\x1b[m \x1b]0;title\x07ü\x1b(B.".encode()).split() == ["red", "ü", "."]


def test_a_program_on_a_terminal() -> None:
    terminal = Terminal([sys.executable, "-c", "while True: print('said', input()[::-1])"], (24, 80))
    try:
        terminal.send("abc\r")
        assert terminal.wait_for("said cba", "abc") > terminal.started
        with pytest.raises(ClusterError, match="did not show said cba"):
            terminal.wait_for("said cba", timeout=0.1)
        terminal.settle(0.05)
        terminal.send("\x04")
        with pytest.raises(ClusterError, match="ended by itself"):
            terminal.settle(30)
    finally:
        terminal.close()


def test_a_row_without_a_goal_is_only_told() -> None:
    row = Row("to the opening page", "ms", None, (800.0, 900.0, 700.0), (200.0,))
    assert row.cells() == ("to the opening page", "800.0 ms", "200.0 ms", "4.00", "-", "-")
    assert "800.0, 900.0, 700.0" in text([row])
    assert Row("idle", "%", 3, (0.8,)).cells()[1:] == ("0.8 %", "-", "-", "<= 3 %", "yes")


def test_what_was_measured_is_printed_when_the_rest_fails(capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("LAB_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("KUBECONFIG", "")  # both are put back

    def measure(options, status):
        yield Row("first", "s", 1, (0.5,))
        raise ClusterError("The TUI did not show it")

    monkeypatch.setattr(program, "_measure", measure)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert program.main(["--only", ""]) == 1
    said = capsys.readouterr()
    assert "first" in said.out
    assert "did not show" in said.err
