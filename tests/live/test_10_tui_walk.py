"""A newcomer who reads only the screen finishes the exercises in the TUI.

Keys are those that the screen names; commands are those of its texts, hints and solutions. No step is verified by a
key: each has to turn by itself.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from learner import Learner
from live_program import Lab
from screen import Screen

WIDE, NARROW = (160, 45), (80, 24)
DIGEST = "Pin the kube-apiserver to its image digest"


@pytest.fixture
def sit_down(lab: Lab, tmp_path: Path) -> Iterator[Callable[..., Learner]]:
    """Starts `lab` on a terminal of a size, with settings of its own."""
    screens: list[Screen] = []

    def start(size: tuple[int, int]) -> Learner:
        env = {**lab.environment, "XDG_CONFIG_HOME": str(tmp_path)}
        screens.append(Screen(lab.argv(), env, *size))
        return Learner(screens[-1])

    yield start
    for screen in screens:
        screen.close()


def test_image_digest(lab: Lab, sit_down: Callable[..., Learner]) -> None:
    lab("reset", "image-digest")
    learner = sit_down(NARROW)
    screen = learner.screen
    learner.open(DIGEST)

    learner.run("k get pods -A -oyaml")
    learner.run("kube-apiserver-$(hostname) -oyaml")
    digest = learner.shown(r"imageID: \S+@(sha256:[0-9a-f]{64})")[1]
    learner.hint("jsonpath")
    learner.turned(1)

    learner.next_step(2)
    learner.run("cp /etc/kubernetes/manifests/kube-apiserver.yaml")
    learner.start("vim /etc/kubernetes/manifests/kube-apiserver.yaml")
    screen.find(r'kube-apiserver.yaml" \d+L')
    screen.type("/image:\n")
    screen.type(f"WCregistry.k8s.io/kube-apiserver@{digest}")
    screen.press("escape")
    screen.type(":wq\n")
    learner.prompt()
    learner.turned(2)

    learner.next_step(3)
    learner.start("watch -n 1 crictl ps")
    learner.shown("Every 1.0s: crictl ps")
    screen.press("ctrl+c")
    learner.prompt()
    learner.solution("SECONDS")
    learner.turned(3)

    screen.see(f"✓ Complete: {DIGEST}", "10 of 10 points", "(3 hints taken)", "(solution taken)")
    screen.press("escape", "q")
    assert screen.wait() == 0
    assert lab.verify("image-digest", expect=0).score == (10, 10)
