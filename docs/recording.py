"""A recording of the first exercise: `make recording` writes docs/screens/lab.cast (asciinema, version 2).

A learner's keys are pressed on a terminal where `lab` runs, on a real cluster of its own that is made first. With
`--recorded` it is the cluster of docs/screenshots.py, for a machine without an engine: the program and its screens are
the same, what the terminal on the node says is recorded, and only the first step is done.
"""

import codecs
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "tests" / "support")]

from screen import Screen  # noqa: E402
from screenshots import Recorded  # noqa: E402
from scripted_course import ScriptedWatching  # noqa: E402

from lab.model import Report, Told  # noqa: E402
from lab.tui.app import LabApp  # noqa: E402

FILE = HERE / "screens" / "lab.cast"
SIZE = 120, 35
NAME = "cks-lab-recording"
LONGEST = 1.5
"""Seconds: no pause is longer in the recording."""
MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml"
DIGEST = "crictl inspect $(crictl ps -q --name '^kube-apiserver$') | jq -r .status.imageRef > digest"
FIND = (DIGEST, "cat digest")
PIN = (f"cp {MANIFEST} .", f'sed "s|image: .*|image: $(cat digest)|" kube-apiserver.yaml > {MANIFEST}')
SHELL = """\
PS1='root@cks-lab-control-plane:~/image-digest# '
crictl() { echo 2f1a6b0c9d3e; }
jq() {
    cat >/dev/null
    echo registry.k8s.io/kube-apiserver@sha256:5f1c2ea19bb5ef2b5d2e0ab1a4a63b0d9d1e6d7f0c86c2f4de0b8a7a1c3e9d47
}
"""
"""What the recorded node's shell says."""


class Cast:
    """An asciinema file in the making: what a terminal gets, and when."""

    def __init__(self, title: str) -> None:
        columns, rows = SIZE
        env = {"TERM": "xterm-256color", "SHELL": "/bin/bash"}
        header = {"version": 2, "width": columns, "height": rows, "title": title, "env": env}
        self.lines = [json.dumps(header)]
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._now, self._last = 0.0, time.monotonic()

    def take(self, data: bytes) -> None:
        """What is written to the terminal now."""
        now = time.monotonic()
        self._now += min(now - self._last, LONGEST)
        self._last = now
        self.lines.append(json.dumps([round(self._now, 3), "o", self._decoder.decode(data)], ensure_ascii=False))


class Played(Recorded):
    """The recorded cluster; its first step passes as soon as the learner has written the answer into a folder."""

    def __init__(self, folder: Path) -> None:
        shell = ("bash", "--noprofile", "--rcfile", str(folder / "rc"), "-i")
        super().__init__(passing=set(), taken={}, where=None, shell=("env", "-C", str(folder / "node"), *shell))
        self._answer = folder / "node" / "digest"

    def verify(self, selectors: Sequence[str] = ()) -> Report:
        self.passing = {"answer"} if self._answer.exists() and self._answer.stat().st_size else set()
        return super().verify(selectors)

    def watch(self, told: Callable[[Told], None]) -> ScriptedWatching:
        def wait() -> None:
            while not (self._answer.exists() and self._answer.stat().st_size):
                time.sleep(0.1)
            told(Told("files"))

        threading.Thread(target=wait, daemon=True).start()
        return super().watch(told)


def rest(screen: Screen, seconds: float) -> None:
    """Let the viewer read."""
    end = time.monotonic() + seconds
    screen.until(lambda: time.monotonic() > end)


def type_in(screen: Screen, lines: Sequence[str]) -> None:
    """Type commands into the terminal, as fast as a person does, each at its prompt."""
    screen.press("t")
    screen.see("tab leaves")
    for line in lines:
        screen.find(r"root@\S+#\s*[│▏]?$")
        for character in line:
            screen.type(character)
            rest(screen, 0.04)
        rest(screen, 0.4)
        screen.press("enter")


def read(screen: Screen, step: int) -> None:
    """See that a step passes, leave the terminal, and read what it taught."""
    screen.find(rf"Step {step} of 3 · checks ✓")
    rest(screen, 1.5)
    screen.press("ctrl+]", "tab", "w")
    rest(screen, 3)


def first_step(screen: Screen) -> None:
    """Open the first exercise, and do its first step."""
    screen.see("About this lab", "✓ ready")
    rest(screen, 1.5)
    screen.press("down")
    rest(screen, 1.5)
    started = screen.find("s starts this exercise|Go on with")[0].startswith("Go")
    screen.press("enter" if started else "s")
    if not started:
        screen.see("Start (y)")
        rest(screen, 1)
        screen.press("y")
    screen.see("Step 1 of 3", "✗ fails")
    rest(screen, 2)
    type_in(screen, FIND)
    read(screen, 1)


def other_steps(screen: Screen) -> None:
    """Pin the API server, and see it come back."""
    screen.press("n")
    screen.see("Step 2 of 3")
    type_in(screen, PIN)
    read(screen, 2)
    screen.press("n")
    screen.see("✓ Complete", "10 of 10 points", "Stay here (esc)")
    rest(screen, 3)


def record(argv: Sequence[str], env: dict[str, str], title: str, acts: Sequence[Callable[[Screen], None]]) -> None:
    """Play the acts where a program runs, and write what was to be seen."""
    cast, screen = Cast(title), Screen(argv, env, *SIZE)
    screen.output = cast.take
    try:
        for act in acts:
            act(screen)
    finally:
        screen.close()
    FILE.write_text("\n".join([*cast.lines, ""]), encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    """Record, or be the program that is recorded."""
    if arguments[:1] == ["--play"]:
        LabApp(Played(Path(arguments[1]))).run(mouse=False)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = {**os.environ, "XDG_CONFIG_HOME": name, "TZ": "UTC"}
        if arguments == ["--recorded"]:
            (folder / "node").mkdir()
            (folder / "rc").write_text(SHELL)
            argv = [sys.executable, __file__, "--play", name]
            record(
                argv, {**env, "LAB_STATE_HOME": name}, "cks-lab: the first step, on a recorded cluster", [first_step]
            )
            return
        lab = [sys.executable, "-m", "lab", "--name", NAME]
        for words in (["up"], ["reset", "image-digest"]):
            subprocess.run([*lab, *words], check=True, env=env)
        record(lab, env, "cks-lab: the first exercise", [first_step, other_steps])
        print(f"The cluster stays; remove it with: lab down --name {NAME}")


if __name__ == "__main__":
    main(sys.argv[1:])
