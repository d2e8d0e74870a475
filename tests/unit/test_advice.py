"""What `named` makes of texts, values and errors."""

from dataclasses import dataclass

import pytest

from lab import course, paths
from lab.advice import at_the_door, bare, command_for, named, of_exercise
from lab.errors import NoClusterError
from lab.model import Finding, Holds, StepResult, Verdict
from lab.phases import Recording

TEXTS = {
    "lab up": "lab --name x up",
    "Make it anew: lab down && lab up": "Make it anew: lab --name x down && lab --name x up",
    "`lab reset --all` puts": "`lab --name x reset --all` puts",
    "run `lab\nverify pin/a` now": "run `lab --name x\nverify pin/a` now",
    "```lab\nlab webhook up\n```": "```lab\nlab --name x webhook up\n```",
    "lab shell crictl ps --name kube-apiserver": "lab --name x shell crictl ps --name kube-apiserver",
    "`lab` alone opens it": "`lab --name x` alone opens it",
    "lab reset EXERCISE | lab reset --all": "lab --name x reset EXERCISE | lab --name x reset --all",
}
LEFT = [
    "lab doctor --fix", "lab lint", "lab list", "lab webhook serve --listen :1", "the lab starts it", "cks-lab up",
    "/usr/bin/lab up", "choose another name: lab up --name NAME", "lab --name x up", "lab up-to-date",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_command_takes_the_name(text: str) -> None:
    assert named(text, "x") == TEXTS[text]
    assert named(named(text, "x"), "x") == TEXTS[text]
    assert named(text, "cks-lab") == text
    assert bare(named(text, "x")) == text or "`lab`" in text


@pytest.mark.parametrize("text", LEFT)
def test_what_is_about_no_cluster_or_names_one_is_left(text: str) -> None:
    assert named(text, "x") == text


def test_what_to_type() -> None:
    assert [command_for(name, words) for name in ("cks-lab", "x") for words in ("", "show pin")] == [
        "lab", "lab show pin", "lab --name x", "lab --name x show pin",
    ]  # fmt: skip


def test_texts_inside_values() -> None:
    step = StepResult("a", "lab up", Holds.NOW, (), Verdict.PASS, 1, 2)
    assert named((step, 3, None), "x")[0] == StepResult("a", "lab --name x up", Holds.NOW, (), Verdict.PASS, 1, 2)
    assert type(named((step,), "x")[0].verdict) is Verdict


def test_all_that_leaves_the_door() -> None:
    @at_the_door
    @dataclass
    class Door:
        name: str

        def findings(self) -> tuple[Finding, ...]:
            return (Finding("a", False, "seen", "Try: lab up"),)

        def argv(self) -> list[str]:
            return ["lab up"]

        def fails(self) -> None:
            raise NoClusterError(self.name)

    door = Door("x")
    assert door.findings()[0].advice == "Try: lab --name x up"
    assert door.argv() == ["lab up"]
    with pytest.raises(NoClusterError, match="lab --name x up"):
        door.fails()


def test_the_course_is_such_a_door() -> None:
    assert course.Course.verify.__wrapped__  # type: ignore[attr-defined]
    status = Recording()
    named_course = course.Course("x", status)
    named_course.status.note("An earlier `lab up` was interrupted.")
    assert status.lines == ["An earlier `lab --name x up` was interrupted."]
    assert "lab --name x webhook up" in str(named_course.catalog.exercises)
    assert "lab --name x webhook up" not in str(course.Course("cks-lab", status).catalog.exercises)
    assert "lab shell" not in named_course.catalog.overview
    assert paths.data("exercises").is_dir()


def test_advice_about_the_exercise_at_hand() -> None:
    text = "put it back with: lab reset EXERCISE; lab start EXERCISE, lab reset EXERCISES, lab show EXERCISE"
    filled = "put it back with: lab reset x; lab start x, lab reset EXERCISES, lab show EXERCISE"
    assert of_exercise((text, 1), "x") == (filled, 1)
