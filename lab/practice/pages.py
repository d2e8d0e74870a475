"""Prints an exercise: its steps, a step's text, what the checks found, and what was earned."""

from lab.advice import bare
from lab.host_commands import HOST_COMMANDS
from lab.model import Exercise, Hint, Holds, Step, Verdict
from lab.practice import words
from lab.practice.console import Talk
from lab.practice.results import Sight
from lab.report.words import SEE_YOURSELF, earned, points, score
from lab.request_path import drawing
from lab.request_path.station import RequestPath
from lab.why import report as why_report
from lab.why.diagnosis import Diagnosis


class Pages:
    """Says of an exercise what a sight of it shows."""

    def __init__(self, talk: Talk, exercise: Exercise, sight: Sight) -> None:
        self._talk = talk
        self._exercise = exercise
        self._sight = sight

    def task(self) -> None:
        """The exercise's task."""
        exercise = self._exercise
        self._talk.say(f"About {exercise.minutes} minutes, {exercise.difficulty.value}, {exercise.domain}.")
        self._talk.say()
        self._talk.prose(exercise.brief)
        self._talk.say()

    def steps(self) -> None:
        """All steps, a line each."""
        for step in self._exercise.steps:
            self._state(step)

    def step(self, step: Step) -> None:
        """A step's text, and where the documentation says more."""
        count, worth = len(self._exercise.steps), points(step.points)
        self._talk.title(f"Step {self._number(step)} of {count}: {step.title} ({worth})")
        self._talk.prose(step.text)
        if step.references:
            self._talk.say()
            self._talk.say("In the documentation:")
            self._talk.prose("\n".join(each.item for each in step.references))
        self._talk.say()
        if own := [command for command in HOST_COMMANDS if command in bare(step.text)]:
            self._talk.say(f"Typed here, this is done for you: {', '.join(own)}.")
            self._talk.say()

    def path(self, path: RequestPath) -> None:
        """The way of a request, as it is drawn."""
        self._talk.lines(line.text for line in drawing.lines(path))

    def why(self, found: Diagnosis) -> None:
        """What is wrong with the control plane."""
        self._talk.lines(why_report.lines(found, self._talk.width))

    def checks(self, step: Step, details: bool) -> None:
        """What the checks of a step found; with `details`, also why one does not pass."""
        if self._sight.note:
            self._talk.say(f"Nothing is looked at: {self._sight.note}. Or here: list, and choose it again.")
            return
        self._state(step)
        seen = self._sight.step(step.id)
        if seen is None or seen.seen_at:
            return  # earned: what its checks find now, when the next step may hold, would mislead
        for check in seen.checks:
            self._talk.lines(words.check(check, self._talk.width, details))
        if details and step.holds is Holds.ONCE and seen.verdict is not Verdict.PASS:
            self._talk.say("It is enough that this step is seen to pass once, while it is so: wait looks all the time.")

    def news(self, at: Step) -> None:
        """What turned since the last time, and what was learnt where the step at hand began to pass."""
        news = {each.id: each for each in self._sight.news()}
        for step in self._exercise.steps:
            if step.id in news and step is not at:
                self._state(step, "now ")
        if at.id in news and news[at.id].verdict is Verdict.PASS:
            self.learnt(at)

    def learnt(self, step: Step) -> None:
        """What a step has taught."""
        self._talk.title("What was learnt", 2)
        self._talk.prose(f"{SEE_YOURSELF}\n\n{step.lesson}" if step.probed else step.lesson)
        self._talk.say()

    def hint(self, hint: Hint) -> None:
        """A hint, and whether there are more."""
        more = "hint gives one more." if hint.number < hint.total else "That was the last one; then there is solution."
        self._talk.title(f"Hint {hint.number} of {hint.total}", 2)
        self._talk.prose(hint.text)
        self._talk.say()
        self._talk.say(more)

    def script(self, title: str, script: str) -> None:
        """A script, so that it can be copied."""
        self._talk.title(title, 2)
        self._talk.code(script)

    def score(self, hints: int, solutions: int, following: Exercise | None) -> None:
        """What was earned in the exercise, with which help, and what comes next."""
        found = score(self._sight.earned, self._exercise.points)
        self._talk.say(f"All steps of {self._exercise.id} pass: {found}.")
        self._talk.say(f"Hints taken: {hints}. Solutions taken: {solutions}.")
        if following:
            self._talk.say(f"The next exercise is {following.id}: {following.title}. next opens it.")
        else:
            self._talk.say("There is no exercise after this one. list shows them all.")

    def _state(self, step: Step, now: str = "") -> None:
        seen = self._sight.step(step.id)
        said = f"{words.verdict(seen)}, {earned(seen)}" if seen else "not looked at"
        self._talk.say(f"Step {self._number(step)} {now}{said}: {step.title}")

    def _number(self, step: Step) -> int:
        return self._exercise.steps.index(step) + 1
