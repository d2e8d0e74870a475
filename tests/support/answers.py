"""Wrong and right answers to an exercise, as data, and the bench on which they are tried."""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from live_program import Lab

from lab import exercises
from lab.actions import run
from lab.k8s.cluster import Cluster
from lab.model import ActionSpec, Step
from lab.phases import Silent

# What answers may call: the API server's manifest out of its directory, and back again, until it answers.
MANIFEST = """
out() {
    cd /etc/kubernetes/manifests && mv kube-apiserver.yaml ..
    timeout 60 bash -c 'until [[ -z $(crictl pods -q --state ready --name "^kube-apiserver-") ]]; do sleep 0.3; done'
}
back() { mv ../kube-apiserver.yaml .; }
ready() { timeout 120 bash -c 'until kubectl get --raw /readyz >/dev/null 2>&1; do sleep 0.3; done'; }
"""
FOLDER = Path(__file__).parents[1] / "live"
SEED = int(os.environ.get("LAB_SEED", "1"))
"""Chooses which wrong answers `make test` tries beside one a check; `make test-all` tries all."""


@dataclass(frozen=True)
class Wrong:
    """What a learner might do instead, run on the node once the step was solved, and the reason that must be told.

    `says`: what the sentence about it must have in it.
    """

    name: str
    title: str
    step: str
    check: str
    reason: str
    script: str
    says: str = ""


@dataclass(frozen=True)
class Right:
    """Another way to do it rightly, run on the node once the exercise was solved."""

    name: str
    title: str
    script: str


def wrong_answers(exercise: str) -> list[Wrong]:
    """All wrong answers to an exercise, by name."""
    files = sorted((FOLDER / "wrong_answers" / exercise).glob("*.yaml"))
    return [Wrong(file.stem, **yaml.safe_load(file.read_text())) for file in files]


def right_answers(exercise: str) -> list[Right]:
    """All other right answers to an exercise, by name."""
    files = sorted((FOLDER / "right_answers" / exercise).glob("*.yaml"))
    return [Right(file.stem, **yaml.safe_load(file.read_text())) for file in files]


def chosen(answers: Sequence[Wrong], extra: int) -> set[str]:
    """The names of those that `make test` tries: one a check, and some more, all by the seed."""
    chance = random.Random(SEED)
    by_check: dict[tuple[str, str], list[Wrong]] = {}
    for answer in answers:
        by_check.setdefault((answer.step, answer.check), []).append(answer)
    names = {chance.choice(group).name for group in by_check.values()}
    rest = sorted(answer.name for answer in answers if answer.name not in names)
    return names | set(chance.sample(rest, min(extra, len(rest))))


def cases(answers: Sequence[Wrong] | Sequence[Right], often: set[str]) -> list[object]:
    """Parameters for pytest: those that are not tried often are marked long."""
    return [
        pytest.param(answer, id=answer.name, marks=() if answer.name in often else pytest.mark.long)
        for answer in answers
    ]


class Bench:
    """One started exercise on the live cluster, on which answers are typed and judged."""

    def __init__(self, lab: Lab, exercise: str) -> None:
        self.lab = lab
        self.exercise = exercises.load().find(exercise)
        self._cluster = Cluster(lab.name)

    def act(self, do: str, **values: str) -> None:
        """Do one of the actions of exercise data on the cluster."""
        params = exercises.KINDS[ActionSpec][do].takes(**values)
        run.act(self.exercise, [ActionSpec(do, params)], self._cluster, Silent())

    def type(self, *steps: str) -> None:
        """Run the solutions of some steps on the node, after what each wants to be prepared."""
        for step in steps:
            found = self.step(step)
            run.act(self.exercise, found.prepare, self._cluster, Silent())
            self.lab.node(f"export KUBECONFIG=/etc/kubernetes/admin.conf\n{found.solution}")

    def run(self, script: str) -> None:
        """Run an answer's script on the node."""
        self.lab.node(f"set -e\nexport KUBECONFIG=/etc/kubernetes/admin.conf\n{MANIFEST}{script}")

    def step(self, step_id: str) -> Step:
        """A step of the exercise."""
        step = self.exercise.step(step_id)
        assert step, step_id
        return step

    def judge(self, answer: Wrong) -> tuple[str, str, str]:
        """The verdict, the reason and the sentence about the answer's check, after `lab verify` of its step."""
        verified = self.lab.verify(f"{self.exercise.id}/{answer.step}")
        check = verified.checks[answer.check]
        return check["verdict"], check["reason"], check["observed"]
