"""The TUI on the real cluster, driven from outside through a terminal, as a learner would."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from live_program import Lab

SPAWN = {"encoding": "utf-8", "codec_errors": "replace", "dimensions": (24, 80), "timeout": 40}


@pytest.fixture
def terminal(digest: Lab) -> Iterator["pexpect.spawn[str]"]:
    argv = digest.argv()
    child = pexpect.spawn(argv[0], argv[1:], env={**digest.environment, "TERM": "xterm-256color"}, **SPAWN)
    yield child
    child.close(force=True)


@pytest.mark.long
def test_a_step_turns_green_by_itself_after_work_in_the_shell(digest: Lab, terminal: "pexpect.spawn[str]") -> None:
    terminal.expect("About this lab")
    time.sleep(2)
    terminal.send("\x1b[B")  # down: the exercise
    time.sleep(1)
    terminal.send("\r")
    terminal.expect("Step 1 of")
    terminal.expect("fails")
    terminal.send("!")
    terminal.expect("root on the node")
    terminal.expect("# ")
    solution = Path(__file__).parents[2] / "solutions" / "010-image-digest" / "find.sh"
    assert "crictl inspect" in solution.read_text()
    terminal.send("crictl inspect $(crictl ps -q --name '^kube-apiserver$') | jq -r .status.imageRef")
    terminal.send(" > /root/image-digest/digest; echo wr''itten\r")
    terminal.expect("written")
    terminal.send("exit\r")
    terminal.expect("passes")  # without a key: the screen looks by itself
    assert _memory(terminal.pid) <= 90
    terminal.send("q")
    terminal.expect(pexpect.EOF)
    assert digest.verify("image-digest/find", expect=0).score == (3, 3)


def _memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1024
