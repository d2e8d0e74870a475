"""The steps of an exercise with their states."""

from textual.content import Content

from lab.tui.observation import Observation
from lab.tui.widgets.rows import Rows
from lab.tui.words import step_state


class StepList(Rows):
    """One line a step; the first is the exercise's task."""

    DEFAULT_CSS = """
    StepList { height: auto; max-height: 40%; padding: 0; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def show_steps(self, seen: Observation) -> None:
        """Show the states, in place."""
        states = [step_state(seen.step(step.id), seen.since(step.id) is not None) for step in seen.exercise.steps]
        width = max((len(state.plain) for state in states), default=0)
        texts = [Content("The task")]
        for number, (step, state) in enumerate(zip(seen.exercise.steps, states, strict=True), 1):
            texts.append(Content.assemble(f"{number} ", state.pad_right(width - len(state.plain)), f"  {step.title}"))
        self.show(texts)
