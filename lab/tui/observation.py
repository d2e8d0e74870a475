"""The TUI's knowledge of one exercise, and the rule when it verifies again. Pure: the screen runs the threads.

After a change, the step at hand is verified once nothing more changes for a moment, and the whole exercise after a
longer quiet. Without any change, the whole exercise is verified now and then.
"""

from dataclasses import dataclass, field

from lab.model import Exercise, Report, StepResult, Verdict, last_score
from lab.phases import seconds
from lab.tui.failures import Failure
from lab.tui.old_verdicts import could_not_tell, merged

EVERY = 30.0
"""Seconds from the end of one look at the whole exercise to the next, when nothing changes."""
UNTOLD = 5.0
"""The same while nobody watches the cluster."""
DEBOUNCE = 0.15
"""Seconds without another change after which the step at hand is verified."""
AT_MOST = 0.6
"""Seconds after which it is verified even if changes follow without end."""
REST = 0.3
"""Seconds between two looks, however much changes."""
QUIET = 1.5
"""Seconds without a change after which the whole exercise is verified."""
LONGEST = 10.0
"""Seconds after which that is done even if it is never quiet."""
SOON = 1.5
"""Seconds until a check that could not tell yet is asked again."""
PATIENCE = 20
"""How often in a row that is done; from then on every `UNTOLD` seconds."""

_SLOW = 2.0  # seconds after which a look under way is worth a word


@dataclass(frozen=True)
class Target:
    """What to look at: one step, or the whole exercise."""

    step_id: str = ""


