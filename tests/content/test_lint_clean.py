"""The exercises that the lab comes with keep every rule."""

from lab import paths
from lab.lint import lint


def test_the_exercises_are_clean() -> None:
    problems = lint(paths.data("exercises"), paths.data("solutions"))
    assert [str(problem) for problem in problems] == []
