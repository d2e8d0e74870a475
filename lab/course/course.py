"""The use cases: the one door that all front ends go through."""

from collections.abc import Callable, Sequence
from pathlib import Path

from lab import advice, cluster_status
from lab.actions import run
from lab.actions.support.webhook import start as start_webhook
from lab.catalog.load import Catalog
from lab.course import cluster, exercise, verifying
from lab.course.context import Context, alone, info
from lab.course.rescue import Rescuer
from lab.engine import daemon, docker
from lab.errors import ClusterError, NoClusterError
from lab.grading.watch_list import interest_of
from lab.journal import bookmark
from lab.journal.journal import Journal
from lab.k8s import webhook
from lab.k8s.watch.cluster import Watching
from lab.model import ClusterInfo, Difference, Finding, Hint, LabStatus, Place, Report, Step, Told, Verdict
from lab.phases import Status
from lab.request_path.station import RequestPath
from lab.why.diagnosis import Diagnosis, diagnose
from lab.why.look import look as look_at_node


@advice.at_the_door
class Course:
    """The use cases for the cluster of one name. Methods block, for seconds or minutes.

    Methods raise LabError: an EngineError when no engine answers, NoClusterError when they need a cluster and there is
    none, UsageError when there is no such exercise or step, DataError when something is wrong with the exercises.

    Args:
        name: the cluster's name.
        status: shows how long work takes; may be replaced at any time.
        ask: asks a yes-or-no question before `sudo` is used; may be replaced at any time.
    """

    def __init__(self, name: str, status: Status, ask: Callable[[str], bool] = lambda question: False) -> None:
        self.name = name
        self.ask = ask
        self._context = Context(name, status)

    @property
    def status(self) -> Status:
        """Shows how long work takes."""
        return self._context.status

    @status.setter
    def status(self, status: Status) -> None:
        self._context.status = status

    @property
    def catalog(self) -> Catalog:
        """The exercises."""
        return self._context.catalog

    # -- the cluster

    def doctor(self) -> tuple[Finding, ...]:
        """Every requirement, met or not, with what to do."""
        return cluster.doctor()

    def fix(self) -> None:
        """Install and start what can be: the engine."""
        daemon.ensure(self.status, self.ask)

    def exists(self) -> bool:
        """Whether there is a whole cluster of this name."""
        docker.find()
        try:
            self._context.cluster.record()
        except NoClusterError:
            return False
        return True

    @alone("lab up")
    def up(self, from_source: bool = False) -> ClusterInfo:
        """Make the cluster, or adopt the one that exists."""
        return info(cluster.up(self._context, self.ask, from_source))

    @alone("lab down")
    def down(self, purge: bool = False) -> None:
        """Remove the cluster with all that was made for it; with `purge` also images and programs.

        Raises:
            ClusterError: it is another lab's.
        """
        cluster.down(self._context, purge)

    def look(self) -> LabStatus:
        """The status of the lab; a part that cannot be found out says so."""
        context = self._context
        return cluster_status.look(context.cluster, self.catalog.exercises, context.journal, context.lock.taken())

    def drift(self) -> tuple[Difference, ...]:
        """Everything in which the cluster differs from its golden state; LabError where that cannot be told."""
        return cluster.drift_of(self._context)

    def watch(self, told: Callable[[Told], None]) -> Watching:
        """Report changes that may change a verdict, until `stop` is called; also while there is no cluster. `told` is
        called in another thread, within a fraction of a second, and shall not take long.
        """
        return Watching(self.name, interest_of(self.catalog.exercises), told)

    def place(self) -> Place | None:
        """The learner's last place on this cluster; None when that is not known, or no longer exists."""
        return bookmark.recall(self._context.cluster.files.place, self.catalog.exercises)

    def remember(self, place: Place) -> None:
        """Keep the learner's place. It is a convenience: where it cannot be written, it is not kept."""
        bookmark.keep(self._context.cluster.files.place, place)

    @alone("lab reset --all")
    def reset_all(self, keep: Path | None = None) -> None:
        """Put the golden state back, and forget all progress. Files that differ are copied into `keep` of this machine.
        A node that does not come back is made anew.
        """
        cluster.reset_all(self._context, keep)

    @property
    def rescue(self) -> Rescuer:
        """The use cases of a rescue: the control plane's last good files put back."""
        return Rescuer(self._context)

    def shell_argv(self, command: Sequence[str] = (), tty: bool = True) -> list[str]:
        """The argument list of root's shell on the node, or of a command: a line for the shell, or several words."""
        return cluster.shell_argv(self._context, command, tty)

    def shell_programs(self, shell: Sequence[str]) -> tuple[str, ...]:
        """The programs that run in a shell on a terminal, by its argument list; empty where nobody can tell."""
        return self._context.cluster.node.programs_in(shell)

    # -- exercises

    @alone("lab start {}")
    def start(self, exercise_id: str) -> None:
        """Put an exercise's own starting state in place; what was there of it already stays. What other exercises
        have in effect on the cluster is set aside first; what they earned stays.
        """
        exercise.start(self._context, exercise_id)

    def verify(self, selectors: Sequence[str] = (), wait: float = 0.0) -> Report:
        """Check exercises or steps.

        Args:
            selectors: `exercise` or `exercise/step`; everything when empty.
            wait: seconds to check again where a check says that it will soon be able to tell.
        """
        return verifying.verify(self._context, selectors, wait)

    def hint(self, exercise_id: str, step_id: str) -> Hint:
        """The next hint of a step, recorded as taken."""
        step = self._step(exercise_id, step_id)
        number = self._journal().take_hint(exercise_id, step_id, len(step.hints))
        return Hint(step_id, number, len(step.hints), step.hints[number - 1])

    def current_step(self, exercise_id: str) -> str:
        """The id of the first step of an exercise that does not pass; the last one when all do."""
        [result] = self.verify([exercise_id]).exercises
        return next((step.id for step in result.steps if step.verdict is not Verdict.PASS), result.steps[-1].id)

    def hints_taken(self, exercise_id: str, step_id: str) -> tuple[str, ...]:
        """The texts of the hints of a step that were taken."""
        return self._step(exercise_id, step_id).hints[: self._journal().hints_taken(exercise_id, step_id)]

    def solution(self, exercise_id: str, step_id: str) -> str:
        """The script that is a step's solution, recorded as taken."""
        step = self._step(exercise_id, step_id)
        self._journal().mark_solved(exercise_id, step_id)
        return step.solution

    def solutions_taken(self, exercise_id: str) -> tuple[str, ...]:
        """The ids of the steps whose solution was shown, or typed by `solve`."""
        return self._journal().solved(self.catalog.find(exercise_id).id)

    @alone("lab solve {}")
    def solve(self, selector: str) -> Report:
        """Type the solution of an exercise or step, and verify after each step; one set aside is taken up first.

        Raises:
            NotStartedError: the exercise is not started; ClusterError: a solution's script failed.
        """
        return exercise.solve(self._context, selector)

    def path(self, subject: str = "", namespace: str = "default") -> RequestPath:
        """The way of a request through the API server, with the state of each station.

        Args:
            subject: an image, which is sent as a dry run; or the name of a pod that exists; empty for the stations.
            namespace: where the pod is, or is tried.
        """
        return verifying.path(self._context, subject, namespace)

    def why(self) -> Diagnosis:
        """What is wrong with the control plane, and what to do; the API server may be away."""
        self._context.record()
        return diagnose(look_at_node(self._context.cluster))

    @alone("lab reset {}")
    def reset(self, exercise_id: str, keep: Path | None = None) -> None:
        """Put an exercise back to just after its start; when it was not started, leave nothing of it.

        Another exercise that has in effect what this puts back is set aside first. Files that are deleted are listed.

        Args:
            keep: a folder of this machine into which the files that are deleted are copied first.
        """
        exercise.reset(self._context, exercise_id, keep)

    # -- the reference webhook

    @alone("lab webhook up")
    def webhook_up(self) -> None:
        """Start the reference webhook on the cluster's network, with the certificates of its exercise."""
        docker.find()
        start_webhook(self._context.cluster, self.status, run.exercise_with(self.catalog.exercises, "webhook-files"))

    @alone("lab webhook down")
    def webhook_down(self) -> None:
        """Remove the reference webhook from the cluster's network."""
        self._context.record()
        webhook.remove(self.name)

    def webhook_log(self) -> str:
        """The last lines of the reference webhook's log: some hundred decisions at most."""
        self._needs_webhook()
        return webhook.log(self.name)

    def webhook_logs_argv(self, follow: bool) -> list[str]:
        """The argument list of a program that prints the webhook's log."""
        self._needs_webhook()
        return ["docker", "logs", *(["--follow"] if follow else []), webhook.container(self.name)]

    # -- inside

    def _journal(self) -> Journal:
        return self._context.journal(self._context.record())

    def _step(self, exercise_id: str, step_id: str) -> Step:
        [(_, (step, *_))] = self.catalog.select([f"{exercise_id}/{step_id}"])
        return step

    def _needs_webhook(self) -> None:
        self._context.record()
        if not webhook.running(self.name):
            raise ClusterError("The webhook does not run.", "Start it with: lab webhook up")
