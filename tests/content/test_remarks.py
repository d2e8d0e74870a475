"""What a step says of the document of 2021 stands in one box; what it teaches speaks of no script."""

import re

import pytest

from lab.exercises import load
from lab.model import Step

STEPS = [step for exercise in load().exercises for step in exercise.steps]
BOX = re.compile(r"^> .*(?:\n> .*)*", re.MULTILINE)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_remarks_on_2021_stand_in_one_box_a_step(step: Step) -> None:
    boxes = BOX.findall(step.text)
    assert len(boxes) <= 1
    assert all(box.startswith("> **As in 2021.** ") for box in boxes)
    assert "2021" not in BOX.sub("", step.text)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_what_a_step_teaches_speaks_of_what_the_learner_did(step: Step) -> None:
    assert step.lesson
    assert not re.search(r"\bscripts?\b|lab solve", step.lesson)
    assert step.why.startswith(step.lesson)


def test_there_are_such_boxes_and_parts_about_scripts() -> None:
    assert sum(bool(BOX.search(step.text)) for step in STEPS) >= 8
    assert sum(step.why != step.lesson for step in STEPS) >= 8
