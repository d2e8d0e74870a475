"""The TUI on the real cluster, with the learner's own terminal for the work."""

import re
from pathlib import Path

import pytest
from learner import Learner
from live_program import Lab
from screen import Screen

MEMORY = 120
"""MiB."""


@pytest.mark.long
def test_a_step_turns_green_by_itself_after_work_in_the_learners_own_terminal(digest: Lab, tmp_path: Path) -> None:
    screen = Screen(digest.argv(), {**digest.environment, "XDG_CONFIG_HOME": str(tmp_path)}, 80, 24)
    Learner(screen).open("Pin the kube-apiserver to its image digest")
    screen.see("✗ fails")
    screen.press("!")
    screen.see("You are root on the node")
    screen.find("# *$")
    screen.type("crictl inspect $(crictl ps -q --name '^kube-apiserver$') | jq -r .status.imageRef")
    screen.type(" > /root/image-digest/digest; echo wr''itten\n")
    screen.see("written")
    screen.type("exit\n")
    screen.see("✓ passes")  # without a key: the screen looks by itself
    assert _memory(screen.pid) <= MEMORY
    screen.press("q")
    assert screen.wait() == 0
    assert digest.verify("image-digest/find", expect=0).score == (3, 3)


def _memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1024
