"""The last results of one exercise, and which of them the learner was told."""

from collections.abc import Mapping

from lab.course import Course
from lab.model import Exercise, ExerciseResult, StepResult, Verdict

_Known = Mapping[tuple[str, str], tuple[Verdict, str]]


class Sight:
    """The last look at an exercise."""

    def __init__(self, course: Course, exercise: Exercise) -> None:
        self._course = course
        self._exercise = exercise
        self._told: dict[str, Verdict] = {}
        self._known: _Known = {}
        self.result: ExerciseResult | None = None

    def look(self) -> ExerciseResult:
        """Look again. When the look fails, the last one stays.

        Raises:
            LabError: nothing could be looked at.
        """
        [self.result] = self._course.verify([self._exercise.id]).exercises
        return self.result

    def forget(self) -> None:
        """What was seen and told no longer holds."""
        self.result, self._told, self._known = None, {}, {}

    def step(self, step_id: str) -> StepResult | None:
        """What is known of a step."""
        steps = self.result.steps if self.result else ()
        return next((step for step in steps if step.id == step_id), None)

    def complete(self) -> bool:
        """Whether all steps pass."""
        return self.result is not None and self.result.verdict is Verdict.PASS

    def told_complete(self) -> bool:
        """Whether the learner was told already that all steps pass."""
        return all(self._passed(step.id) for step in self._exercise.steps)

    def unsure(self, step_id: str = "") -> bool:
        """Whether something could not be told, in a step or at all."""
        steps = self.result.steps if self.result else ()
        checks = (check for step in steps if step.id == step_id or not step_id for check in step.checks)
        return any(check.verdict is Verdict.ERROR for check in checks)

    @property
    def note(self) -> str:
        """Why the exercise is not verified; empty when it is."""
        return self.result.note if self.result else ""

    @property
    def earned(self) -> int:
        """The points of the last look."""
        return self.result.earned if self.result else 0

    def first_open(self) -> int:
        """The index of the first step that does not pass; of the last, when all do."""
        steps = self.result.steps if self.result else ()
        opened = (index for index, step in enumerate(steps) if step.verdict is not Verdict.PASS)
        return next(opened, len(self._exercise.steps) - 1)

    def news(self) -> list[StepResult]:
        """The steps that began or ceased to pass since this was asked last; "could not tell" is no news."""
        steps = [step for step in (self.result.steps if self.result else ()) if step.verdict is not Verdict.ERROR]
        found = [step for step in steps if (step.verdict is Verdict.PASS) is not self._passed(step.id)]
        self._told |= {step.id: step.verdict for step in steps}
        return found

    def changed(self) -> bool:
        """Whether any verdict or its reason differs from when this was asked last.

        What could not be told counts as what it was before: an API server that restarts changes nothing.
        """
        before = self._known
        self._known = {**before, **self._verdicts()}
        return self._known != before

    def _passed(self, step_id: str) -> bool:
        return self._told.get(step_id) is Verdict.PASS

    def _verdicts(self) -> _Known:
        found = {}
        for step in self.result.steps if self.result else ():
            found[(step.id, "")] = (step.verdict, "")
            if not step.seen_at:  # what the checks of a step find that was earned before is no matter
                found |= {(step.id, check.id): (check.verdict, check.reason) for check in step.checks}
        return {place: what for place, what in found.items() if what[0] is not Verdict.ERROR}
