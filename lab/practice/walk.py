"""Walks through the exercises: makes the cluster, asks which exercise, and goes on until the learner leaves."""

from collections.abc import Mapping

from lab.advice import command_for
from lab.catalog.decode import did_you_mean
from lab.course import Course
from lab.exit_codes import ExitCode
from lab.model import Exercise, ExerciseProgress, Place
from lab.practice import words
from lab.practice.console import Talk
from lab.practice.exercise import Visit
from lab.practice.help import Shell
from lab.practice.interrupts import Interrupted, Quit, Stop

_Progress = Mapping[str, ExerciseProgress]


class Walk:
    """A walk through the exercises of a course.

    Args:
        shell: runs the node's shell on the learner's terminal; None where there is no terminal.
        every: seconds between two looks of `wait` at most.
    """

    def __init__(self, course: Course, talk: Talk, shell: Shell | None, every: float = 10.0) -> None:
        self._course = course
        self._talk = talk
        self._shell = shell
        self._every = every

    def run(self, place: Place | None = None) -> ExitCode:
        """Walk until the learner leaves. Begins at a place, or asks.

        Raises:
            LabError: there is no cluster and none can be made.
        """
        try:
            self._make_cluster()
            self._walk(place)
        except (EOFError, Quit):
            self._say_how_to_go_on("The cluster and your progress stay.")
            return ExitCode.OK
        except (Interrupted, Stop):
            self._talk.say()
            self._say_how_to_go_on("Interrupted. Nothing is lost.")
            return ExitCode.INTERRUPTED
        raise AssertionError("a walk ends with a word")

    def _make_cluster(self) -> None:
        name = self._course.name
        state = self._course.look().cluster
        if state == "running":
            return
        if state == "stopped":
            self._talk.say(f'The cluster "{name}" does not run. Bringing it back.')
        elif state == "absent":
            self._talk.say(f'There is no cluster "{name}" yet. Making it, which is done once. Ctrl-C stops that.')
        else:
            self._talk.say(f'Looking for the cluster "{name}". If there is none, it is made.')
        self._course.up()

    def _walk(self, place: Place | None) -> None:
        while True:
            exercise = self._course.catalog.find(place.exercise_id) if place else self._choose()
            visit = Visit(self._course, self._talk, self._shell, self._every, exercise)
            following = visit.walk(place.step_id if place else "")
            place = Place(following.id) if following else None

    def _choose(self) -> Exercise:
        exercises = self._course.catalog.exercises
        usual = self._usual(self._list())
        number = exercises.index(usual) + 1
        self._talk.say()
        self._talk.say(f"Which exercise? Type its number or id. Enter takes {number}. help has the other words.")
        while True:
            self._talk.say()
            word = self._talk.read("exercise>") or usual.id
            if word.isdecimal() and 1 <= int(word) <= len(exercises):
                return exercises[int(word) - 1]
            if found := next((each for each in exercises if each.id == word.lower()), None):
                return found
            self._say_word(word.lower())

    def _say_word(self, word: str) -> None:
        if word in ("quit", "exit"):
            raise Quit
        if word in ("help", "?"):
            self._talk.lines(words.table(words.ABROAD, self._talk.width))
        elif word == "list":
            self._list()
        elif word == "about":
            self._talk.prose(self._course.catalog.overview)
        else:
            known = [*words.ABROAD, *(each.id for each in self._course.catalog.exercises)]
            self._talk.say(f'There is no exercise "{word}"{did_you_mean(word, known)}')
            self._talk.say(f"Words: {', '.join(words.ABROAD)}.")

    def _list(self) -> _Progress:
        self._talk.title("The exercises")
        progress = {each.id: each for each in self._course.look().progress}
        for number, exercise in enumerate(self._course.catalog.exercises, 1):
            self._talk.say(words.exercise(number, exercise, progress.get(exercise.id)))
        return progress

    def _usual(self, progress: _Progress) -> Exercise:
        """The exercise to go on with: where the learner was, if that is not complete; else the first that is not."""
        exercises, place = self._course.catalog.exercises, self._course.place()
        incomplete = [each for each in exercises if not _complete(progress.get(each.id))] or [*exercises]
        return next((each for each in incomplete if place and each.id == place.exercise_id), incomplete[0])

    def _say_how_to_go_on(self, why: str) -> None:
        place = self._course.place()
        where = f" {place.exercise_id}" + (f"/{place.step_id}" if place.step_id else "") if place else ""
        self._talk.say(f"{why} Go on with:")
        self._talk.lines([f"  {command_for(self._course.name, f'practice --plain{where}')}"])


def _complete(progress: ExerciseProgress | None) -> bool:
    return progress is not None and progress.started and progress.earned == progress.possible
