"""The exercises that the lab comes with keep every rule."""

from lab import paths
from lab.catalog.load import load
from lab.lint import lint


def test_the_exercises_are_clean() -> None:
    problems = lint(paths.data("exercises"), paths.data("solutions"))
    assert [str(problem) for problem in problems] == []


def test_each_step_says_what_of_the_documentation_matters() -> None:
    steps = [
        step for exercise in load(paths.data("exercises"), paths.data("solutions")).exercises for step in exercise.steps
    ]
    assert [step.id for step in steps if not step.references] == []
    assert [reference for step in steps for reference in step.references if len(reference.says.split()) < 5] == []
