"""The exercises that the lab comes with keep every rule."""

from lab.exercises import load, problems


def test_the_exercises_are_clean() -> None:
    assert [str(problem) for problem in problems()] == []


def test_each_step_says_what_of_the_documentation_matters() -> None:
    steps = [step for exercise in load().exercises for step in exercise.steps]
    assert [step.id for step in steps if not step.references] == []
    assert [reference for step in steps for reference in step.references if len(reference.says.split()) < 5] == []
