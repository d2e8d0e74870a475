"""Helps a learner within an exercise: hints, solutions, a shell on the node, and commands of the host."""

from collections.abc import Callable, Sequence

from lab.course import Course
from lab.host_commands import HOST_COMMANDS
from lab.model import Exercise, Hint, Step
from lab.practice.console import Talk
from lab.practice.pages import Pages

Shell = Callable[[Sequence[str]], int]


class Help:
    """Help with one exercise; what is taken is recorded in the journal.

    Args:
        run_shell: runs the node's shell on the learner's terminal; None where there is no terminal.
    """

    def __init__(self, course: Course, talk: Talk, pages: Pages, exercise: Exercise, run_shell: Shell | None) -> None:
        self._course = course
        self._talk = talk
        self._pages = pages
        self._exercise = exercise
        self._run_shell = run_shell

    def taken(self) -> tuple[int, int]:
        """How many hints and how many solutions of the exercise were taken."""
        hints = sum(len(self._course.hints_taken(self._exercise.id, step.id)) for step in self._exercise.steps)
        return hints, len(self._course.solutions_taken(self._exercise.id))

    def hint(self, step: Step) -> None:
        """The next hint of a step; when all were taken, all of them again."""
        if not step.hints:
            self._talk.say("This step has no hints.")
            return
        taken = self._course.hints_taken(self._exercise.id, step.id)
        if len(taken) < len(step.hints):
            self._pages.hint(self._course.hint(self._exercise.id, step.id))
            return
        for number, text in enumerate(taken, 1):
            self._pages.hint(Hint(step.id, number, len(taken), text))

    def solution(self, step: Step) -> None:
        """The solution of a step, if the learner still wants it."""
        taken = self._course.solutions_taken(self._exercise.id)
        question = "Show the solution of this step? It is recorded. Hints tell less."
        if step.id in taken or self._talk.agrees(question):
            self._pages.script("Solution", self._course.solution(self._exercise.id, step.id))

    def solve(self, step: Step) -> bool:
        """Type the solution of a step on the node, if the learner still wants that; says whether it was typed."""
        question = "Let the lab type the solution of this step on the node? It is recorded. Hints tell less."
        if not self._talk.agrees(question):
            return False
        self._course.solve(f"{self._exercise.id}/{step.id}")
        self._pages.script("What was typed", step.solution)
        self._talk.say()
        return True

    def shell(self) -> None:
        """Root's shell on the node, until it ends."""
        if self._run_shell is None:
            self._talk.say("A shell needs a terminal, and this is none. Open one elsewhere with: lab shell")
            return
        argv = self._course.shell_argv()
        self._talk.say("You are root on the node. exit or Ctrl-D brings you back here.")
        self._run_shell(argv)
        self._talk.say("Back in the lab. Enter looks at the step.")

    def on_host(self, command: str) -> None:
        """Run one of the host commands that a step asks for."""
        title, call = HOST_COMMANDS[command]
        self._talk.say(f"{title}.")
        if (said := call(self._course)) is None:
            self._talk.say(f"Done: {command}")
        else:
            self._talk.code(said)
