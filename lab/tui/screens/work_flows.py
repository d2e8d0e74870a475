"""What a learner can have done in an exercise: start, hints, solution, reset; and what is said at its end."""

from collections.abc import Mapping, Sequence

from textual import on, work

from lab.advice import bare
from lab.course import Course
from lab.host_commands import HOST_COMMANDS
from lab.model import Exercise, Step
from lab.tui.failures import Failure, attempt
from lab.tui.messages import HelpCounted, SolutionCame
from lab.tui.modals.error import ErrorModal
from lab.tui.modals.finished import Finished
from lab.tui.modals.hint import HintModal
from lab.tui.modals.page import Page
from lab.tui.modals.solution import SolutionPage, SolutionWay
from lab.tui.observation import Observation
from lab.tui.screens.work_terminal import TerminalSide


class Flows(TerminalSide):
    """A screen at a step of an exercise. Every change of the cluster is asked for, and shown while it goes on."""

    exercise: Exercise
    seen: Observation

    @property
    def step(self) -> Step | None:
        """The step at hand; None at the task."""
        raise NotImplementedError

    def go_to(self, step_id: str) -> None:
        """Go to a step; to the task when it is empty."""
        raise NotImplementedError

    def open_exercise(self, exercise: Exercise) -> None:
        """Go to another exercise."""
        raise NotImplementedError

    def show_result(self) -> None:
        """Show what is known."""
        raise NotImplementedError

    @work(exclusive=True, group="flow")
    async def action_start(self) -> None:
        """Put the starting state in place, after a question."""
        exercise, seen = self.exercise, self.seen
        if await self.start(exercise):
            seen.forget()
            self.go_to(exercise.steps[0].id)

    @work(exclusive=True, group="flow")
    async def action_reset(self) -> None:
        """Reset the exercise, after a question."""
        seen = self.seen
        if await self.reset(self.exercise):
            seen.forget()
            self.show_result()

    @work(exclusive=True, group="flow")
    async def action_hint(self) -> None:
        """Show the hints of the step at hand."""
        if step := self.needs_step():
            command = await self.app.push_screen_wait(HintModal(self.session.course, self.exercise.id, step))
            self.take(command)

    @work(exclusive=True, group="flow")
    async def action_solve(self) -> None:
        """Show the solution of the step at hand, or have it done; after a question, as it is recorded."""
        if not (step := self.needs_step()):
            return
        question = "That you took the solution of this step is recorded. Hints (h) tell less."
        if not await self.ask(f"Solution: {step.title}", question, "Take it"):
            return
        way = await self.app.push_screen_wait(SolutionWay(step))
        if way == "show":
            self._read_solution(self.session.course, self.exercise.id, step)
        elif way == "do":
            selector, seen = f"{self.exercise.id}/{step.id}", self.seen
            if await self.carry_out(f"Solving: {step.title}", lambda: self.session.course.solve(selector)):
                seen.want()
                self.take(await self.app.push_screen_wait(SolutionPage(step, step.solution, done=True)))

    @work(thread=True, exclusive=True, exit_on_error=False, group="solution")
    def _read_solution(self, course: Course, exercise_id: str, step: Step) -> None:
        self.post_message(SolutionCame(step, attempt(lambda: course.solution(exercise_id, step.id))))

    @on(SolutionCame)
    def _solution_came(self, event: SolutionCame) -> None:
        if isinstance(event.outcome, Failure):
            self.app.push_screen(ErrorModal(event.outcome))
        else:
            self.app.push_screen(SolutionPage(event.step, event.outcome, done=False), self.take)

    @work(exclusive=True, group="own")
    async def do_here(self, command: str) -> None:
        """Do what is typed on one's own machine elsewhere: `lab webhook` with up, down or logs."""
        command = bare(command)
        if command not in HOST_COMMANDS:
            self.notify("y copies it, for a terminal of your own machine.", markup=False)
            return
        title, call = HOST_COMMANDS[command]
        said: list[str | None] = []
        if not await self.carry_out(title, lambda: said.append(call(self.session.course))):
            return
        if said[0] is None:
            self.notify(f"Done: {command}", markup=False)
        else:
            self.app.push_screen(Page(command, f"~~~~\n{said[0]}\n~~~~"))

    def needs_step(self) -> Step | None:
        """The step at hand; where there is none, that is said."""
        if self.step is None:
            self.notify("Go to a step first: n", markup=False)
        return self.step

    # -- the end

    @work(thread=True, exclusive=True, exit_on_error=False, group="help")
    def celebrate(self, exercise: Exercise) -> None:
        """Say that all steps of an exercise pass, with the help that was taken."""
        course = self.session.course
        self.post_message(HelpCounted(exercise, attempt(lambda: _help_in(course, exercise))))

    @on(HelpCounted)
    def _help_counted(self, event: HelpCounted) -> None:
        hints, solutions = ({}, ()) if isinstance(event.outcome, Failure) else event.outcome
        following = self.session.course.catalog.after(event.exercise)

        def answered(wants_next: bool | None) -> None:
            if wants_next and following:
                self.open_exercise(following)

        self.app.push_screen(Finished(event.exercise, self.seen.earned, hints, solutions, following), answered)


def _help_in(course: Course, exercise: Exercise) -> tuple[Mapping[str, int], Sequence[str]]:
    hints = {step.id: len(course.hints_taken(exercise.id, step.id)) for step in exercise.steps}
    return hints, course.solutions_taken(exercise.id)