@dataclass
class Observation:
    """What is known of one exercise. Times are monotonic; None for never.

    `watched`: whether changes are told; `kept`: since when a verdict (step, check) could not be told anew;
    `before`: what the journal said that it had earned, until all of it was looked at; `then`: the exercise after it.
    """

    exercise: Exercise
    watched: bool = True
    before: int = 0
    then: Exercise | None = None
    steps: dict[str, StepResult] = field(default_factory=dict)
    kept: dict[tuple[str, str], float] = field(default_factory=dict)
    note: str = ""
    failure: Failure | None = None
    running: Target | None = None
    _seen: dict[str, float] = field(default_factory=dict)
    _passed: set[str] = field(default_factory=set)
    _began: float = 0.0
    _ended: float | None = None
    _whole_ended: float | None = None
    _first_told: float | None = None
    _last_told: float = 0.0
    _stale_since: float | None = None
    _again: tuple[float, Target] | None = None
    _late_looks: int = 0
    _wanted: bool = True
    _lacking: bool = False
    _settled: bool = False

    # -- when to look

    def tell(self, now: float) -> None:
        """Something changed on the cluster."""
        self._first_told = now if self._first_told is None else self._first_told
        self._stale_since = now if self._stale_since is None else self._stale_since
        self._last_told, self._late_looks = now, 0
        self._settled = False

    def want(self) -> None:
        """Look at everything now; or, when a look is under way, right after it."""
        self._wanted = True

    def next(self, now: float, step_id: str) -> Target | None:
        """What to look at now, if anything: never while a look is under way.

        Args:
            now: the time.
            step_id: the step at hand; empty for none.
        """
        if self.running:
            return None
        if step_id and step_id not in self._seen and not self.failure:
            return Target(step_id)
        if self._wanted or (self._stale_since is not None and now - self._stale_since >= LONGEST):
            return Target()
        if self._ended is not None and now - self._ended < REST:
            return None
        if self._first_told is not None:
            settled = now - self._last_told >= DEBOUNCE or now - self._first_told >= AT_MOST
            return Target(step_id) if settled else None
        if self._again and now >= self._again[0]:
            return self._again[1]
        if self._stale_since is not None and now - self._last_told >= QUIET:
            return Target()
        every = EVERY if self.watched and not self.failure else UNTOLD
        return Target() if self._whole_ended is None or now - self._whole_ended >= every else None

    def begin(self, target: Target, now: float) -> None:
        """A look begins; it answers what was told before it."""
        self.running, self._began, self._first_told = target, now, None
        self._settled = False
        if not target.step_id:
            self._wanted, self._stale_since, self._again = False, None, None
        elif self._again and self._again[1] == target:
            self._again = None

    def end(self, outcome: Report | Failure, now: float) -> tuple[StepResult, ...]:
        """A look is over; after a failure the last verdicts stay.

        Returns:
            The steps that pass as of this look and did not before.
        """
        target, self.running, self._ended = self.running or Target(), None, now
        if not target.step_id or isinstance(outcome, Failure):
            self._whole_ended = now
        if isinstance(outcome, Failure):
            self.failure = outcome
            return ()
        self.failure = None
        ours = [each for each in outcome.exercises if each.id == self.exercise.id]
        fresh = [step for each in ours for step in each.steps]
        self.note = ours[0].note if ours else self.note
        turned = tuple(step for step in fresh if self._take(step))
        self._lacking = self._lacking or any(step.verdict is Verdict.FAIL for step in self.steps.values())
        self._settled = not target.step_id and self._stale_since is None
        self._wanted = self._wanted or (bool(target.step_id) and self._lacking and self.complete)
        self._plan_again(fresh, now)
        return turned

    def finish(self) -> bool:
        """Whether it is news that the exercise is complete: it was not before, and one look at all of it has said so.

        What makes one step pass may make others fail, which a look at that step alone does not see.
        """
        finished = self._lacking and self._settled and self.complete
        self._lacking = self._lacking and not finished
        return finished

    def forget(self) -> None:
        """What was seen no longer holds; look at once."""
        self.steps, self.kept, self._seen, self._passed = {}, {}, {}, set()
        self.note, self.failure, self._wanted, self._lacking, self.before = "", None, True, False, 0

    # -- what is known

    @property
    def earned(self) -> int:
        """The points of all steps as far as they are known."""
        earned = sum((step.last or step).earned for step in self.steps.values())
        return earned if len(self.steps) == len(self.exercise.steps) else max(earned, self.before)

    @property
    def as_of(self) -> str:
        """When the oldest part of the points was told (ISO 8601, UTC), where it cannot be told now; else empty."""
        last = last_score(self.steps.values())
        return last.at if last else ""

    @property
    def possible(self) -> int:
        """What the exercise can earn."""
        return self.exercise.points

    @property
    def complete(self) -> bool:
        """Whether every step passes, and nothing of that is old (but what was seen once)."""
        known = [self.steps.get(step.id) for step in self.exercise.steps]
        return all(
            step is not None and step.verdict is Verdict.PASS and (step.seen_at or self.since(step.id) is None)
            for step in known
        )

    def step(self, step_id: str) -> StepResult | None:
        """What is known of a step."""
        return self.steps.get(step_id)

    def passes(self, step_id: str) -> bool:
        """Whether a step passes, as far as is known."""
        step = self.steps.get(step_id)
        return step is not None and step.verdict is Verdict.PASS

    def since(self, step_id: str, check_id: str = "") -> float | None:
        """As of when the verdict of a check, or the oldest of a step, is kept because it could not be told anew."""
        times = [at for (step, check), at in self.kept.items() if step == step_id and check_id in ("", check)]
        return min(times, default=None)

    def age(self, now: float, step_id: str) -> str:
        """What there is to say of how new the verdicts of a step are; empty when there is nothing."""
        since, words = self.since(step_id), []
        if self.failure and step_id in self._seen:
            since = min(since or now, self._seen[step_id])
        if since is not None:
            words.append(f"as of {seconds(now - since)} ago")
        if self.failure:
            words.append(f"? could not look: {self.failure.message.splitlines()[0]}")
        elif step_id not in self._seen:
            words.append("looking ...")
        elif self.running and now - self._began > _SLOW:
            words.append("looking again ...")
        return " · ".join(words)

    # -- inside

    def _take(self, fresh: StepResult) -> bool:
        """Take a step's verdicts over; those that could not be told anew stay as they were, as old ones."""
        before = self.steps.get(fresh.id)
        known = {check.id: check for check in before.checks} if before else {}
        checks = []
        for check in fresh.checks:
            keeps = could_not_tell(check) and check.id in known and not could_not_tell(known[check.id])
            if keeps:
                self.kept.setdefault((fresh.id, check.id), self._seen[fresh.id])
            else:
                self.kept.pop((fresh.id, check.id), None)
            checks.append(known[check.id] if keeps else check)
        old = self.since(fresh.id) is not None
        self.steps[fresh.id] = merged(fresh, before, tuple(checks)) if old else fresh
        first, passed = fresh.id not in self._seen, fresh.id in self._passed
        self._seen[fresh.id] = self._began
        if fresh.verdict is Verdict.PASS:
            self._passed.add(fresh.id)
        elif fresh.verdict is Verdict.FAIL:
            self._passed.discard(fresh.id)
        return fresh.verdict is Verdict.PASS and not first and not passed

    def _plan_again(self, fresh: list[StepResult], now: float) -> None:
        late = [step.id for step in fresh if any(check.waits_for for check in step.checks)]
        unsure = any(could_not_tell(check) for step in fresh for check in step.checks)
        if late:
            self._late_looks += 1
            wait = SOON if self._late_looks <= PATIENCE else UNTOLD
            self._again = (now + wait, Target(late[0] if len(late) == 1 else ""))
        elif unsure:
            self._again = (now + UNTOLD, Target(fresh[0].id if len(fresh) == 1 else ""))
