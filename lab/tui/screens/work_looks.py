"""Checks that come by themselves: a word that something changed is followed by a look at the step at hand."""

from textual import on, work
from textual.events import ScreenResume

from lab.model import Exercise, Report, StepResult
from lab.report.words import by_probe, earned
from lab.tui import clock, observation
from lab.tui.failures import Failure
from lab.tui.messages import Heard, Looked, Observed
from lab.tui.modals.error import ErrorModal
from lab.tui.observation import Observation, Target
from lab.tui.screens.work_flows import Flows
from lab.tui.session import Session

TICK = 0.5
"""Seconds between two thoughts about what is due, and what is shown of the time."""


class Looks(Flows):
    """A screen that looks at an exercise while it is shown. `started` and `aside`: whether that one is so."""

    def __init__(self, session: Session, exercise: Exercise) -> None:
        super().__init__(session)
        self.started = self.aside = False
        self._known: dict[str, Observation] = {}
        self._lost = False
        self._asked = False
        self.take_up(exercise)

    def show_state(self) -> None:
        """Show what changes with time."""
        raise NotImplementedError

    def take_up(self, exercise: Exercise) -> None:
        """Look at this exercise from now on; what was seen of others stays."""
        self.exercise = exercise
        progress = self.session.progress(exercise.id)
        before = progress.earned if progress else 0
        self.seen = self._known.setdefault(exercise.id, Observation(exercise, before=before))
        self.seen.want()
        self.started = self.session.started(exercise.id)

    def on_mount(self) -> None:
        """Think of it now and then."""
        self.set_interval(TICK, self.think)

    def action_verify(self) -> None:
        """Look now; what comes of it is said."""
        self._asked = True
        self.seen.want()
        self.think()

    @on(Heard)
    def _heard(self, event: Heard) -> None:
        for seen in self._known.values():
            seen.tell(clock.now())
        self.set_timer(observation.DEBOUNCE + 0.02, self.think)

    @on(ScreenResume)
    @on(Looked)
    def _something_came(self) -> None:
        self.call_later(self.think)

    def think(self) -> None:
        """Look if it is time to; and show what changes with time."""
        if not self.is_current:
            return
        self._follow_cluster()
        self.seen.watched = self.session.watching is not None
        if self.started and not self.session.busy and not self._lost:
            self._look(self.seen.next(clock.now(), self.step.id if self.step else ""))
        self.show_state()
        if self.is_active and not self.in_terminal and self.seen.finish():  # there it would take what is being typed
            self.celebrate(self.exercise)

    def _follow_cluster(self) -> None:
        """Take over whether there is a cluster, and whether the exercise is started on it."""
        lost, started = self.session.gone(), self.session.started(self.exercise.id)
        if self._lost and not lost:
            self.open_terminal()
        if self.started and not started and not lost:  # another cluster, or reset by another hand
            self.seen.forget()
            self.show_result()
        before = (self._lost, self.started, self.aside)
        self._lost, self.started, self.aside = lost, started, started and bool(self.seen.note)
        if before != (lost, started, self.aside):
            self.refresh_bindings()

    def _look(self, target: Target | None) -> None:
        if target:
            self.seen.begin(target, clock.now())
            step = f"/{target.step_id}" if target.step_id else ""
            self._verify(self.exercise.id, f"{self.exercise.id}{step}")

    @work(thread=True, exit_on_error=False, group="verify")
    def _verify(self, exercise_id: str, selector: str) -> None:
        self.post_message(Observed(exercise_id, self.session.verify(selector)))

    @on(Observed)
    def _observed(self, event: Observed) -> None:
        seen = self._known[event.exercise_id]
        whole = seen.running == Target()
        turned = seen.end(event.outcome, clock.now())
        if self._asked and (whole or isinstance(event.outcome, Failure)):
            self._asked = False
            self._answer(event.outcome)
        for step in turned:
            self._say_passed(seen.exercise, step)
        if seen is self.seen:
            self.show_result()
        self.set_timer(observation.REST + 0.02, self.think)

    def _answer(self, outcome: Report | Failure) -> None:
        if isinstance(outcome, Failure):
            self.app.push_screen(ErrorModal(outcome))
        else:
            said = ", ".join(earned(exercise) for exercise in outcome.exercises)
            self.notify(said, title="Looked at the cluster", markup=False)

    def _say_passed(self, exercise: Exercise, step: StepResult) -> None:
        number = [each.id for each in exercise.steps].index(step.id) + 1
        self.notify(step.title, title=f"✓ Step {number} passes{by_probe(step)}", timeout=4, markup=False)
