"""One exercise of the walk: where the learner is in it, and what the words do that are typed there."""

from collections.abc import Callable
from functools import partial

from lab.advice import bare
from lab.catalog.decode import did_you_mean
from lab.course import Course
from lab.host_commands import HOST_COMMANDS
from lab.model import Exercise, Place, Step, Verdict
from lab.practice import words
from lab.practice.console import Talk
from lab.practice.failures import told
from lab.practice.help import Help, Shell
from lab.practice.interrupts import Quit
from lab.practice.pages import Pages
from lab.practice.results import Sight
from lab.practice.wait_for_change import await_change
from lab.report import rescue

_ALIASES = {"": "check", "verify": "check", "solve": "do", "show": "text", "?": "help", "exit": "quit"}


class Visit:
    """A visit to an exercise.

    Args:
        shell: runs the node's shell on the learner's terminal; None where there is no terminal.
        every: seconds between two looks of `wait` at most.
    """

    def __init__(self, course: Course, talk: Talk, shell: Shell | None, every: float, exercise: Exercise) -> None:
        self._course = course
        self._talk = talk
        self._every = every
        self._exercise = exercise
        self._sight = Sight(course, exercise)
        self._pages = Pages(talk, exercise, self._sight)
        self._help = Help(course, talk, self._pages, exercise, shell)
        self._at = 0
        self._over = True  # until it has begun
        self._following: Exercise | None = None

    @property
    def _step(self) -> Step:
        return self._exercise.steps[self._at]

    def walk(self, step_id: str = "") -> Exercise | None:
        """Go through the exercise, from a step or from the first that does not pass.

        Returns:
            The exercise to go on with; None when the learner wants to choose.
        """
        with told(self._talk):
            self._begin(step_id)
        while not self._over:
            self._talk.say()
            self._obey(self._talk.read(f"{self._exercise.id}/{self._step.id}>"))
        return self._following

    def _begin(self, step_id: str) -> None:
        exercise = self._exercise
        self._talk.title(exercise.title)
        if self._sight.look().note and not self._start():
            return
        self._sight.news()
        self._pages.steps()
        if self._sight.complete():
            self._finish()
        ids = [step.id for step in exercise.steps]
        self._at = ids.index(step_id) if step_id in ids else self._sight.first_open()
        self._over = False
        self._arrive()

    def _start(self) -> bool:
        exercise = self._exercise
        if any(each.id == exercise.id and each.started for each in self._course.look().progress):
            question = "This exercise was set aside for another one. Take it up again?"
        else:
            self._pages.task()
            question = "Start this exercise? That puts its starting state in place."
        if not self._talk.agrees(question, default=True):
            return False
        self._course.start(exercise.id)
        self._sight.look()
        return True

    def _obey(self, line: str) -> None:
        name, *rest = line.split() or [""]
        name, line = _ALIASES.get(name.lower(), name.lower()), line.lower()
        commands: dict[str, Callable[[], object]] = {
            "check": self._check,
            "wait": lambda: self._wait(*rest[:1]),
            "hint": lambda: self._help.hint(self._step),
            "solution": lambda: self._help.solution(self._step),
            "do": self._do,
            "text": lambda: self._pages.step(self._step),
            "task": self._pages.task,
            "path": lambda: self._pages.path(self._course.path(*rest[:1])),
            "why": lambda: self._pages.why(self._course.why()),
            "shell": self._help.shell,
            "next": self._next,
            "back": self._back,
            "list": self._leave,
            "rescue": self._rescue,
            "reset": self._reset,
            "help": lambda: self._talk.lines(words.table(words.HERE, self._talk.width)),
            "quit": self._quit,
        }
        own = {command: partial(self._help.on_host, command) for command in HOST_COMMANDS}
        if command := own.get(bare(" ".join(line.split()))) or commands.get(name):
            with told(self._talk):
                command()
        elif name == "lab":
            self._talk.say(f"That is for another terminal. Done here are: {', '.join(HOST_COMMANDS)}.")
        else:
            self._talk.say(f'There is no word "{name}"{did_you_mean(name, commands)}')
            self._say_words()

    # -- looking

    def _check(self) -> None:
        self._sight.look()
        self._report(details=True)
        self._course.rescue.keep()

    def _wait(self, seconds: str = "") -> None:
        if seconds and not seconds.isdecimal():
            self._talk.say(f'wait takes a number of seconds, or nothing; not "{seconds}".')
            return
        self._talk.say("Looking until something changes. Ctrl-C comes back here.")
        limit = float(seconds or "inf")
        if await_change(self._course, self._sight, self._every, limit, self._talk.say):
            self._report(details=True)
        else:
            self._talk.say(f"Nothing changed in {seconds} s.")

    def _report(self, details: bool) -> None:
        """Say what the last look found."""
        was_complete = self._sight.told_complete()
        self._sight.changed()  # what is said now is what later looks are compared with
        self._pages.checks(self._step, details)
        if self._sight.unsure(self._step.id):
            why = words.api_server(self._course.look())
            self._talk.say(f"{why} What lab could not tell is no fail.".strip())
        self._pages.news(self._step)
        if self._sight.complete() and not was_complete:
            self._finish()
        elif self._passes() and self._at + 1 < len(self._exercise.steps):
            self._talk.say(f"next goes on to step {self._at + 2}.")

    def _finish(self) -> None:
        self._pages.score(*self._help.taken(), self._course.catalog.after(self._exercise))

    def _do(self) -> None:
        if self._help.solve(self._step):
            self._check()

    # -- moving

    def _next(self) -> None:
        if self._at + 1 < len(self._exercise.steps):
            self._move(1)
        elif not self._sight.complete():
            self._talk.say("This is the last step of this exercise, and not all steps pass:")
            self._pages.steps()
        elif following := self._course.catalog.after(self._exercise):
            self._over, self._following = True, following
        else:
            self._talk.say("There is no exercise after this one. list shows them all.")

    def _back(self) -> None:
        if self._at:
            self._move(-1)
        else:
            self._talk.say("This is the first step. task has the task of the exercise.")

    def _move(self, by: int) -> None:
        self._at += by
        self._arrive(look=True)

    def _arrive(self, look: bool = False) -> None:
        self._course.remember(Place(self._exercise.id, self._step.id))
        self._pages.step(self._step)
        if look:
            self._sight.look()
        self._report(details=False)
        self._say_words()

    def _reset(self) -> None:
        question = "What you did in this exercise is undone and its points are cleared. Others keep theirs. Reset it?"
        if self._talk.agrees(question):
            self._course.reset(self._exercise.id)
            self._sight.forget()
            self._at = 0
            self._arrive(look=True)

    def _rescue(self) -> None:
        found = self._course.rescue.look()
        if not found.needed:
            self._talk.say(rescue.nothing(found))
            return
        self._talk.code(found.difference)
        for sentence in rescue.intent(found):
            self._talk.say(sentence)
        if self._talk.agrees("Put the last good files back?", default=True):
            for sentence in rescue.done(self._course.rescue.put_back()):
                self._talk.say(sentence)

    def _say_words(self) -> None:
        self._talk.say(f"Words: {', '.join(words.HERE)}. Enter alone checks.")

    def _leave(self) -> None:
        self._over = True

    def _quit(self) -> None:
        raise Quit

    def _passes(self) -> bool:
        seen = self._sight.step(self._step.id)
        return seen is not None and seen.verdict is Verdict.PASS
