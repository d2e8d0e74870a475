"""The single lines of the work screen. Pure; `now` is the time, `step` the step at hand or None."""

from textual.content import Content

from lab.model import Exercise, Holds, Step
from lab.phases import seconds
from lab.report.words import SEE_YOURSELF, by_probe, points
from lab.tui.observation import Observation
from lab.tui.words import check_counts, score_bar


def summary(seen: Observation, step: Step | None, started: bool, now: float) -> tuple[str, Content]:
    """The line that is always in sight: left which step of what, and its checks, right the points."""
    exercise = seen.exercise
    if not started:
        return f"Not started · {exercise.title}", Content(points(exercise.points))
    earned = score_bar(seen.earned, seen.possible, seen.as_of)
    if step is None:
        return f"The task · {exercise.title}", earned
    old = seen.since(step.id)
    age = f" as of {seconds(now - old)} ago" if old is not None else ""
    checks = f"checks {check_counts(seen.step(step.id))}{age}"
    number = f"Step {_number(exercise, step)} of {len(exercise.steps)}"
    return f"{number} · {checks} · {exercise.title}", earned


def heading(seen: Observation, step: Step | None, started: bool, now: float) -> str:
    """The line over the checks: what there is to do, or how new they are."""
    if not started:
        return "Not started: Enter puts the starting state in place."
    if seen.note:
        return "Set aside for another exercise: Enter takes it up again."
    if step is None:
        return "n goes to the first step."
    age, done = seen.age(now, step.id), seen.passes(step.id)
    if done and not age:
        return f"✓ Done{by_probe(step)}: w shows what it taught. {following(seen, step)}"
    once = "it is enough that they pass once" if step.holds is Holds.ONCE and not done else ""
    return " · ".join(part for part in ("Checks", age, once) if part)


def learnt(seen: Observation, step: Step | None) -> str:
    """What a step that is done has taught, in Markdown; empty for one that is not."""
    if step is None or not seen.passes(step.id):
        return ""
    probe = f"{SEE_YOURSELF}\n\n" if step.probed else ""
    return f"**✓ Done{by_probe(step)}: {step.title}**\n\n{probe}{step.lesson}\n\n{following(seen, step)}"


def following(seen: Observation, step: Step) -> str:
    """What there is to go on with after a step, in a sentence: the next thing that is not done."""
    steps, number = seen.exercise.steps, _number(seen.exercise, step)
    if number < len(steps) and not seen.passes(steps[number].id):
        return f"n goes on to step {number + 1}: {steps[number].title}"
    if still := [str(n) for n, each in enumerate(steps, 1) if not seen.passes(each.id)]:
        return f"Still open: step {', '.join(still)}."
    if seen.then is None:
        return "All steps are done, and no exercise is left after this one."
    where = "n goes" if number == len(steps) else "Behind the last step, n goes"
    return f"All steps are done. {where} on to: {seen.then.title}"


def _number(exercise: Exercise, step: Step) -> int:
    return [each.id for each in exercise.steps].index(step.id) + 1
